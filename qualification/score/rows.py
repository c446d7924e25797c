"""One lead's row of floats in plain Python; `matrix` makes the same rows for many leads at once.

A number is its signed log (NaN when blank), a category its code (0 blank, 1 unknown or rare, 2… known), a
date the code of its weekday and the log of its hour, a text what its words add up to and the log of how
many they are.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import fsum, log1p, nan, sqrt
from typing import Any

from qualification.score.columns import BLANK, FIRST_KNOWN, UNKNOWN, Column, Facts
from qualification.score.values import as_moment, as_number, as_word, log_of, words_in

# Of a category by its word; of a text by a word, or by a pair of neighbours.
Table = Mapping[Any, float]


def row_of(columns: Sequence[Column], tables: Sequence[Table], facts: Facts) -> list[float]:
    """One lead's row in plain Python; `tables` is `[table_of(column) …]`, made once."""
    row: list[float] = []
    for column, table in zip(columns, tables, strict=True):
        row += slots_of_value(column["kind"], table, facts.get(column["name"]))
    return row


def table_of(column: Column) -> Table:
    """Known category → code; or known word, and known pair of words, → what it adds."""
    if column["kind"] == "text":
        said = (tuple(word.split(" ")) if " " in word else word for word in column["values"])
        return dict(zip(said, column.get("weights", []), strict=False))
    return {word: float(code) for code, word in enumerate(column["values"], FIRST_KNOWN)}


def slots_of_value(kind: str, table: Table, value: object) -> tuple[float, ...]:
    """The floats of one raw value."""
    if kind == "number":
        return (log_or_nan(value),)
    if kind == "category":
        return (code_of(table, value),)
    return moment_of(value) if kind == "date" else read_text(table, value)


def code_of(table: Table, value: object) -> float:
    """The code of one raw value."""
    word = as_word(value)
    return float(BLANK) if word is None else table.get(word, float(UNKNOWN))


def log_or_nan(value: object) -> float:
    """The signed log of a raw value, NaN when it says no number."""
    number = as_number(value)
    return nan if number is None else log_of(number)


def moment_of(value: object) -> tuple[float, float]:
    """(code of the weekday, log of the hour) of a raw date."""
    moment = as_moment(value)
    if moment is None:
        return float(BLANK), nan
    weekday, hour = moment
    return float(UNKNOWN if weekday is None else FIRST_KNOWN + weekday), nan if hour is None else log1p(hour)


def read_text(table: Table, value: object) -> tuple[float, float]:
    """(what the known words of a text add up to, log of how many words and pairs it has). The sum is exact,
    so that it depends on no order.
    """
    if not isinstance(value, str):
        return 0.0, 0.0
    words = words_in(value)
    said = {*words, *pairwise(words)}
    known = table.keys() & said
    total = fsum(map(table.__getitem__, known)) / sqrt(len(known)) if known else 0.0
    return total, log1p(len(said))
