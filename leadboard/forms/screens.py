"""The pages of the marketer: all forms, a new one, the builder with its preview, versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from leadboard.forms import counting, publishing, scoring, showing, taking, typed
from leadboard.forms.editor import Editor
from leadboard.forms.figures import work_out
from leadboard.forms.models import Form, FormVersion
from leadboard.forms.options import TYPES
from leadboard.forms.schema import DefinitionError, load
from leadboard.forms.starters import LANGUAGES, plain, starters
from leadboard.http.problems import Problem
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.playbook import versions

FORMS = Form.objects.select_related("live", "source", "changed_by")


@requires("change_forms")
@require_safe
def show_forms(request: StaffRequest) -> HttpResponse:
    """All forms with how often they are seen and sent; `?retired` shows those that are."""
    is_retired = "retired" in request.GET
    rows = counting.with_figures(FORMS).filter(retired_at__isnull=not is_retired).order_by("name")
    shown = {
        "rows": [(form, counting.figures_of(form)) for form in rows],
        "is_retired": is_retired,
        "retired": FORMS.filter(retired_at__isnull=False).count(),
    }
    return render(request, "forms/list.html", shown)


@requires("change_forms")
def new_form(request: StaffRequest) -> HttpResponse:
    """Begin one: what to start from, and a name."""
    error, name, chosen = "", request.POST.get("name", ""), request.POST.get("starter", "contact")
    if request.method == "POST":
        drafts = plain(list(versions.active().lead_types), request.POST.get("language", ""))
        try:
            form = publishing.create(name, drafts.get(chosen, drafts["contact"]), by=request.user)
        except ValueError as refusal:
            error = str(refusal)
        else:
            return redirect("forms:edit", form.pk)
    context = {
        "starters": starters().values(), "name": name, "chosen": chosen, "error": error,
        "languages": LANGUAGES, "language": request.POST.get("language", "en"),
    }  # fmt: skip
    return render(request, "forms/new.html", context, status=422 if error else 200)


@requires("change_forms")
def edit_form(request: StaffRequest, pk: int) -> HttpResponse:
    """The builder. Each button sends all of it: what is right is kept as the draft, what is not is shown."""
    form = get_object_or_404(FORMS, pk=pk)
    if request.method != "POST":
        return _builder(request, form, form.draft, {})
    do = request.POST.get("do", "save")
    data = typed.read(request.POST.dict())
    place = typed.act(data, do, request.POST.get("added", ""))
    errors = _overtaken(request, form) or _keep(request, form, data)
    if do == "look":
        return _side(request, form, data, errors)
    if do == "publish" and not errors:
        errors = _publish(request, form)
    if errors or request.htmx:
        return _builder(request, form, data if errors else form.draft, errors, place)
    anchor = f"#question-{place + 1}" if place is not None else ""
    return redirect(f"{form.get_absolute_url()}{anchor}")


def _overtaken(request: StaffRequest, form: Form) -> dict[str, str]:
    """Did somebody else change the form since this page was opened? Then nothing is stored unseen."""
    seen, other = request.POST.get("seen", ""), form.changed_by
    if not seen or other is None or other == request.user or seen == form.changed_at.isoformat():
        return {}
    return {"": f"{other.name} changed this form meanwhile. Save again to put yours in its place, or reload."}


def _keep(request: StaffRequest, form: Form, data: dict[str, Any]) -> dict[str, str]:
    """Store the draft; return {place: sentence} and store nothing when something is wrong."""
    name, slug = request.POST.get("form.name", ""), request.POST.get("form.slug", "").strip()
    before = form.name, form.slug, form.draft
    try:
        publishing.change(form, name=name, slug=slug, draft=data, by=request.user)
    except DefinitionError as error:
        form.name, form.slug, form.draft = before
        return dict(error.problems)
    except ValueError as refusal:
        form.name, form.slug, form.draft = before
        return {"form.slug" if "address" in str(refusal) else "form.name": str(refusal)}
    return {}


def _publish(request: StaffRequest, form: Form) -> dict[str, str]:
    try:
        version = publishing.publish(form, by=request.user)
    except ValueError as refusal:
        return {"form.name": str(refusal)}
    messages.success(request, f"Version {version.number} is live at {form.url}")
    return {}


def _builder(
    request: StaffRequest, form: Form, data: dict[str, Any], errors: dict[str, str], place: int | None = None
) -> HttpResponse:
    name = request.POST.get("form.name", form.name) if errors else form.name
    slug = request.POST.get("form.slug", form.slug) if errors else form.slug
    context = {
        "form": form,
        "editor": Editor(data, errors, name=name, slug=slug),
        "types": TYPES,
        "place": place,
        "figures": counting.figures_of(form),
        **_looked_at(form, data, errors),
    }
    template = "forms/builder.html" if request.htmx else "forms/edit.html"
    return render(request, template, context, status=422 if errors else 200)


def _side(request: StaffRequest, form: Form, data: dict[str, Any], errors: dict[str, str]) -> HttpResponse:
    """The preview alone, while somebody types. What is not right yet is no error then."""
    context = {
        "form": form,
        "editor": Editor(data, errors, name="", slug=""),
        **_looked_at(form, data, errors),
    }
    return render(request, "forms/side.html", context)


def _looked_at(form: Form, data: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
    """Return the preview of the data, of the last right draft while something is wrong."""
    live = form.live.definition if form.live else None
    shown = load(form.draft if errors else data)
    best = showing.best_answers(shown)
    reached = taking.outcome_of(shown, scoring.score(shown, best), work_out(shown, best))
    return {
        "preview": showing.preview(shown),
        "after": showing.outcome(shown, reached),
        "is_changed": live is not None and live != form.draft,
    }


@requires("change_forms")
@require_safe
def show_versions(request: StaffRequest, pk: int) -> HttpResponse:
    """What was published when, and by whom."""
    form = get_object_or_404(FORMS, pk=pk)
    listed = form.versions.select_related("created_by")
    return render(request, "forms/versions.html", {"form": form, "listed": listed})


@require_POST
@requires("change_forms")
def restore_version(request: StaffRequest, pk: int, number: int) -> HttpResponse:
    """Make an earlier version the draft."""
    form = get_object_or_404(FORMS, pk=pk)
    try:
        publishing.restore(form, number, by=request.user)
    except FormVersion.DoesNotExist:
        raise Http404 from None
    except DefinitionError as error:
        raise Problem(422, "definition", f"Version {number} cannot be taken back: {error}") from None
    messages.success(request, f"Version {number} is the draft now. Prospects see it once you publish it.")
    return redirect("forms:edit", form.pk)


@require_POST
@requires("change_forms")
def unpublish_form(request: StaffRequest, pk: int) -> HttpResponse:
    """Take it off."""
    form = get_object_or_404(FORMS, pk=pk)
    publishing.unpublish(form)
    messages.success(request, f"{form.name} is off: its address answers 404. What it took stays.")
    return redirect("forms:edit", form.pk)


@require_POST
@requires("change_forms")
def duplicate_form(request: StaffRequest, pk: int) -> HttpResponse:
    """Copy the draft into a new form."""
    copy = publishing.duplicate(get_object_or_404(FORMS, pk=pk), by=request.user)
    messages.success(request, f"{copy.name} is ready to be changed. It is not published.")
    return redirect("forms:edit", copy.pk)


@require_POST
@requires("change_forms")
def retire_form(request: StaffRequest, pk: int) -> HttpResponse:
    """Take it off and out of the list."""
    form = get_object_or_404(FORMS, pk=pk)
    publishing.retire(form)
    messages.success(request, f"{form.name} is retired. What it took stays; it can come back.")
    return redirect("forms:list")


@require_POST
@requires("change_forms")
def bring_back_form(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a retired form back into the list."""
    form = get_object_or_404(FORMS, pk=pk)
    publishing.bring_back(form)
    messages.success(request, f"{form.name} is back. Prospects see it once you publish it.")
    return redirect("forms:edit", form.pk)


@require_POST
@requires("change_forms")
def delete_form(request: StaffRequest, pk: int) -> HttpResponse:
    """Delete a form that nobody ever sent."""
    form = get_object_or_404(FORMS, pk=pk)
    try:
        publishing.delete(form)
    except ValueError as refusal:
        messages.warning(request, str(refusal))
        return redirect("forms:edit", form.pk)
    messages.success(request, f"{form.name} is deleted.")
    return redirect("forms:list")
