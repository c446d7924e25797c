"""What became of leads, read from the one log: the labels that the score learns from.

Won is a win. Lost is a loss, and so is a lead that a person rejected or disqualified for what it is. A
duplicate or a premature lead says nothing about its worth, a machine's own decision teaches nothing, and a
reopened lead is open.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from leadboard.leads.models import LeadEvent

ENDS = ("won", "lost", "rejected", "disqualified", "reopened")
SAYS_NOTHING = frozenset({"duplicate", "premature"})

# The newest end of each lead, and what was known when it was first judged, in the order of capture.
ENDED = """
SELECT l.id, e.kind, e.facts, e.actor_id, v.features
FROM (SELECT DISTINCT ON (lead_id) lead_id, kind, facts, actor_id FROM {events}
      WHERE kind = ANY(%s) ORDER BY lead_id, version DESC) e
JOIN leads_lead l ON l.id = e.lead_id AND l.erased_at IS NULL
JOIN LATERAL (SELECT features FROM qualification_verdict WHERE lead_id = l.id ORDER BY id LIMIT 1) v ON true
ORDER BY l.id
"""


class Example(NamedTuple):
    """One lead whose end is known: its facts when it was first judged, and 1 for won or 0 for lost."""

    lead_id: int
    facts: dict[str, Any]
    won: int


def examples() -> list[Example]:
    """All leads to learn from, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(ENDED.format(events=LeadEvent._meta.db_table), [list(ENDS)])
        return list(_read(cursor.fetchall()))


def _read(rows: list[tuple]) -> Iterator[Example]:
    for lead_id, kind, facts, actor, features in rows:
        won = label_of(kind, facts if isinstance(facts, dict) else _json(facts), by_person=actor is not None)
        if won is not None:
            yield Example(lead_id, features if isinstance(features, dict) else _json(features), won)


def label_of(kind: str, facts: dict[str, Any], by_person: bool) -> int | None:
    """1, 0, or None when this end says nothing about the lead's worth."""
    if kind == "won":
        return 1
    if kind == "lost":
        return 0
    if kind == "reopened" or not by_person:
        return None
    return None if (facts.get("code") or facts.get("reason")) in SAYS_NOTHING else 0


def _json(text: str) -> dict[str, Any]:
    return json.loads(text)
