"""The playbook's card for many leads: each line is asked once per distinct value of the facts it looks at."""

from collections.abc import Mapping, Sequence
from typing import Any

from leadboard.playbook.judgement import Part, Scorecard
from leadboard.playbook.schema import Playbook

Facts = Mapping[str, Any]


def scorecards(playbook: Playbook, rows: Sequence[Facts]) -> list[Scorecard]:
    """As `policy.scorecard` for each lead."""
    card = playbook.scorecard
    parts: list[list[Part]] = [[] for _ in rows]
    for clause in card.points:
        fields = clause.when.fields()
        part = Part(clause.points, clause.because, (fields or [""])[0])
        known: dict[Any, bool] = {}
        for place, facts in enumerate(rows):
            key = _key(facts, fields)
            if key not in known:
                known[key] = clause.when.holds(facts)
            if known[key]:
                parts[place].append(part)
    return [_card(card.base, held) for held in parts]


def _key(facts: Facts, fields: Sequence[str]) -> Any:
    """Type and value, because True, 1 and 1.0 are equal keys but different facts."""
    if len(fields) == 1:
        value = facts.get(fields[0])
        return (type(value), value if isinstance(value, str | float | bool | int | None) else repr(value))
    return tuple(_key(facts, [field]) for field in fields)


def _card(base: int, held: list[Part]) -> Scorecard:
    held.sort(key=lambda part: -abs(part.points))
    return Scorecard(base + sum(part.points for part in held), tuple(held), base)
