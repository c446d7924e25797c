"""What a verdict means for the handoff: the board owes a first action, nurture begins, or nothing is owed."""

from handoff import answers, clocks, giving, nurture, sla
from handoff.models import ClockKind
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk


def follow_verdict(lead: Lead, event: LeadEvent) -> None:
    """React to `qualified`, or to a person's override of it, on a lead that nobody holds; its desk has been
    moved already. One that was only scored anew has no route to follow: it stays as it is.
    """
    if lead.owner_id is not None or lead.do_not_contact or "route" not in event.facts:
        return
    if lead.desk == Desk.BOARD:
        _keep_on_board(lead, event)
        if event.facts.get("assign"):
            giving.give_after(lead, event.facts, event.recorded_at)
        return
    _owe_nothing(lead, event)
    if lead.desk in (Desk.NURTURE, Desk.LONG_NURTURE):
        nurture.enrol(lead, event.facts["track"], why="verdict")
    elif event.facts.get("polite_answer"):
        answers.answer(lead, event.facts["enquiry_class"])


def _keep_on_board(lead: Lead, event: LeadEvent) -> None:
    """Somebody has to act: make sure that a clock says until when."""
    if not sla.is_owed(lead):
        sla.begin(lead, event)


def _owe_nothing(lead: Lead, event: LeadEvent) -> None:
    """End the running first-action clock of a lead that leaves the board unclaimed."""
    ended = clocks.cancel(
        clocks.running(lead, ClockKind.FIRST_ACTION, ClockKind.ESCALATION), event.recorded_at
    )
    if ended:
        facts = {"clock": "first_action", "reason": event.facts.get("route", "verdict")}
        move(lead, "clock_cancelled", facts=facts, **clocks.NOTHING_DUE)
