"""Scores whose reasons are not told yet: a re-scoring stores the numbers of all leads first, because they
route, and then says of each why.
"""

import json
import logging
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from leadboard.playbook import versions
from qualification import store
from qualification.again.kept_facts import facts_in
from qualification.again.portions import LAST, execute
from qualification.models import ScoringModel
from qualification.score.scorer import BlendScorer, CardScorer

log = logging.getLogger(__name__)
PORTION = 2_000
UNTOLD = """
SELECT s.lead_id, s.xmin::text, s.by_model, s.by_playbook, v.features::text
FROM leads_leadscore s JOIN qualification_verdict v ON v.id = s.by_verdict
WHERE s.lead_id > %s AND s.lead_id <= %s AND s.reasons IS NULL ORDER BY s.lead_id LIMIT %s
"""
TELL = """
UPDATE leads_leadscore s SET reasons = i.reasons::jsonb
FROM unnest(%(leads)b::bigint[], %(seen)s::xid[], %(reasons)b::text[]) AS i (lead, seen, reasons)
WHERE s.lead_id = i.lead AND s.xmin = i.seen
"""


class Untold(NamedTuple):
    """A score without reasons: by which model and agreement, and the facts that it stands on."""

    lead: int
    seen: str
    model: int | None
    playbook: int
    facts: dict[str, Any]


def tell(after: int = 0, portion: int = PORTION, last: int = LAST) -> int | None:
    """Store the reasons of the next scores behind lead `after`, up to `last`, that have none; the last of
    these leads (None: there are none).
    """
    with connection.cursor() as cursor:
        cursor.execute(UNTOLD, [after, last, portion])
        found = [Untold._make((*row[:4], facts_in(row[4]))) for row in cursor.fetchall()]
    if not found:
        return None
    for made_by, leads in groupby(sorted(found, key=_made_by), key=_made_by):
        _tell_all(list(leads), *made_by)
    return found[-1].lead


def _made_by(one: Untold) -> tuple[int, int]:
    return one.model or 0, one.playbook


def _tell_all(leads: list[Untold], model: int, playbook: int) -> None:
    reasons = _reasons(model, playbook, [one.facts for one in leads])
    values = {
        "leads": [one.lead for one in leads],
        "seen": [one.seen for one in leads],
        "reasons": list(map(json.dumps, reasons)),
    }
    execute(TELL, values)


def _reasons(model: int, playbook: int, rows: list[dict[str, Any]]) -> list[list[Any]]:
    """The reasons by the model that gave the scores; none when it fails now: then the score stands alone."""
    try:
        judgements = _scorer(model).judge_all(versions.by_number(playbook), rows)
    except Exception:
        log.exception("model %s gave scores and cannot say why", model)
        return [[] for _ in rows]
    return [judgement.reasons for judgement in judgements]


def _scorer(model: int) -> BlendScorer | CardScorer:
    if not model:
        return CardScorer()
    return store.scorer(model, ScoringModel.objects.values_list("sha256", flat=True).get(pk=model))
