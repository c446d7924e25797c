"""The junk desk, and the acts on it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from leadboard.capture.screening import acts
from leadboard.capture.screening.models import Junk, JunkReason
from leadboard.http.problems import Problem
from leadboard.leads.api import visible_to
from leadboard.leads.stages import Desk
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import may, requires

ON_A_PAGE, DROPPED = 50, "dropped"
LARGEST_ID = 2**63 - 1


@require_safe
@requires("see_submissions")
def desk(request: StaffRequest) -> HttpResponse:
    """What is kept apart, the newest first, each with its reason and a sample; `reason` shows one kind, and
    `dropped` what people took off the desk.
    """
    kept = Junk.objects.filter(rescued_at=None, lead__desk=Desk.QUARANTINE, lead__erased_at=None)
    reason, is_dropped = request.GET.get("reason", ""), request.GET.get("reason") == DROPPED
    rows = kept.filter(dropped_at__isnull=not is_dropped)
    if reason in JunkReason.values:
        rows = rows.filter(reason=reason)
    rows = rows.select_related("lead", "by", "dropped_by").order_by("-at", "-lead")
    shown = {
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "reasons": [*JunkReason.choices, (DROPPED, "Dropped by a person")],
        "chosen": reason, "is_dropped": is_dropped, "is_all": request.GET.get("tick") == "all",
        "may_settle": may(request.user, "nurture"),
    }  # fmt: skip
    return render(request, "junk/desk.html", shown)


@require_POST
@requires("nurture")
def rescue(request: StaffRequest) -> HttpResponse:
    """Rescue one lead (its button) or those that are ticked."""
    rescued = acts.rescue_all(_asked(request), request.user)
    words = "1 lead is" if rescued == 1 else f"{rescued} leads are"
    messages.success(request, f"{words} on the board now; the first clock began.")
    return redirect("junk:desk")


@require_POST
@requires("nurture")
def drop(request: StaffRequest) -> HttpResponse:
    """Take one lead (its button) or those that are ticked off the desk."""
    dropped = acts.drop_all(_asked(request), request.user)
    words = "1 lead is" if dropped == 1 else f"{dropped} leads are"
    messages.success(request, f"{words} off the desk. They can still be rescued: filter by “Dropped”.")
    return redirect("junk:desk")


def _asked(request: StaffRequest) -> list[int]:
    """Return the leads that the form names; what is no id names none."""
    one = request.POST.get("one", "")
    asked = [one] if one else request.POST.getlist("lead")[: acts.MOST_AT_ONCE]
    return [int(text) for text in asked if text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST_ID]


@require_POST
@requires("merge_leads")
def mark(request: StaffRequest, pk: int) -> HttpResponse:
    """Put a lead on the junk desk from its page."""
    lead = get_object_or_404(visible_to(request.user), pk=pk)
    return _done(request, lead.pk, lambda: acts.mark(lead.pk, request.user), "It is on the junk desk now.")


@require_POST
@requires("nurture")
def rescue_lead(request: StaffRequest, pk: int) -> HttpResponse:
    """Rescue a lead from its page."""
    lead = get_object_or_404(visible_to(request.user), pk=pk)
    words = "Rescued. It is on the board, and its first clock began."
    return _done(request, lead.pk, lambda: acts.rescue(lead.pk, request.user), words)


def _done(request, pk, act, words) -> HttpResponse:
    try:
        act()
        messages.success(request, words)
    except Problem as problem:
        messages.warning(request, problem.detail)
    return redirect(f"/leads/{pk}/")
