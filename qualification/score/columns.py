"""What the learner looks at: a plan of columns read from a firm's own facts, whatever they are called.

Numbers, dates, categories and texts are told apart by their values, never by the ends of the leads. Ids,
constants and empty columns are left out, and the plan says why. A plan is plain JSON, so that it is stored
beside the model it belongs to.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NotRequired, TypedDict

from qualification.score.values import as_moment, as_number, as_word, words_of

Facts = Mapping[str, Any]
MOST_CATEGORIES = 120
MOST_WORDS = 1500
MANY_VALUES = 20
MOSTLY = 0.95
BLANK, UNKNOWN, FIRST_KNOWN = 0, 1, 2
DAYS = 7
_ID_NAME = re.compile(r"(^|[^a-z])(id|ids|uuid|guid|no|nr|number|key|token|hash|phone|zip)([^a-z]|$)", re.I)


class Column(TypedDict):
    """`kind` is number, date, category or text; `values` are the known categories or words, in code order;
    `weights` what each word of a text adds, once the learner has read the texts.
    """

    name: str
    kind: str
    values: list[str]
    weights: NotRequired[list[float]]


class Plan(TypedDict):
    """The columns in matrix order, and the fields left out with the reason in words."""

    columns: list[Column]
    left_out: dict[str, str]


def plan_columns(rows: Sequence[Facts], refused: Mapping[str, str] | None = None) -> Plan:
    """The plan for these rows (oldest first); `refused` fields stay out with the reason given for them."""
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
    if len(numbers) >= MOSTLY * len(said):
        return _number_column(name, numbers, len(values))
    if sum(as_moment(value) is not None for value in said) >= MOSTLY * len(said):
        return {"name": name, "kind": "date", "values": []}
    words = [word for word in map(as_word, said) if word is not None]
    return _word_column(name, [str(value) for value in said], words, len(values))


def _number_column(name: str, numbers: list[float], rows: int) -> Column | str:
    if len(set(numbers)) == 1 and len(numbers) == rows:
        return "always the same"
    if _is_an_id(name, numbers):
        return "an id: a different whole number on every lead"
    return {"name": name, "kind": "number", "values": []}


def _is_an_id(name: str, numbers: list[float]) -> bool:
    """Different whole numbers that are named like an id, lie close together, or only rise or fall."""
    distinct = len(set(numbers))
    if len(numbers) < 100 or distinct < 0.98 * len(numbers):
        return False
    if not all(number.is_integer() for number in numbers):
        return False
    steps = sum(after > before for before, after in pairwise(numbers))
    is_dense = max(numbers) - min(numbers) <= 3 * len(numbers)
    is_counting = not 0.05 <= steps / (len(numbers) - 1) <= 0.95
    return is_dense or is_counting or bool(_ID_NAME.search(name.replace("_", " ")))


def _word_column(name: str, said: list[str], words: list[str], rows: int) -> Column | str:
    """A category, unless its values hardly repeat: then it is read word by word, or it is an id."""
    counts = Counter(words)
    if len(counts) == 1 and len(words) == rows:
        return "always the same"
    spaces = sum(word.count(" ") for word in words) / len(words)
    is_sentence = spaces >= 3 and len(counts) > 0.5 * len(words)
    if is_sentence or len(counts) > max(MANY_VALUES, 0.5 * len(words)):
        return _text_column(name, said) or (
            "no common words" if is_sentence else "an id or a name: nearly every lead has another value"
        )
    least = 5 if rows >= 400 else 3 if rows >= 100 else 2
    known = [word for word, count in counts.most_common(MOST_CATEGORIES) if count >= least]
    return {"name": name, "kind": "category", "values": sorted(known)} if known else "no value came up often"


def _text_column(name: str, texts: list[str]) -> Column | None:
    """The words that are common enough to have been seen both with and without success; a name or an id
    has none.
    """
    counts = Counter(word for text in texts for word in words_of(text))
    least = max(3, 0.002 * len(texts))
    common = [word for word, n in counts.most_common(MOST_WORDS) if least <= n <= 0.9 * len(texts)]
    known = frozenset(common)
    told = sum(not known.isdisjoint(words_of(text)) for text in texts)
    if told < 0.3 * len(texts):
        return None
    return {"name": name, "kind": "text", "values": sorted(common)}
