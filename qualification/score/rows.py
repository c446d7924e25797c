"""One lead's row of floats in plain Python; `matrix` makes the same rows for many leads at once."""

from collections.abc import Sequence
from math import nan

from qualification.score.columns import BLANK, FIRST_KNOWN, UNKNOWN, Column, Facts
from qualification.score.values import as_number, as_word, log_of, words_of


def row_of(columns: Sequence[Column], tables: Sequence[dict[str, float]], facts: Facts) -> list[float]:
    """One lead's row in plain Python; `tables` is `[codes_of(column) …]`, made once."""
    row: list[float] = []
    for column, table in zip(columns, tables, strict=True):
        value = facts.get(column["name"])
        if column["kind"] == "number":
            row.append(log_or_nan(value))
        elif column["kind"] == "category":
            row.append(code_of(table, value))
        else:
            said = words_of(value)
            row.extend(float(word in said) for word in column["values"])
    return row


def codes_of(column: Column) -> dict[str, float]:
    """Known category → code."""
    return {word: float(code) for code, word in enumerate(column["values"], FIRST_KNOWN)}


def code_of(table: dict[str, float], value: object) -> float:
    """The code of one raw value."""
    word = as_word(value)
    return float(BLANK) if word is None else table.get(word, float(UNKNOWN))


def log_or_nan(value: object) -> float:
    """The signed log of a raw value, NaN when it says no number."""
    number = as_number(value)
    return nan if number is None else log_of(number)
