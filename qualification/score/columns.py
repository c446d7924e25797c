"""What the learner looks at: a plan of columns read from a firm's own facts, whatever they are called.

Numbers, categories and texts are told apart by their values. Ids, constants and empty columns are left out,
and the plan says why. A plan is plain JSON, so that it is stored beside the model it belongs to.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from qualification.score.values import as_number, as_word, words_of

Facts = Mapping[str, Any]
MOST_CATEGORIES = 120
MOST_WORDS = 40
BLANK, UNKNOWN, FIRST_KNOWN = 0, 1, 2


class Column(TypedDict):
    """`kind` is number, category or text; `values` are the known categories or words, in code order."""

    name: str
    kind: str
    values: list[str]


class Plan(TypedDict):
    """The columns in matrix order, and the fields left out with the reason in words."""

    columns: list[Column]
    left_out: dict[str, str]


def plan_columns(rows: Sequence[Facts], refused: Mapping[str, str] | None = None) -> Plan:
    """The plan for these rows; `refused` fields stay out with the reason given for them."""
    plan: Plan = {"columns": [], "left_out": dict(refused or {})}
    for name in sorted({name for row in rows for name in row}):
        if name in plan["left_out"]:
            continue
        column = _read_column(name, [row.get(name) for row in rows])
        if isinstance(column, str):
            plan["left_out"][name] = column
        else:
            plan["columns"].append(column)
    return plan


def _read_column(name: str, values: list[Any]) -> Column | str:
    """The column, or why it cannot be one."""
    said = [value for value in values if as_word(value) is not None]
    if not said:
        return "always empty"
    numbers = [number for number in map(as_number, said) if number is not None]
    if len(numbers) >= 0.95 * len(said):
        return _number_column(name, numbers, len(values))
    words = [word for word in map(as_word, said) if word is not None]
    if _is_text(words):
        return _text_column(name, words)
    return _category_column(name, words, len(values))


def _number_column(name: str, numbers: list[float], rows: int) -> Column | str:
    distinct = len(set(numbers))
    if distinct == 1 and len(numbers) == rows:
        return "always the same"
    is_counted_through = len(numbers) >= 100 and distinct >= 0.98 * len(numbers)
    if is_counted_through and all(number.is_integer() for number in numbers):
        return "an id: a different whole number on every lead"
    return {"name": name, "kind": "number", "values": []}


def _is_text(words: list[str]) -> bool:
    spaces = sum(word.count(" ") for word in words) / len(words)
    return spaces >= 3 and len(set(words)) > 0.5 * len(words)


def _text_column(name: str, texts: list[str]) -> Column | str:
    """The words that are common enough to have been seen both with and without success."""
    counts = Counter(word for text in texts for word in words_of(text))
    least = max(5, 0.01 * len(texts))
    common = [
        word for word, count in counts.most_common(MOST_WORDS * 3) if least <= count <= 0.8 * len(texts)
    ]
    return (
        {"name": name, "kind": "text", "values": sorted(common[:MOST_WORDS])} if common else "no common words"
    )


def _category_column(name: str, words: list[str], rows: int) -> Column | str:
    counts = Counter(words)
    if len(counts) > max(20, 0.5 * len(words)):
        return "an id or a name: nearly every lead has another value"
    if len(counts) == 1 and len(words) == rows:
        return "always the same"
    least = 5 if rows >= 400 else 3 if rows >= 100 else 2
    known = [word for word, count in counts.most_common(MOST_CATEGORIES) if count >= least]
    if not known:
        return "no value came up often enough"
    return {"name": name, "kind": "category", "values": sorted(known)}
