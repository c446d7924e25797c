"""The playbook's card for many leads: each line is asked once per distinct value of the facts it looks at."""

from collections.abc import Mapping, Sequence
from typing import Any

from leadboard.playbook.judgement import Part, Scorecard
from leadboard.playbook.schema import Playbook

Facts = Mapping[str, Any]


def scorecards(playbook: Playbook, rows: Sequence[Facts]) -> list[Scorecard]:
    """As `policy.scorecard` for each lead."""
    card = playbook.scorecard
    told = {name for facts in rows for name in facts}
    parts: list[list[Part]] = [[] for _ in rows]
    for fields, clauses in by_fields(card.points).items():
        known: dict[Any, list[Part]] = {}
        if told.isdisjoint(fields):
            known[None] = _held(clauses, fields, {})
        for place, facts in enumerate(rows) if known.get(None, True) else ():
            key = None if None in known else key_of(facts, fields)
            if key not in known:
                known[key] = _held(clauses, fields, facts)
            parts[place] += known[key]
    order = {(clause.points, clause.because): place for place, clause in enumerate(card.points)}
    made: dict[tuple[int, ...], Scorecard] = {}
    return [_card(card.base, held, order, made) for held in parts]


def by_fields(clauses: Sequence[Any]) -> dict[tuple[str, ...], list[Any]]:
    """The lines of a card by the facts that they look at."""
    groups: dict[tuple[str, ...], list[Any]] = {}
    for clause in clauses:
        groups.setdefault(tuple(clause.when.fields()), []).append(clause)
    return groups


def _held(clauses: Sequence[Any], fields: Sequence[str], facts: Facts) -> list[Part]:
    held = [clause for clause in clauses if clause.when.holds(facts)]
    return [Part(clause.points, clause.because, (fields or ("",))[0]) for clause in held]


def key_of(facts: Facts, fields: Sequence[str]) -> Any:
    """Type and value, because True, 1 and 1.0 are equal keys but different facts."""
    if len(fields) == 1:
        value = facts.get(fields[0])
        kind = type(value)
        if kind is str:
            return value
        return (kind, value if kind in (float, int, bool) or value is None else repr(value))
    return tuple(key_of(facts, [field]) for field in fields)


def _card(
    base: int, held: list[Part], order: Mapping[tuple[int, str], int], made: dict[tuple[int, ...], Scorecard]
) -> Scorecard:
    """The strongest first; equally strong ones as the card has them. Leads with the same parts share one."""
    key = tuple(map(id, held))
    if key not in made:
        held.sort(key=lambda part: (-abs(part.points), order[part.points, part.because]))
        made[key] = Scorecard(base + sum(part.points for part in held), tuple(held), base)
    return made[key]


def card_points(card: Scorecard, slope: float) -> tuple[dict[str, float], dict[str, str]]:
    """(points, words) by field of a card's parts; several lines on one field are one reason, the
    strongest names it.
    """
    points: dict[str, float] = {}
    words: dict[str, str] = {}
    for part in card.parts:
        field = part.field or part.because
        points[field] = points.get(field, 0.0) + slope * part.points
        words.setdefault(field, part.because)
    return points, words
