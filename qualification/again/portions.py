"""A portion of open leads: read with the facts that their scores stand on, stored with new scores.

A re-scoring rewrites the narrow rows of the scores and appends a line of history to each, in one statement
for thousands; the leads themselves are neither written nor locked, so nobody who claims one ever waits for
it. Only a lead whose band is another one now goes through the door of the leads, with its event: the band is
what routes. The reasons of all of them follow (`untold`).
"""

import json
from typing import Any, NamedTuple

import psycopg
from django.db import connection, transaction

from leadboard.leads import door
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification.again.packed import Packed, PackedDumper, packed
from qualification.pipeline import UNCLAIMED
from qualification.score.scorer import Judgement

LAST = 2**63 - 1  # no lead has a greater key
# `xmin` changes with each write of a row: whoever writes a score meanwhile knows more than we read.
OPEN = """
SELECT s.lead_id, l.version, l.desk, l.enquiry_class, l.band, s.score, s.xmin::text::bigint, v.id,
       v.features::text, v.abstained <> ''
FROM leads_leadscore s
JOIN leads_lead l ON l.id = s.lead_id
JOIN qualification_verdict v ON v.id = s.by_verdict
WHERE s.lead_id > %s AND s.lead_id <= %s AND l.desk = ANY(%s) AND l.owner_id IS NULL AND l.erased_at IS NULL
  AND NOT l.do_not_contact
  AND (s.by_model IS DISTINCT FROM %s OR s.by_playbook IS DISTINCT FROM %s)
  AND NOT EXISTS (SELECT 1 FROM corrections_override o WHERE o.lead_id = s.lead_id AND o.ended_at IS NULL)
ORDER BY s.lead_id LIMIT %s
"""
RENEW = """
WITH renewed AS (
    UPDATE leads_leadscore s
    SET score = i.score, fit = i.fit, intent = i.intent, probability = i.probability,
        reasons = NULL, scored_at = now(), by_model = %(model)s, by_playbook = %(playbook)s
    FROM unnest(%(leads)b::bigint[], %(seen)s::xid[], %(was)b::int[], %(score)b::int[], %(fit)b::int[],
                %(intent)b::int[], %(probability)b::float8[])
        AS i (lead, seen, was, score, fit, intent, probability)
    WHERE s.lead_id = i.lead AND s.xmin = i.seen
    RETURNING s.*, i.was
)
"""
HISTORY = """
INSERT INTO qualification_scoredagain
    (lead_id, verdict_id, model_id, method, playbook_version, score, was, fit, intent, probability, flags)
SELECT lead_id, by_verdict, by_model, %(method)s, by_playbook, score, was, fit, intent, probability, %(flags)s
"""
RENEWED = f"{RENEW}{HISTORY} FROM renewed"
MOVED = f"""
{HISTORY} FROM leads_leadscore
JOIN unnest(%(leads)b::bigint[], %(was)b::int[]) AS i (lead, was) ON lead = lead_id
"""
# Of the leads whose band changes, those that nobody has changed meanwhile, locked until they are written.
AS_READ = """
SELECT l.id FROM leads_lead l JOIN unnest(%s::bigint[], %s::int[]) AS i (lead, version)
    ON l.id = i.lead AND l.version = i.version
WHERE l.owner_id IS NULL ORDER BY l.id FOR UPDATE OF l
"""
COLUMNS = (
    "band", "score", "fit", "intent", "probability", "reasons", "scored_at", "by_verdict", "by_model",
    "by_playbook",
)  # fmt: skip


class Found(NamedTuple):
    """An open lead with its score as it was read (`seen`) and the facts, as JSON, that this stands on."""

    lead: int
    version: int
    desk: str
    enquiry_class: str
    band: str
    score: int | None
    seen: int
    verdict: int
    facts: str
    abstained: bool


class By(NamedTuple):
    """Who judges: the model (None: the card alone), the agreement, and what went wrong on the way."""

    model: int | None
    playbook: Playbook
    flags: list[str]


Pair = tuple[Found, Judgement]


def open_leads(after: int, by: By, portion: int, last: int = LAST) -> list[Found]:
    """The next leads behind lead `after`, up to `last`, whose score is by another model or agreement, by id.
    Where a person overrode the machine it stays at that.
    """
    desks = [str(desk) for desk in UNCLAIMED]
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [after, last, desks, by.model, by.playbook.version, portion])
        return list(map(Found._make, cursor.fetchall()))


def store_all(found: list[Found], judgements: list[Judgement], by: By) -> int:
    """Store the scores of a portion; how many. A lead that was judged anew, claimed or sent elsewhere
    meanwhile keeps what it has.
    """
    same: list[Pair] = []
    other: list[Pair] = []
    for one, new in zip(found, judgements, strict=True):
        (same if band_of(one, new, by) == one.band else other).append((one, new))
    return _move(other, by) + _renew(same, by)


def band_of(one: Found, new: Judgement, by: By) -> str:
    """The band of the lead by its new score; where the machine abstained it stays without."""
    return "" if one.abstained else policy.band(by.playbook, new.score)


def _renew(pairs: list[Pair], by: By) -> int:
    """Store scores that leave the lead in its band."""
    if not pairs:
        return 0
    values = _history(pairs, by) | {
        "model": by.model,
        "playbook": by.playbook.version,
        "seen": packed("xid", [one.seen for one, _ in pairs]),
        "score": packed("int", [new.score for _, new in pairs]),
        "fit": packed("int", [new.fit for _, new in pairs]),
        "intent": packed("int", [new.intent for _, new in pairs]),
        "probability": packed("float8", [new.probability for _, new in pairs]),
    }
    return execute(RENEWED, values)


def execute(statement: str, values: dict[str, Any]) -> int:
    """How many rows a statement wrote. Its arrays travel in binary, as Django's own cursors do not send them:
    quoting thousands of values as text costs ten times as much.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.adapters.register_dumper(Packed, PackedDumper)
        cursor.execute(statement, values)
        return cursor.rowcount


def _history(pairs: list[Pair], by: By) -> dict[str, Any]:
    return {
        "leads": packed("bigint", [one.lead for one, _ in pairs]),
        "was": packed("int", [one.score for one, _ in pairs]),
        "method": pairs[0][1].method,
        "flags": json.dumps(by.flags),
    }


def _move(pairs: list[Pair], by: By) -> int:
    """Store scores that bring the lead into another band, each with its event."""
    if not pairs:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(AS_READ, [[one.lead for one, _ in pairs], [one.version for one, _ in pairs]])
        there = {lead for (lead,) in cursor.fetchall()}
        pairs = [(one, new) for one, new in pairs if one.lead in there]
        if pairs:
            cursor.execute("SELECT now()")
            now = cursor.fetchone()[0].isoformat()
            door.write(
                "rescored", [_row(one, new, by, now) for one, new in pairs], COLUMNS, by.playbook.version
            )
            execute(MOVED, _history(pairs, by))
    return len(pairs)


def _row(one: Found, new: Judgement, by: By, now: str) -> dict[str, Any]:
    band = band_of(one, new, by)
    facts = {
        "score": new.score,
        "band": band,
        "verdict": one.verdict,
        "method": new.method,
        "model": by.model,
        "flags": len(by.flags),
    }
    values = (
        band, new.score, new.fit, new.intent, new.probability, None, now, one.verdict, by.model,
        by.playbook.version,
    )  # fmt: skip
    changed = {f"c_{name}": value for name, value in zip(COLUMNS, values, strict=True)}
    return {"lead": one.lead, "at": None, "actor": None, "facts": facts, **changed}
