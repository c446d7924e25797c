"""The one statement that changes leads: versions bumped, digests chained, one event written for each.

`lifecycle.move()` and `batch.move_all()` are its two ways in; nothing else writes to an existing lead. The
rows travel as one JSON document, which costs half of what an array for each column costs to send, and which a
value too long for its column refuses instead of being cut.
"""

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Field

from leadboard.leads import chain, sequencer
from leadboard.leads.models import Lead, LeadEvent, LeadScore

PROTECTED = {"id", "uid", "version", "digest", "created_at"}
SCORE = {field.name: field for field in LeadScore._meta.concrete_fields if not field.primary_key}
Row = dict[str, Any]
Written = tuple[int, int, datetime, datetime, bytes]  # event id, version, at, recorded_at, digest
NEXT_LINK = chain.CONTENT.format(
    version="leads_lead.version + 1",
    kind="%(kind)s::text",
    at="coalesce(i.at, now())",
    recorded_at="now()",
    actor_id="i.actor",
    facts="i.facts",
    playbook_version="%(playbook_version)s::int",
)
STATEMENT = f"""
WITH moved AS (
    UPDATE leads_lead
    SET version = leads_lead.version + 1, digest = sha256(leads_lead.digest || {NEXT_LINK}){{changes}}
    FROM jsonb_to_recordset(%(rows)s::jsonb)
        AS i (lead bigint, at timestamptz, actor bigint, facts jsonb{{names}})
    WHERE leads_lead.id = i.lead{{guard}}
    RETURNING leads_lead.id, leads_lead.version, leads_lead.digest, i.at, i.actor, i.facts{{score}}
){{scored}}
INSERT INTO leads_leadevent
    (lead_id, version, kind, at, recorded_at, actor_id, facts, playbook_version, digest)
SELECT id, version, %(kind)s, coalesce(at, now()), now(), actor, facts, %(playbook_version)s, digest
FROM moved
RETURNING lead_id, id, version, at, recorded_at, digest
"""  # noqa: S608 - constants only


# What the lead scores stands in a row beside it: made by the first score, changed by each later one.
SCORED = """, scored AS (
    INSERT INTO leads_leadscore (lead_id, {names}) SELECT id, {given} FROM moved
    ON CONFLICT (lead_id) DO UPDATE SET ({names}) = ROW ({excluded})
)"""


def row_of(lead: Lead, changes: Row, facts: Row, at: datetime | None, actor: Any) -> Row:
    """Return one lead's part of the document: whose doing, when, what is told, what changes."""
    changed = {
        f"c_{name}": getattr(value, "pk", value) if column(name).is_relation else value
        for name, value in changes.items()
    }
    return {"lead": lead.pk, "at": at, "actor": getattr(actor, "pk", None), "facts": facts, **changed}


def write(
    kind: str,
    rows: list[Row],
    columns: tuple[str, ...],
    playbook_version: int | None,
    guard: str = "",
    values: Row | None = None,
) -> dict[int, Written]:
    """Change these columns of the leads as `rows` say; return what was written, by lead.

    `guard` is SQL that follows the WHERE, `values` are its parameters: a lead it does not let pass is
    not in the answer, and nothing of it is written.
    """
    if PROTECTED & set(columns):
        raise ValueError(f"not to be set by a move: {sorted(PROTECTED & set(columns))}")
    document = json.dumps(rows, default=_plain)
    parameters = {"kind": kind, "playbook_version": playbook_version, "rows": document} | (values or {})
    with connection.cursor() as cursor:
        cursor.execute(_statement(columns, guard), parameters)
        written = {row[0]: row[1:] for row in cursor.fetchall()}
    if written:
        _wake_once()
    return written


@lru_cache(maxsize=256)
def _statement(columns: tuple[str, ...], guard: str) -> str:
    fields = [column(name) for name in columns]
    of_score = [name for name in columns if name in SCORE]
    return STATEMENT.format(
        changes="".join(f", {field.column} = i.c_{field.name}" for field in fields if field.model is Lead),
        names="".join(f", c_{field.name} {field.db_type(connection)}" for field in fields),
        guard=guard,
        score="".join(f", i.c_{name}" for name in of_score),
        scored=_scored(of_score) if of_score else "",
    )


def _scored(names: list[str]) -> str:
    return SCORED.format(
        names=", ".join(names),
        given=", ".join(f"c_{name}" for name in names),
        excluded=", ".join(f"excluded.{name}" for name in names),
    )


def column(name: str) -> Field:
    """Return the column of Lead, or of its score, with this name; what only points to a lead is none."""
    field = SCORE.get(name) or Lead._meta.get_field(name)
    assert isinstance(field, Field), f"{name} is no column of Lead"
    return field


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a {type(value).__name__} is nothing that a lead's row can hold")


def event_of(
    kind: str, lead: Lead, row: Written, changes: Row, actor: Any, facts: Row, playbook_version: int | None
) -> LeadEvent:
    """Return the event as it was written; the lead in hand is brought up to date."""
    pk, version, at, recorded_at, digest = row
    lead.version, lead.digest = version, digest
    if not SCORE.keys().isdisjoint(changes):
        lead._state.fields_cache.pop("standing", None)
    for name, value in changes.items():
        if name not in SCORE:
            setattr(lead, column(name).attname if isinstance(value, int) and name == "owner" else name, value)
    return LeadEvent(
        id=pk, lead=lead, version=version, kind=kind, at=at, recorded_at=recorded_at, actor=actor,
        facts=facts, playbook_version=playbook_version, digest=digest,
    )  # fmt: skip


def _wake_once() -> None:
    """Wake the sequencer after the commit, once per transaction."""
    if not any(entry[1] is sequencer.wake for entry in connection.run_on_commit):
        transaction.on_commit(sequencer.wake)
