"""The marketer's nurture page and what is done from it; every act is a plain form."""

from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from handoff import marketing
from handoff.mailing import sending
from handoff.models import Send
from handoff.nurturing import queues
from handoff.nurturing.queues import ON_A_CARD, QUEUES
from handoff.timing.agreement import in_force
from leadboard.leads.models import Lead
from leadboard.leads.table import HEADER, rows_of
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.playbook import policy, versions
from leadboard.sheets.export import csv_response

HOW = ("arrived", "lost", "again")


@requires("nurture")
@versions.by_one()
def overview(request: StaffRequest) -> HttpResponse:
    """All queues, each cut after so many cards; or one queue page by page."""
    track = request.GET.get("track", "")
    track = track if track in in_force().tracks else ""
    columns = [_column(queue, track) for queue in QUEUES]
    unknown = queues.unknown_sends()
    shown = _choices() | queues.totals() | {"columns": columns, "track": track}
    shown |= {"unknown": unknown[:ON_A_CARD], "unknown_count": unknown.count()}
    return render(request, "nurture/queues.html", shown)


@requires("nurture")
@versions.by_one()
def queue(request: StaffRequest, key: str) -> HttpResponse:
    """One queue, page by page."""
    found = next((entry for entry in QUEUES if entry.key == key), None)
    if found is None:
        raise Http404
    page = Paginator(queues.leads_of(key), ON_A_CARD).get_page(request.GET.get("page"))
    leads = cast("QuerySet[Lead]", page.object_list)  # a slice of what the paginator was given
    shown = _choices() | {"queue": found, "page": page, "cards": queues.cards(leads)}
    return render(request, "nurture/queue.html", shown)


@require_safe
@requires("nurture")
def export(request: StaffRequest, key: str) -> StreamingHttpResponse:
    """The leads of one queue as a file, perhaps of one track only."""
    if key not in {entry.key for entry in QUEUES}:
        raise Http404
    track = request.GET.get("track", "")
    found = queues.leads_of(key, track if track in in_force().tracks else "")
    return csv_response(request, f"nurture {key}", HEADER, rows_of(found), filters={"track": track[:100]})


@require_POST
@requires("nurture")
def take(request: StaffRequest, lead_id: int) -> HttpResponse:
    """Take a lead into a track."""
    enrolment = marketing.take(lead_id, request.POST.get("track", ""), request.user)
    return _done(request, f"{enrolment.lead} is in the track “{enrolment.track}” now.")


@require_POST
@requires("nurture")
def promote(request: StaffRequest, lead_id: int) -> HttpResponse:
    """Put a lead on the board."""
    lead = marketing.promote(lead_id, request.user)
    return _done(request, f"{lead} is on the board now; its clock for the first action runs.")


@require_POST
@requires("nurture")
def disqualify(request: StaffRequest, lead_id: int) -> HttpResponse:
    """Close a lead that is none."""
    lead = marketing.disqualify(lead_id, request.POST.get("reason", ""), request.user)
    return _done(request, f"{lead} is disqualified. Sales may still claim it.")


@require_POST
@requires("nurture")
def settle(request: StaffRequest, send_id: int) -> HttpResponse:
    """Say what became of a mail whose answer was lost."""
    send, how = get_object_or_404(Send, pk=send_id), request.POST.get("how", "")
    if how in HOW and sending.settle(send, how, request.user):
        return _done(request, {"arrived": "Noted: the mail arrived.", "lost": "Noted: the mail was lost.",
                               "again": "The mail goes out once more."}[how])  # fmt: skip
    messages.error(request, "Nothing was changed: it was settled meanwhile, or its track went on or waits.")
    return redirect("nurture:queues")


def _column(entry: queues.Queue, track: str) -> dict:
    """Return what one column shows."""
    leads = queues.leads_of(entry.key, track)
    count = leads.count()
    return {
        "queue": entry, "count": count, "rest": max(0, count - ON_A_CARD),
        "cards": queues.cards(leads[:ON_A_CARD]) if count else [],
    }  # fmt: skip


def _choices() -> dict:
    """Return the tracks and the reasons that the forms offer."""
    playbook = in_force()
    return {
        "tracks": {name: name.replace("_", " ") for name in playbook.tracks},
        "reasons": policy.rejections(playbook),
    }


def _done(request: StaffRequest, words: str) -> HttpResponse:
    """Say what was done and go back to the queues."""
    messages.info(request, words)
    return redirect("nurture:queues")
