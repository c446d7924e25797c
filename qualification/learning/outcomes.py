"""What became of leads, read from the one log: the labels that the score learns from.

    end                                              label
    won                                              1
    lost                                             0
    rejected or disqualified by a person             0, unless the reason teaches nothing (the playbook says
                                                     of which: too early, known already)
    a person says the message is no prospect's       0, unless the lead ended otherwise
    reopened; the machine's own decision; merged     none: open, or counted where it went
    open                                             none: a lead too young to be won is no loss

Learned from is what was known when the lead was first judged, and only when nobody had spoken to it by then:
what people fill in afterwards knows the end. One person's refusals count for a tenth of all ends at most, so
that nobody teaches the score alone. And of the ends that come faster (refusals within days, wins within
months) those of young leads count for less, by as much as the slower ones of their age cannot be known yet:
else a growing firm would seem to win less and less.
"""

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from leadboard.leads.models import LeadEvent
from leadboard.playbook import policy, versions

CORRECTED = ("class_corrected", "correction_undone")
ENDS = ("won", "lost", "rejected", "disqualified", "reopened")
REFUSED = ("rejected", "disqualified", "class_corrected")
# What a person calls a message: these could still become business.
PROSPECTS = frozenset({"buying", "information"})
# After one of these somebody of ours may have written down what the prospect said.
CONTACT = ("action", "accepted", "rejected", "sql_reached", "won", "lost", "disqualified", "handed_back")
MOST_BY_ONE, FEWEST_CAPPED = 0.1, 20

# The newest end of each lead (else what a person called it), when that was, and what was known when it was
# first judged, in the order of capture.
ENDED = """
SELECT l.id, e.kind, e.facts, e.actor_id, v.features, e.at,
       extract(epoch FROM e.at - coalesce(l.submitted_at, l.created_at)) / 86400,
       extract(epoch FROM now() - coalesce(l.submitted_at, l.created_at)) / 86400
FROM (SELECT DISTINCT ON (lead_id) lead_id, kind, facts, actor_id, at FROM {events}
      WHERE kind = ANY(%s) ORDER BY lead_id, kind = ANY(%s), version DESC) e
JOIN leads_lead l ON l.id = e.lead_id AND l.erased_at IS NULL AND l.merged_into_id IS NULL
JOIN LATERAL (SELECT features, lead_version FROM qualification_verdict
              WHERE lead_id = l.id ORDER BY id LIMIT 1) v ON true
WHERE NOT EXISTS (SELECT FROM {events} c WHERE c.lead_id = l.id AND c.version <= v.lead_version
                  AND c.kind = ANY(%s) AND c.actor_id IS NOT NULL)
ORDER BY l.id
"""
# Fewer of a kind say too little about how fast they come.
FEWEST_ENDS, LEAST_RIPE = 20, 0.1


class Ended(NamedTuple):
    """One lead that is over: how, by whom, when, how many days after it came in, how old it is today."""

    lead_id: int
    kind: str
    facts: dict[str, Any]
    actor: int | None
    features: dict[str, Any]
    at: datetime
    took: float
    age: float


class Example(NamedTuple):
    """One lead whose end is known: its facts when it was first judged, 1 for won or 0 for lost, how much it
    counts (1: in full), and when it ended.
    """

    lead_id: int
    facts: dict[str, Any]
    won: int
    weight: float = 1.0
    at: datetime | None = None


def examples() -> list[Example]:
    """All leads to learn from, oldest first."""
    with connection.cursor() as cursor:
        kinds = [*ENDS, *CORRECTED]
        cursor.execute(ENDED.format(events=LeadEvent._meta.db_table), [kinds, list(CORRECTED), list(CONTACT)])
        rows = cursor.fetchall()
    ended = [
        Ended(lead, kind, _plain(facts), actor, _plain(features), at, float(took), float(age))
        for lead, kind, facts, actor, features, at, took, age in rows
    ]
    return list(_labelled(ended, says_nothing()))


def says_nothing() -> frozenset[str]:
    """Codes of reasons that say nothing about a lead's worth, by the playbook in force."""
    return frozenset(reason.code for reason in policy.rejections(versions.active()) if not reason.teaches)


def _labelled(ended: Sequence[Ended], empty: Collection[str]) -> Iterator[Example]:
    pairs = [(one, label_of(one.kind, one.facts, one.actor is not None, empty)) for one in ended]
    known = [(one, won) for one, won in pairs if won is not None]
    by_person, ripe = _weights([one for one, _ in known]), _ripeness(known)
    for one, won in known:
        weight = by_person.get(one.actor or 0, 1.0) if one.kind in REFUSED else 1.0
        yield Example(one.lead_id, one.features, won, weight * ripe(won, one.age), one.at)


def _weights(known: Sequence[Ended]) -> dict[int, float]:
    """Person → how much each of their refusals counts, so that all together stay below the cap."""
    by_person = Counter(one.actor for one in known if one.kind in REFUSED and one.actor)
    cap = max(FEWEST_CAPPED, MOST_BY_ONE * len(known))
    return {actor: min(1.0, cap / count) for actor, count in by_person.items()}


def _ripeness(known: Sequence[tuple[Ended, int]]) -> Callable[[int, float], float]:
    """(end, age of the lead in days) → how much it counts: the share of the other ends that come within that
    time by the share of its own, between a tenth and one.
    """
    days = {end: sorted(max(0.0, one.took) for one, won in known if won == end) for end in (0, 1)}
    if min(map(len, days.values())) < FEWEST_ENDS:
        return lambda won, age: 1.0

    def came(end: int, age: float) -> float:
        return (bisect_right(days[end], age) + 1) / (len(days[end]) + 1)

    return lambda won, age: min(1.0, max(LEAST_RIPE, came(1 - won, age) / came(won, age)))


def label_of(
    kind: str, facts: dict[str, Any], by_person: bool, empty: Collection[str] = ("duplicate", "premature")
) -> int | None:
    """1, 0, or None when this end says nothing about the lead's worth. `empty`: such reasons."""
    if kind in ("won", "lost"):
        return int(kind == "won")
    if kind == "class_corrected":
        return None if facts.get("class") in PROSPECTS else 0
    if kind in ("reopened", "correction_undone") or not by_person:
        return None
    return None if (facts.get("code") or facts.get("reason")) in empty else 0


def _plain(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else json.loads(value)
