"""How leads with a certain value ended, so that a reason can say "45 % of them bought (n = 120)"."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from qualification.score.columns import Plan
from qualification.score.values import as_word

Ends = dict[str, dict[str, list[int]]]
# Fewer say too little to be quoted to a rep.
FEWEST = 10


def ends_by_value(plan: Plan, rows: Sequence[Mapping[str, Any]], won: Sequence[int]) -> Ends:
    """Category field → value → [leads, won], for values that came up often enough."""
    ends: Ends = {}
    for column in plan["columns"]:
        if column["kind"] == "category":
            words = [as_word(row.get(column["name"])) for row in rows]
            counts = Counter(words)
            wins = Counter(word for word, end in zip(words, won, strict=True) if end)
            known = [word for word in column["values"] if counts[word] >= FEWEST]
            ends[column["name"]] = {word: [counts[word], wins[word]] for word in known}
    return ends


def told(ends: Mapping[str, Mapping[str, Sequence[int]]], field: str, value: object) -> str:
    """The sentence's end for this value; empty where too few are known."""
    count = ends.get(field, {}).get(as_word(value) or "")
    return f"{count[1] / count[0]:.0%} of them bought (n = {count[0]:,})".replace("%", " %") if count else ""
