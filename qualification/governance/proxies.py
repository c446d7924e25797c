"""Which fields tell the group of a lead without naming it: a model may leave out the country and still see
it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from qualification.governance.fairness import SMALLEST, Decided, association
from qualification.governance.groups import MADE_FROM
from qualification.governance.portions import portion_of, portions_of

STRONG = 0.3
MOST = 12


class Proxy(TypedDict):
    """`strength` is Cramér's V: 0 tells nothing of the group, 1 tells it outright."""

    attribute: str
    field: str
    strength: float


def proxies(
    leads: Sequence[Decided],
    attributes: Mapping[str, Callable[[Mapping[str, Any]], str | None]],
    fields: Sequence[str],
) -> list[Proxy]:
    """The fields that predict a group with a strength of 0.3 or more, strongest first."""
    found: list[Proxy] = []
    for attribute, read in attributes.items():
        inside = [(group, lead.facts) for lead in leads if (group := read(lead.facts)) is not None]
        if len(inside) < SMALLEST:
            continue
        for field in fields:
            if field in MADE_FROM.get(attribute, {attribute}):
                continue
            strength = _strength(inside, field)
            if strength >= STRONG:
                found.append({"attribute": attribute, "field": field, "strength": round(strength, 3)})
    return sorted(found, key=lambda one: -one["strength"])[:MOST]


def _strength(inside: Sequence[tuple[str, Mapping[str, Any]]], field: str) -> float:
    portions = portions_of([facts.get(field) for _, facts in inside])
    if portions is None:
        return 0.0
    return association([(group, portion_of(portions, facts.get(field))) for group, facts in inside])
