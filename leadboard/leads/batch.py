"""Many moves of one kind in one statement: how the clock engine keeps its promise to the second.

The same door as `lifecycle.move()`: the version is bumped, the digest chained, one event written per
lead, and what hangs on the event reacts in the same transaction.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from leadboard.leads import chain, reactions
from leadboard.leads.events import KINDS
from leadboard.leads.lifecycle import PROTECTED, Conflict, _bring_up_to_date, _stored, _wake_once
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import may_move
from leadboard.people.models import User

NEXT_LINK = chain.CONTENT.format(
    version="leads_lead.version + 1",
    kind="%(kind)s::text",
    at="coalesce(i.at, now())",
    recorded_at="now()",
    actor_id="i.actor_id",
    facts="i.facts",
    playbook_version="%(playbook_version)s::int",
)
STATEMENT = f"""
WITH moved AS (
    UPDATE leads_lead
    SET version = leads_lead.version + 1, digest = sha256(leads_lead.digest || {NEXT_LINK}){{changes}}
    FROM unnest({{arrays}}) AS i(lead_id, at, actor_id, facts{{names}})
    WHERE leads_lead.id = i.lead_id
    RETURNING leads_lead.id, leads_lead.version, leads_lead.digest, i.at, i.actor_id, i.facts
)
INSERT INTO leads_leadevent
    (lead_id, version, kind, at, recorded_at, actor_id, facts, playbook_version, digest)
SELECT id, version, %(kind)s, coalesce(at, now()), now(), actor_id, facts, %(playbook_version)s, digest
FROM moved
RETURNING lead_id, id, version, at, recorded_at, digest
"""  # noqa: S608 - constants only
ARRAYS = "%(leads)s::bigint[], %(ats)s::timestamptz[], %(actors)s::bigint[], %(facts)s::jsonb[]"


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
    rows = _write(kind, moves, playbook_version)
    events = [_event(kind, move, playbook_version, rows[move.lead.pk]) for move in moves]
    _wake_once()
    for event in events:
        reactions.react(event.lead, event)
    return events


def _event(kind, move, playbook_version, row):
    """Return the event of one move as it was stored; its lead is brought up to date."""
    pk, version, at, recorded_at, digest = row
    event = LeadEvent(
        id=pk, lead=move.lead, version=version, kind=kind, at=at, recorded_at=recorded_at,
        actor=move.actor, facts=move.facts, playbook_version=playbook_version, digest=digest,
    )  # fmt: skip
    _bring_up_to_date(move.lead, event, move.changes)
    return event


def _check(kind, moves):
    """Refuse what one statement could not do truthfully."""
    columns = moves[0].changes.keys()
    if kind not in KINDS or PROTECTED & columns:
        raise ValueError(f"no such move: {kind} {sorted(columns)}")
    if any(move.changes.keys() != columns for move in moves) or len({move.lead.pk for move in moves}) < len(
        moves
    ):
        raise ValueError("moves of one batch change the same columns of different leads")
    for move in moves:
        if "stage" in columns and not may_move(move.lead.stage, move.changes["stage"]):
            raise Conflict(move.lead)


def _write(kind, moves, playbook_version):
    """Run the statement; return {lead id: (event id, version, at, recorded_at, digest)}."""
    fields: list[Any] = [Lead._meta.get_field(name) for name in moves[0].changes]
    arrays = [f"%(c_{field.name})s::{field.db_type(connection)}[]" for field in fields]
    statement = STATEMENT.format(
        changes="".join(f", {field.column} = i.c_{field.name}" for field in fields),
        arrays=", ".join([ARRAYS, *arrays]),
        names="".join(f", c_{field.name}" for field in fields),
    )
    values = {
        f"c_{field.name}": [_stored(field, move.changes[field.name]) for move in moves] for field in fields
    }
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(statement, values | {
            "kind": kind, "playbook_version": playbook_version,
            "leads": [move.lead.pk for move in moves],
            "ats": [move.at for move in moves],
            "actors": [getattr(move.actor, "pk", None) for move in moves],
            "facts": [Jsonb(move.facts) for move in moves],
        })  # fmt: skip
        return {row[0]: row[1:] for row in cursor.fetchall()}
