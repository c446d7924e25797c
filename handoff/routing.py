"""What a verdict means for the handoff: the board owes a first action, nurture begins, or nothing is owed."""

from collections.abc import Sequence

from handoff import giving
from handoff.mailing import answers
from handoff.models import ClockKind
from handoff.nurturing import nurture
from handoff.timing import clocks, sla
from leadboard.leads.batch import Move, move_all
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk

ASLEEP = (Desk.NURTURE, Desk.LONG_NURTURE)


def follow_verdict(lead: Lead, event: LeadEvent) -> None:
    """React to `qualified`, or to a person's override of it, on a lead that nobody holds; its desk has been
    moved already. One that was only scored anew has no route to follow: it stays as it is.
    """
    follow_verdicts([event])


def follow_verdicts(events: Sequence[LeadEvent]) -> None:
    """The same for many events of one moment. Reps are looked for last: whoever waits for the rows of people
    has locked all else already, so nobody waits in a circle.
    """
    routed = [event for event in events if _has_route(event)]
    here = [event for event in routed if event.lead.desk == Desk.BOARD]
    away = [event for event in routed if event.lead.desk != Desk.BOARD]
    _owe_nothing(away)
    nurture.enrol_all(
        [(event.lead, event.facts["track"]) for event in away if event.lead.desk in ASLEEP], why="verdict"
    )
    over = [event for event in away if event.lead.desk not in ASLEEP and event.facts.get("polite_answer")]
    answers.answer_all([(event.lead, event.facts["enquiry_class"]) for event in over])
    _keep_on_board(here)
    giving.give_after([event for event in here if event.facts.get("assign")])


def _has_route(event: LeadEvent) -> bool:
    lead = event.lead
    return lead.owner_id is None and not lead.do_not_contact and "route" in event.facts


def _keep_on_board(events: Sequence[LeadEvent]) -> None:
    """Somebody has to act: make sure that a clock says until when."""
    owed = sla.owed_of([event.lead for event in events])
    for event in events:
        if event.lead.pk not in owed:
            sla.begin(event.lead, event)


def _owe_nothing(events: Sequence[LeadEvent]) -> None:
    """End the running first-action clocks of leads that leave the board unclaimed."""
    leads = [event.lead for event in events]
    owed = sla.owed_of(leads)
    if not owed:
        return
    running = clocks.running_of(leads, ClockKind.FIRST_ACTION, ClockKind.ESCALATION)
    clocks.cancel(running, events[0].recorded_at)
    moves = [_cancelled(event) for event in events if event.lead.pk in owed]
    move_all("clock_cancelled", moves)


def _cancelled(event: LeadEvent) -> Move:
    facts = {"clock": "first_action", "reason": event.facts.get("route", "verdict")}
    return Move(event.lead, facts, dict(clocks.NOTHING_DUE))
