"""The pages of a person who finds one person twice: look for the other lead, compare, merge, undo."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from leadboard.capture.duplicates import finding, merging, suspicions, undoing, weighing
from leadboard.capture.duplicates.models import Merge
from leadboard.http.problems import Problem
from leadboard.leads.api import visible_to
from leadboard.leads.models import Lead
from leadboard.people.models import User
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import may, requires
from leadboard.playbook import policy, versions

LARGEST = 19  # digits of a version


@require_safe
@requires("merge_leads")
def find(request: StaffRequest, pk: int) -> HttpResponse:
    """Look for the lead of which this one is a duplicate; without words those that look like it."""
    lead = get_object_or_404(visible_to(request.user), pk=pk)
    words = request.GET.get("q", "").strip()[:200]
    suspected = finding.suspected(lead) if not words else []
    found = [one for one in finding.candidates(lead, request.user, words) if one not in suspected]
    shown = {"lead": lead, "q": words, "suspected": suspected, "found": found}
    if lead.owner_id == request.user.pk and may(request.user, "work_lead"):
        shown["rejection"] = next(iter(policy.duplicate_rejections(versions.active())), None)
    return render(request, "duplicates/find.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("merge_leads")
def compare(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Show what a merge would make of two leads, and merge them when it is confirmed."""
    lead = get_object_or_404(visible_to(request.user).select_related("owner", "merged_into"), pk=pk)
    second = get_object_or_404(visible_to(request.user).select_related("owner", "merged_into"), pk=other)
    stays, goes = weighing.direction(lead, second)
    kept = request.POST.get("keep") or request.GET.get("keep")
    if kept == str(goes.pk):
        stays, goes = goes, stays
    if request.method == "POST":
        try:
            merging.merge(stays.pk, goes.pk, request.user, take=_picked(request), seen=_seen(request))
        except Problem as problem:
            messages.warning(request, problem.detail)
            return redirect(f"/leads/{pk}/merge/{other}/?keep={stays.pk}")
        messages.success(request, f"Merged. {stays} goes on; you can undo it here.")
        return redirect(stays.get_absolute_url())
    return render(request, "duplicates/compare.html", _compared(lead, stays, goes, request.user))


def _compared(lead: Lead, stays: Lead, goes: Lead, person: User) -> dict[str, Any]:
    refusal = weighing.refusal(stays, goes, person)
    swapped = weighing.refusal(goes, stays, person)
    return {
        "lead": lead, "stays": stays, "goes": goes, "refusal": refusal, "may_swap": swapped is None,
        "fields": weighing.fields(stays, goes), "outcome": weighing.outcome(stays, goes),
    }  # fmt: skip


def _picked(request: StaffRequest) -> list[str]:
    """Return the fields whose other value was chosen; "-message" when the older message was."""
    picked = {name: request.POST.get(f"pick_{name}", "") for name in weighing.LABELS}
    kept = ["-message"] if picked["message"] == "stays" else []
    return [name for name, choice in picked.items() if choice == "goes"] + kept


def _seen(request: StaffRequest) -> tuple[int, int]:
    """Return the versions of both leads on the page that was confirmed; what is no number fits nothing."""
    numbers = [request.POST.get(name, "") for name in ("seen_stays", "seen_goes")]
    read = [
        int(text) if text.isascii() and text.isdigit() and len(text) < LARGEST else -1 for text in numbers
    ]
    return read[0], read[1]


@require_POST
@requires("merge_leads")
def dismiss(request: StaffRequest, pk: int, other: int) -> HttpResponse:
    """Say that two leads are two people."""
    lead = get_object_or_404(visible_to(request.user), pk=pk)
    second = get_object_or_404(visible_to(request.user), pk=other)
    if suspicions.dismiss(lead, second, request.user):
        messages.success(request, f"Noted: {second} is somebody else.")
    return redirect(lead.get_absolute_url())


@require_POST
@requires("merge_leads")
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """Undo a merge."""
    row = get_object_or_404(Merge, pk=pk)
    lead = get_object_or_404(visible_to(request.user), pk=row.gone_lead_id)
    try:
        undoing.undo(row.pk, request.user)
        messages.success(request, "Undone. Both leads are as they were; what came since stays where it is.")
    except Problem as problem:
        messages.warning(request, problem.detail)
    return redirect(lead.get_absolute_url())
