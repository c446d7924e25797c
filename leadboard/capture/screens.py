"""The pages of the marketer: sources with their addresses, quarantine with mapping fix and replay."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from leadboard.capture import replay, sources
from leadboard.capture.forms import MappingForm, SourceForm
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.http.problems import Problem
from leadboard.people.rights import requires

WAITING = Q(submissions__state=SubmissionState.QUARANTINED)


@requires("change_sources")
def show_sources(request):
    """All sources with their addresses; a form adds one."""
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        source = form.add(request.user)
        if source:
            messages.success(request, f"{source.name} is ready. Post leads to {sources.url_of(source)}")
            return redirect("source", source.pk)
    rows = Source.objects.annotate(
        waiting=Count("submissions", filter=WAITING), newest=Max("submissions__received_at")
    )
    listed = [(source, sources.url_of(source)) for source in rows.order_by("name")]
    status = 422 if form.errors else 200
    return render(request, "capture/sources.html", {"listed": listed, "form": form}, status=status)


@requires("change_sources")
def show_source(request, pk):
    """One source: its address, its mapping as a form, its last deliveries."""
    source = get_object_or_404(Source, pk=pk)
    form = MappingForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid() and form.save():
        messages.success(request, f"The mapping of {source.name} is changed. Replay what waits.")
        return redirect("source", source.pk)
    last = source.submissions.select_related("lead", "source").order_by("-received_at")[:20]
    waiting = source.submissions.filter(state=SubmissionState.QUARANTINED).count()
    context = {
        "source": source,
        "url": sources.url_of(source),
        "form": form,
        "last": last,
        "waiting": waiting,
    }
    return render(request, "capture/source.html", context, status=422 if form.errors else 200)


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


@require_safe
@requires("see_submissions")
def show_quarantine(request):
    """What waits, newest first, each with its raw body."""
    waiting = Submission.objects.filter(state=SubmissionState.QUARANTINED).select_related("source")
    page = Paginator(waiting.order_by("-received_at"), 50).get_page(request.GET.get("page"))
    return render(request, "capture/quarantine.html", {"page": page})


@require_POST
@requires("see_submissions")
def replay_submission(request, pk):
    """Try one again."""
    submission = get_object_or_404(Submission.objects.select_related("source"), pk=pk)
    try:
        replay.replay(submission)
    except Problem as problem:
        messages.warning(request, problem.detail)
        return redirect("quarantine")
    if submission.lead:
        messages.success(request, f"It is a lead now: {submission.lead}.")
        return redirect(submission.lead.get_absolute_url())
    messages.warning(request, f"It still waits. {submission.problem}")
    return redirect("quarantine")


@require_POST
@requires("see_submissions")
def discard_submission(request, pk):
    """Put one away without making a lead."""
    submission = get_object_or_404(Submission.objects.select_related("source"), pk=pk)
    try:
        replay.put_away(submission)
        messages.success(request, "It is put away. Its raw body is kept.")
    except Problem as problem:
        messages.warning(request, problem.detail)
    return redirect("quarantine")
