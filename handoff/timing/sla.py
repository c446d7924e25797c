"""The first-action clock: started at capture, and again when a lead that was away comes back."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from handoff import spells
from handoff.models import Clock, ClockKind
from handoff.nurturing import nurture
from handoff.timing import clocks
from handoff.timing.agreement import in_force, spell_time
from leadboard.leads.batch import Move, move_all
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk
from leadboard.notify.alerts import alert
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook

AWAY = (Desk.NURTURE, Desk.LONG_NURTURE)


def start_first_action(lead: Lead, event: LeadEvent) -> None:
    """React to `captured`, `joined` and `details_arrived`.

    On the board a clock begins unless one runs; a lead in nurture that writes again comes back to the
    board (one that was captured there gets its track); its rep is told when it has one. Quarantine
    and what is over start no clock. Details that arrive are no new enquiry: they start the clock of a
    lead that they bring to the board, and no other.
    """
    if event.kind == "details_arrived" and lead.desk != Desk.BOARD:
        return
    if lead.do_not_contact or lead.desk in (Desk.QUARANTINE, Desk.CLOSED):
        return
    if lead.owner is not None:
        alert(lead.owner, lead, "wrote_again", "Your lead wrote again. Read it and answer.")
    elif lead.desk in AWAY and event.kind == "captured":
        nurture.resume_or_begin(lead, why="captured")
    elif lead.desk in AWAY:
        spells.lock(lead.pk)
        nurture.pause(lead, "wrote again")
        begin(lead, event, desk=Desk.BOARD)
    elif event.kind == "captured" or not is_owed(lead):
        begin(lead, event)


def start_first_actions(events: Sequence[LeadEvent]) -> None:
    """React to many events of one kind at once: new leads on the board get their clocks in few statements."""
    new = []
    for event in events:
        if _is_plainly_new(event):
            new.append(event)
        else:
            start_first_action(event.lead, event)
    playbook = in_force()
    for now, same in groupby(new, key=lambda event: event.recorded_at):
        owed = _clocks_for(list(same), playbook)
        clocks.start(owed, now)
        moves = [Move(clock.lead, facts_of(clock), dict(clocks.mirror(clock))) for clock in owed]
        move_all("clock_started", moves, playbook_version=playbook.version)


def _is_plainly_new(event: LeadEvent) -> bool:
    lead = event.lead
    is_free = lead.owner_id is None and not lead.do_not_contact
    return event.kind == "captured" and lead.desk == Desk.BOARD and is_free


def is_owed(lead: Lead) -> bool:
    """Does the first-action clock of the lead run, or the ladder after it?"""
    return bool(owed_of([lead]))


def owed_of(leads: Sequence[Lead]) -> set[int]:
    """Return the ids of those leads of whom the same is true."""
    owed = clocks.running_of(leads, ClockKind.FIRST_ACTION, ClockKind.ESCALATION)
    return set(owed.values_list("lead_id", flat=True)) if leads else set()


def begin(lead: Lead, event: LeadEvent, **changes) -> None:
    """Start the first-action clock of a lead, anchored as the playbook says, and show it on the board.

    A fresh enquiry counts from its own submit time only when it made this lead.
    """
    playbook = in_force()
    clock = clocks.start([clock_for(event, playbook)], event.recorded_at)[0]
    facts = facts_of(clock) | {name: str(value) for name, value in changes.items()}
    move(
        lead,
        "clock_started",
        facts=facts,
        playbook_version=playbook.version,
        **changes,
        **clocks.mirror(clock),
    )


def clock_for(event: LeadEvent, playbook: Playbook) -> Clock:
    """Return the unsaved first-action clock that this event starts on its lead."""
    return clocks.clock_of(event.lead, _deadline(event, playbook), playbook.version)


def _clocks_for(events: Sequence[LeadEvent], playbook: Playbook) -> list[Clock]:
    """The same for many events of one moment; those of one type and submit time have one deadline."""
    known: dict[tuple[str, datetime | None], policy.Deadline] = {}
    owed = []
    for event in events:
        key = (event.lead.lead_type, event.lead.submitted_at)
        deadline = known[key] = known.get(key) or _deadline(event, playbook)
        owed.append(clocks.clock_of(event.lead, deadline, playbook.version))
    return owed


def _deadline(event: LeadEvent, playbook: Playbook) -> policy.Deadline:
    lead = event.lead
    submitted_at = lead.submitted_at if event.kind == "captured" else None
    return policy.first_action(
        playbook, lead.lead_type, submitted_at=submitted_at, received_at=event.recorded_at
    )


def facts_of(clock: Clock) -> dict[str, Any]:
    """Return what the event tells of a stored clock."""
    return {
        "clock": "first_action", "clock_id": clock.pk, "rule": clock.rule, "due": spell_time(clock.due_at),
        "anchor": spell_time(clock.anchored_at),
    }  # fmt: skip
