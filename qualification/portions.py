"""A portion of open leads: read with the facts of their newest verdicts, stored with new ones.

Two statements store thousands: the verdicts (what was read of a lead is copied inside the database), and the
leads with their events through the one door.
"""

import json
from typing import Any, NamedTuple

from django.db import connection, transaction

from leadboard.leads import door
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification.pipeline import UNCLAIMED
from qualification.score.scorer import Judgement

OPEN = """
SELECT l.id, l.version, l.desk, l.enquiry_class, l.band, v.id, v.features, v.abstained <> ''
FROM leads_lead l
JOIN LATERAL (SELECT id, features, abstained, model_id, playbook_version FROM qualification_verdict
              WHERE lead_id = l.id ORDER BY id DESC LIMIT 1) v ON true
WHERE l.id > %s AND l.desk = ANY(%s) AND l.owner_id IS NULL AND l.erased_at IS NULL AND NOT l.do_not_contact
  AND (v.model_id IS DISTINCT FROM %s OR v.playbook_version <> %s)
  AND NOT EXISTS (SELECT 1 FROM corrections_override o WHERE o.lead_id = l.id AND o.ended_at IS NULL)
ORDER BY l.id LIMIT %s
"""
# A lead that changed meanwhile is left out; the others are locked until their events are written.
VERDICTS = """
WITH judged AS MATERIALIZED (
    SELECT l.id AS lead, i.* FROM jsonb_to_recordset(%(rows)s::jsonb) AS i (
        lead_id bigint, version int, verdict bigint, fit float8, intent float8, probability float8, score int,
        band text, reasons jsonb, flags jsonb, method text, route jsonb)
    JOIN leads_lead l ON l.id = i.lead_id AND l.version = i.version AND l.owner_id IS NULL
    ORDER BY l.id FOR UPDATE OF l
)
INSERT INTO qualification_verdict
    (lead_id, lead_version, enquiry_class, class_confidence, class_kind, words_version, evidence,
     fit, intent, probability, score, band, reasons, abstained, flags, features,
     route, model_id, method, playbook_version)
SELECT j.lead, j.version, v.enquiry_class, v.class_confidence, v.class_kind, v.words_version, v.evidence,
       j.fit, j.intent, j.probability, j.score, j.band, j.reasons, v.abstained, j.flags, v.features,
       j.route, %(model)s,
       j.method, %(playbook)s
FROM judged j JOIN qualification_verdict v ON v.id = j.verdict
ON CONFLICT (lead_id, lead_version) DO NOTHING
RETURNING lead_id, id
"""
COLUMNS = ("score", "fit", "intent", "band", "probability", "reasons", "scored_at")


class Found(NamedTuple):
    """An open lead with the facts of its newest verdict."""

    lead: int
    version: int
    desk: str
    enquiry_class: str
    band: str
    verdict: int
    facts: dict[str, Any]
    abstained: bool


class By(NamedTuple):
    """Who judges: the model (None: the card alone), the agreement, and what went wrong on the way."""

    model: int | None
    playbook: Playbook
    flags: list[str]


def open_leads(after: int, by: By, portion: int) -> list[Found]:
    """The next leads behind lead `after` whose newest verdict is by another model or agreement, by id. Where
    a person overrode the machine it stays at that.
    """
    desks = [str(desk) for desk in UNCLAIMED]
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [after, desks, by.model, by.playbook.version, portion])
        rows = cursor.fetchall()
    return [
        Found(*row)._replace(facts=row[6] if isinstance(row[6], dict) else json.loads(row[6])) for row in rows
    ]


def store_all(found: list[Found], judgements: list[Judgement], by: By) -> int:
    """Store verdicts, leads and events of a portion; how many. A lead that changed meanwhile is left as it
    is: whoever changed it had it judged anew.
    """
    pairs = list(zip(found, judgements, strict=True))
    with transaction.atomic():
        with connection.cursor() as cursor:
            rows = json.dumps([_verdict_row(one, new, by) for one, new in pairs])
            cursor.execute(VERDICTS, {"rows": rows, "model": by.model, "playbook": by.playbook.version})
            verdicts = dict(cursor.fetchall())
            cursor.execute("SELECT now()")
            now = cursor.fetchone()[0].isoformat()
        moves = [
            _lead_row(one, new, verdicts[one.lead], by, now) for one, new in pairs if one.lead in verdicts
        ]
        if moves:
            door.write("rescored", moves, COLUMNS, by.playbook.version)
    return len(moves)


def _verdict_row(one: Found, new: Judgement, by: By) -> dict[str, Any]:
    return {
        "lead_id": one.lead,
        "version": one.version,
        "verdict": one.verdict,
        "fit": new.fit,
        "intent": new.intent,
        "probability": new.probability,
        "score": new.score,
        "band": policy.band(by.playbook, new.score),
        "reasons": new.reasons,
        "flags": by.flags,
        "method": new.method,
        "route": {"desk": one.desk, "rule": "kept"},
    }


def _lead_row(one: Found, new: Judgement, verdict: int, by: By, now: str) -> dict[str, Any]:
    band = "" if one.abstained else policy.band(by.playbook, new.score)
    facts = {
        "score": new.score,
        "band": band,
        "verdict": verdict,
        "method": new.method,
        "model": by.model,
        "flags": len(by.flags),
    }
    changes = (new.score, new.fit, new.intent, band, new.probability, new.reasons, now)
    changed = {f"c_{name}": value for name, value in zip(COLUMNS, changes, strict=True)}
    return {"lead": one.lead, "at": None, "actor": None, "facts": facts, **changed}
