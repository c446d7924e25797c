"""Many moves of one kind in one statement: how the clock engine keeps its promise, and imports come in.

The same door as `lifecycle.move()`: the version is bumped, the digest chained, one event written per
lead, and what hangs on the event reacts in the same transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from leadboard.leads import door, reactions
from leadboard.leads.clock import db_now
from leadboard.leads.events import KINDS
from leadboard.leads.inserts import insert_all
from leadboard.leads.lifecycle import Conflict
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import may_move
from leadboard.people.models import User


@dataclass
class Move:
    """One lead's part: its facts, the columns that change, when it happened (default: now), whose doing."""

    lead: Lead
    facts: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    actor: User | None = None


def move_all(kind: str, moves: list[Move], *, playbook_version: int | None = None) -> list[LeadEvent]:
    """Move leads whose rows this transaction has locked; return their events in the order of `moves`.

    All moves change the same columns, and each lead occurs once (ValueError). A stage that may not
    move so raises Conflict before anything is written.
    """
    if not moves:
        return []
    _check(kind, moves)
    rows = [door.row_of(one.lead, one.changes, one.facts, one.at, one.actor) for one in moves]
    with transaction.atomic(savepoint=False):
        written = door.write(kind, rows, tuple(moves[0].changes), playbook_version)
        events = [
            door.event_of(
                kind, one.lead, written[one.lead.pk], one.changes, one.actor, one.facts, playbook_version
            )
            for one in moves
        ]
        reactions.react_all(events)
    return events


def capture_all(
    leads: list[Lead], facts: list[dict[str, Any]], *, playbook_version: int | None = None
) -> list[LeadEvent]:
    """Insert new leads, each with its first event `captured`; return the events in their order.

    To be called in a transaction, as the rows have to be there wholly or not at all.
    """
    for lead in leads:
        lead.digest = lead.uid.bytes
    insert_all(leads)
    now = db_now()
    for lead in leads:
        lead.created_at = now  # as the column's default has it in this transaction
    moves = [Move(lead, told) for lead, told in zip(leads, facts, strict=True)]
    return move_all("captured", moves, playbook_version=playbook_version)


def _check(kind, moves):
    """Refuse what one statement could not do truthfully."""
    columns = moves[0].changes.keys()
    if kind not in KINDS:
        raise ValueError(f"unknown kind of event: {kind}")
    if any(move.changes.keys() != columns for move in moves):
        raise ValueError("moves of one batch change the same columns")
    if len({move.lead.pk for move in moves}) < len(moves):
        raise ValueError("moves of one batch are of different leads")
    for move in moves:
        if "stage" in columns and not may_move(move.lead.stage, move.changes["stage"]):
            raise Conflict(move.lead)
