"""Any field in a dozen portions: numbers by their tenths, words by the commonest; blank is a portion too."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict

from qualification.score.values import as_number, as_word

MOST_WORDS = 12
BLANK, OTHER = "blank", "other"
MOSTLY = 0.95


class Portions(TypedDict):
    """`edges` cut numbers (empty: words); `words` are the commonest words."""

    edges: list[float]
    words: list[str]


def portions_of(values: Sequence[Any], parts: int = 10) -> Portions | None:
    """How to cut this field; None when there is nothing to cut (one value, or nearly all different words)."""
    said = [word for value in values if (word := as_word(value)) is not None]
    numbers = sorted(number for value in values if (number := as_number(value)) is not None)
    if numbers and len(numbers) >= MOSTLY * len(said):
        edges = sorted({numbers[len(numbers) * part // parts] for part in range(1, parts)} - {numbers[0]})
        return {"edges": edges, "words": []} if edges else None
    counts = Counter(said)
    common = [word for word, _ in counts.most_common(MOST_WORDS)]
    tells = sum(counts[word] for word in common) >= 0.5 * len(said)
    return {"edges": [], "words": common} if len(counts) > 1 and tells else None


def portion_of(portions: Portions, value: Any) -> str:
    """The name of the portion a value falls into."""
    if portions["edges"]:
        number = as_number(value)
        return BLANK if number is None else str(bisect_right(portions["edges"], number))
    word = as_word(value)
    return BLANK if word is None else word if word in portions["words"] else OTHER


def shares(portions: Portions, values: Iterable[Any]) -> Mapping[str, int]:
    """How many values fall into each portion."""
    return Counter(portion_of(portions, value) for value in values)
