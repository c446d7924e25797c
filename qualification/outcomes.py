"""What became of leads, read from the one log: the labels that the score learns from.

Won is a win. Lost is a loss, and so is a lead that a person rejected or disqualified for what it is. A
duplicate or a premature lead says nothing about its worth, a machine's own decision teaches nothing, and a
reopened lead is open. A lead that was merged into another ended there. Learned from is what was known when
the lead was first judged, and only when nobody had spoken to it by then: what people fill in afterwards
knows the end. One person's refusals count for a tenth of all ends at most, so that nobody teaches the score
alone.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db import connection

from leadboard.leads.models import LeadEvent

ENDS = ("won", "lost", "rejected", "disqualified", "reopened")
SAYS_NOTHING = frozenset({"duplicate", "premature"})
REFUSED = ("rejected", "disqualified")
# After one of these somebody of ours may have written down what the prospect said.
CONTACT = ("action", "accepted", "rejected", "sql_reached", "won", "lost", "disqualified", "handed_back")
MOST_BY_ONE, FEWEST_CAPPED = 0.1, 20

# The newest end of each lead, and what was known when it was first judged, in the order of capture.
ENDED = """
SELECT l.id, e.kind, e.facts, e.actor_id, v.features
FROM (SELECT DISTINCT ON (lead_id) lead_id, kind, facts, actor_id FROM {events}
      WHERE kind = ANY(%s) ORDER BY lead_id, version DESC) e
JOIN leads_lead l ON l.id = e.lead_id AND l.erased_at IS NULL AND l.merged_into_id IS NULL
JOIN LATERAL (SELECT features, lead_version FROM qualification_verdict
              WHERE lead_id = l.id ORDER BY id LIMIT 1) v ON true
WHERE NOT EXISTS (SELECT FROM {events} c WHERE c.lead_id = l.id AND c.version <= v.lead_version
                  AND c.kind = ANY(%s) AND c.actor_id IS NOT NULL)
ORDER BY l.id
"""


class Example(NamedTuple):
    """One lead whose end is known: its facts when it was first judged, 1 for won or 0 for lost, and how much
    it counts (1: in full).
    """

    lead_id: int
    facts: dict[str, Any]
    won: int
    weight: float = 1.0


def examples() -> list[Example]:
    """All leads to learn from, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(ENDED.format(events=LeadEvent._meta.db_table), [list(ENDS), list(CONTACT)])
        return list(_read(cursor.fetchall()))


def _read(rows: list[tuple]) -> Iterator[Example]:
    ended = [
        (lead_id, kind, _plain(facts), actor, _plain(features))
        for lead_id, kind, facts, actor, features in rows
    ]
    labelled = [(*row, label_of(row[1], row[2], by_person=row[3] is not None)) for row in ended]
    weights = _weights([row for row in labelled if row[-1] is not None])
    for lead_id, kind, _, actor, features, won in labelled:
        if won is not None:
            weight = weights.get(actor, 1.0) if kind in REFUSED else 1.0
            yield Example(lead_id, features, won, weight)


def _weights(labelled: list[tuple]) -> dict[int, float]:
    """Person → how much each of their refusals counts, so that all together stay below the cap."""
    by_person = Counter(actor for _, kind, _, actor, _, _ in labelled if kind in REFUSED)
    cap = max(FEWEST_CAPPED, MOST_BY_ONE * len(labelled))
    return {actor: min(1.0, cap / count) for actor, count in by_person.items()}


def label_of(kind: str, facts: dict[str, Any], by_person: bool) -> int | None:
    """1, 0, or None when this end says nothing about the lead's worth."""
    if kind == "won":
        return 1
    if kind == "lost":
        return 0
    if kind == "reopened" or not by_person:
        return None
    return None if (facts.get("code") or facts.get("reason")) in SAYS_NOTHING else 0


def _plain(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else json.loads(value)
