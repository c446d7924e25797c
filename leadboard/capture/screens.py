"""The pages of the marketer: sources, how to connect each, how it does, what came, and what it means."""

import uuid
from collections import defaultdict

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from leadboard.capture import awaiting, fetching, picking, replay, source_figures, sources, trying
from leadboard.capture.forms import KeysForm, MappingForm, PickForm, SourceForm
from leadboard.capture.models import Source
from leadboard.capture.vendors import VENDORS
from leadboard.people.rights import requires
from leadboard.playbook import versions

ONCE = "source_whose_secret_is_shown_once"
LAST = 20


@requires("change_sources")
def show_sources(request):
    """All sources and how they do; a form adds one."""
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        source = form.add(request.user)
        if source:
            request.session[ONCE] = source.pk
            messages.success(request, f"{source.name} is ready. Post leads to {sources.url_of(source)}")
            return redirect("source", source.pk)
    every = list(Source.objects.order_by("name"))
    figures = source_figures.of([source.pk for source in every])
    listed = [(source, VENDORS[source.vendor], figures[source.pk]) for source in every]
    on, off = ([row for row in listed if row[0].active == is_on] for is_on in (True, False))
    context = {
        "listed": listed,
        "on": on,
        "off": off,
        "form": form,
        "vendors": VENDORS.values(),
        "come_for": _come_for(),
    }
    return render(request, "capture/sources.html", context, status=422 if form.errors else 200)


def _come_for():
    """Return what the leads of each type come for, in the words of the playbook; "" for a type it dropped."""
    types = versions.active().lead_types
    return defaultdict(str, {name: clause.words for name, clause in types.items()})


@cache_control(no_store=True, private=True)
@requires("change_sources")
def show_source(request, pk):
    """One source: how to connect it, how it does, its mapping, its last deliveries."""
    source = get_object_or_404(Source, pk=pk)
    form = MappingForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid() and form.save():
        messages.success(request, f"The mapping of {source.name} is changed. Replay what waits.")
        return redirect("source", source.pk)
    return _page(request, source, form=form, status=422 if form.errors else 200)


def _page(request, source, *, status=200, **forms):
    """Return the page of a source; `forms` are those that were filled in wrongly, or just now."""
    vendor, delivery = VENDORS[source.vendor], picking.to_pick_from(source, _wanted(request))
    rows = picking.rows_of(delivery) if delivery else []
    context = {
        "source": source,
        "come_for": _come_for(),
        "vendor": vendor,
        "url": sources.url_of(source),
        "steps": vendor.steps(source),
        "shown_secret": source.secret if request.session.pop(ONCE, None) == source.pk else "",
        "figures": source_figures.of([source.pk])[source.pk],
        "refusals": source.refusals.order_by("-last_at")[:5],
        "delivery": delivery,
        "pick": PickForm(None, rows=rows),
        "keys": KeysForm(),
        "old_until": sources.with_old_secret(source) and source.old_secret_until,
        "awaiting": awaiting.waiting_of(source),
        "form": MappingForm(None, source=source),
        "last": source.submissions.select_related("lead", "source").order_by("-received_at")[:LAST],
    }
    return render(request, "capture/source.html", context | forms, status=status)


def _wanted(request):
    """Return the id of the delivery to map by, if one is asked for in the form of a UUID."""
    try:
        return str(uuid.UUID(request.GET.get("delivery", "")))
    except ValueError:
        return ""


@require_POST
@requires("change_sources")
def map_source(request, pk, delivery):
    """Store what was chosen for the values of one delivery."""
    source = get_object_or_404(Source, pk=pk)
    submission = get_object_or_404(source.submissions.select_related("source"), pk=delivery)
    rows = picking.rows_of(submission)
    form = PickForm(request.POST, rows=rows)
    if not form.is_valid():
        return _page(request, source, pick=form, delivery=submission, status=422)
    sources.change(source, mapping=picking.choose(source, rows, form.chosen()))
    messages.success(request, f"The mapping of {source.name} is changed. Replay what waits.")
    return redirect("source", source.pk)


@require_POST
@requires("change_sources")
def change_keys(request, pk):
    """Replace the secret or the token; neither is ever shown again, a secret that was made once."""
    source = get_object_or_404(Source, pk=pk)
    form = KeysForm(request.POST)
    if not (form.is_valid() and form.save(source)):
        source.refresh_from_db()
        return _page(request, source, keys=form, status=422)
    if form.cleaned_data["token"]:
        fetching.ask_anew(source)
    if form.cleaned_data["make_secret"] or form.cleaned_data["secret"]:
        request.session[ONCE] = source.pk
    messages.success(request, f"The keys of {source.name} are changed.")
    return redirect("source", source.pk)


@require_POST
@requires("change_sources")
def try_source(request, pk):
    """Send a test by the real door and tell what became of it."""
    source = get_object_or_404(Source, pk=pk)
    tried = trying.send(source)
    if tried.submission is None:
        messages.error(request, f"The door refused the test ({tried.status}). {tried.problem}")
    elif tried.submission.lead is None:
        messages.warning(request, f"The test was kept and made no lead. {tried.submission.problem}")
    else:
        messages.success(
            request, "The test came through. Its lead is marked as a test and kept off the board."
        )
    return redirect("source", source.pk)


@require_POST
@requires("change_sources")
def ask_source(request, pk):
    """Ask the vendor again for the details of all leads that await them."""
    source = get_object_or_404(Source, pk=pk)
    asked = fetching.ask_anew(source)
    if asked:
        messages.success(request, f"{VENDORS[source.vendor].title} is asked again about {asked}.")
    else:
        messages.warning(request, "Nobody is asked: there is no token, or nobody awaits details.")
    return redirect("source", source.pk)


@require_POST
@requires("change_sources")
def switch_source(request, pk):
    """Switch a source on or off; what it took stays."""
    source = get_object_or_404(Source, pk=pk)
    sources.change(source, active=not source.active)
    messages.success(
        request, f"{source.name} is {'on' if source.active else 'off: its address answers 404 now'}."
    )
    return redirect("source", source.pk)


@require_POST
@requires("change_sources")
def replay_source(request, pk):
    """Replay all that waits from one source."""
    source = get_object_or_404(Source, pk=pk)
    out, stay = replay.replay_all(source)
    messages.success(request, f"{out} of {out + stay} became leads or joined one; {stay} still wait.")
    return redirect("source", source.pk)
