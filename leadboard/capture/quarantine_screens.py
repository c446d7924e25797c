"""The page of what waits: quarantine with replay and putting away."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from leadboard.capture import replay
from leadboard.capture.models import Submission, SubmissionState
from leadboard.http.problems import Problem
from leadboard.people.rights import requires


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
