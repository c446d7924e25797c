"""What a model has seen, and whether a lead lies outside of it (B6).

Learned at training from the leads it was fitted on: the range of each number, how often each field was filled
in, how often it held a value too rare to learn from. A field where new values are daily business says nothing
by being new; a field that hardly ever surprised does.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from qualification.score.values import as_number, as_word, log_of

Facts = Mapping[str, Any]
# Where a lead comes from and what it is: two of these unseen make a segment nobody has judged.
SEGMENT = frozenset({"country", "region", "industry", "source", "language", "tier", "lead_type"})
RARELY_NEW = 0.05
USUAL = 0.9
ROOM_BEYOND = 0.1
FEWEST_LEARNT_FROM = 100
FEWEST_MISSING = 3


class Scope(TypedDict):
    """`ranges`: field → (least, most) seen, signed log; `new`: field → share of leads whose value was too
    rare to be known; `filled`: field → share of leads that had it; `leads`: how many there were.
    """

    ranges: dict[str, list[float]]
    new: dict[str, float]
    filled: dict[str, float]
    leads: int


def scope_of(columns: Sequence[Mapping[str, Any]], rows: Sequence[Facts]) -> Scope:
    """The scope of these leads for the fields of a model; texts are read by their words and are not in it."""
    scope: Scope = {"ranges": {}, "new": {}, "filled": {}, "leads": len(rows)}
    for column in columns:
        name, known = column["name"], frozenset(column["values"])
        if column["kind"] == "number":
            numbers = [log_of(value) for row in rows if (value := as_number(row.get(name))) is not None]
            scope["ranges"][name] = [min(numbers, default=0.0), max(numbers, default=0.0)]
            scope["filled"][name] = len(numbers) / max(1, len(rows))
        elif column["kind"] == "category":
            words = [word for row in rows if (word := as_word(row.get(name))) is not None]
            scope["new"][name] = sum(word not in known for word in words) / max(1, len(words))
            scope["filled"][name] = len(words) / max(1, len(rows))
    return scope


def outside(scope: Scope, facts: Facts, unseen: Sequence[str]) -> str:
    """Why this lead is outside of what the model knows, in words; empty when it is not. `unseen` are the
    fields with a value the model never met.
    """
    if scope["leads"] < FEWEST_LEARNT_FROM:
        return ""
    strange = [name for name in unseen if scope["new"].get(name, 1.0) <= RARELY_NEW]
    segment = sorted(SEGMENT.intersection(strange))
    far = [name for name, ends in scope["ranges"].items() if _is_far(ends, facts.get(name))]
    missing = [
        name for name, share in scope["filled"].items() if share >= USUAL and as_word(facts.get(name)) is None
    ]
    usual = sum(share >= USUAL for share in scope["filled"].values())
    if len(segment) >= 2:
        return f"An unseen segment: {_spelled(segment, facts)} never came up together with an outcome."
    if len(strange) + len(far) >= 3:
        return f"Unlike anything learnt from: {_spelled([*strange, *far][:5], facts)}."
    if len(missing) >= FEWEST_MISSING and 2 * len(missing) > usual:
        return f"Facts are missing that nearly every lead had: {', '.join(map(_plain, missing[:5]))}."
    return ""


def _is_far(ends: Sequence[float], value: object) -> bool:
    """Beyond what was seen by more than a tenth of the seen range (and at least a factor of two or so)."""
    number = as_number(value)
    if number is None:
        return False
    room = max(0.7, ROOM_BEYOND * (ends[1] - ends[0]))
    return not ends[0] - room <= log_of(number) <= ends[1] + room


def _spelled(names: Sequence[str], facts: Facts) -> str:
    return ", ".join(f"{_plain(name)} “{str(facts.get(name))[:40]}”" for name in names)


def _plain(name: str) -> str:
    return name.replace("_", " ").casefold()
