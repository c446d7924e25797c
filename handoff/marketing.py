"""What a marketer does with a lead: take it into a track, put it on the board, close it."""

from django.db import transaction

from handoff import spells
from handoff.claims import unknown_code
from handoff.models import ClockKind, Enrolment
from handoff.nurturing import nurture
from handoff.timing import clocks, sla
from handoff.timing.agreement import in_force
from leadboard.http.problems import Problem
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage
from leadboard.people.models import User
from leadboard.people.rights import may
from leadboard.playbook import policy

OWED_BY_SALES = (ClockKind.FIRST_ACTION, ClockKind.ESCALATION)


def take(lead_id: int, track_name: str, by: User) -> Enrolment:
    """Take a lead that nobody of sales holds into a track, to marketing's desk; return its enrolment.

    In the same track it goes on where it is. Refusals are Problems: 403, 404, 409 while sales holds
    it, 422 for a track that the playbook does not have and for a lead that is closed.
    """
    playbook = in_force()
    if policy.track(playbook, track_name) is None:
        listed = ", ".join(playbook.tracks)
        raise Problem(422, "unknown_track", f"There is no track {track_name[:40]!r}. Use one of: {listed}.")
    with transaction.atomic():
        lead = _free(lead_id, by)
        desk = nurture.desk_of(playbook, track_name)
        clocks.cancel(clocks.running(lead, *OWED_BY_SALES), clocks.moment())
        facts = {"track": track_name, "desk": str(desk), "from_desk": lead.desk}
        move(lead, "nurture_taken", actor=by, facts=facts, desk=desk, playbook_version=playbook.version,
             **clocks.shown(lead))  # fmt: skip
        return nurture.enrol(lead, track_name, why="taken", actor=by)


def promote(lead_id: int, by: User) -> Lead:
    """Put a nurtured lead on the board: its track waits, and a fresh first-action clock runs."""
    with transaction.atomic():
        lead = _free(lead_id, by)
        if lead.desk == Desk.BOARD:
            return lead
        nurture.pause(lead, "promoted", actor=by)
        facts = {"desk": str(Desk.BOARD), "from_desk": lead.desk}
        event = move(lead, "promoted", actor=by, facts=facts, desk=Desk.BOARD)
        sla.begin(lead, event)
        return lead


def disqualify(lead_id: int, code: str, by: User) -> Lead:
    """Close a lead that is none, for one of the playbook's rejection reasons; sales may still claim it."""
    reasons = {reason.code: reason.words for reason in policy.rejections(in_force())}
    if code not in reasons:
        raise unknown_code(code, reasons)
    with transaction.atomic():
        lead, now = _free(lead_id, by), clocks.moment()
        nurture.stop(lead, "disqualified", actor=by)
        clocks.cancel(clocks.running(lead), now)
        facts = {
            "reason": code,
            "stage": str(Stage.DISQUALIFIED),
            "desk": str(Desk.CLOSED),
            "from_stage": lead.stage,
        }
        changes = spells.without_owner(
            lead, Desk.CLOSED, Stage.DISQUALIFIED, closed_at=now, **clocks.NOTHING_DUE
        )
        move(lead, "disqualified", actor=by, facts=facts, **changes)
        return lead


def _free(lead_id: int, by: User) -> Lead:
    """Return the lead, locked, when marketing may act on it now; else raise the Problem that says why not."""
    if not may(by, "nurture"):
        raise Problem(403, "not_allowed", "Only marketing works the nurture queues.")
    lead = spells.lock(lead_id)
    if lead.do_not_contact:
        raise Problem(422, "do_not_contact", "This person asked not to be contacted.")
    if lead.owner_id:
        raise Problem(409, "held", f"{lead.owner} has this lead. Its track waits until sales gives it back.")
    if lead.desk in (Desk.CLOSED, Desk.QUARANTINE):
        raise Problem(
            422, "closed", f"This lead is on the desk “{lead.get_desk_display()}”. A manager can reopen it."
        )
    return lead
