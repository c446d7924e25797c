"""Facts to numbers: one float row per lead, the same for the pipeline (many leads) and its flattened twin
(one).

A category becomes its code (0 blank, 1 unknown or rare, 2… known), a number its signed log1p (NaN when
blank), a text one 0/1 per known word.
"""

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualification.score.columns import FIRST_KNOWN, Column, Facts, Plan
from qualification.score.rows import code_of, codes_of, log_or_nan
from qualification.score.values import LARGEST, words_of


class Slot(NamedTuple):
    """One place of the row: whose field it is, and for a category how many codes it has (0 for a number)."""

    field: str
    codes: int


def slots_of(plan: Plan) -> list[Slot]:
    """The places of a row, in order."""
    slots: list[Slot] = []
    for column in plan["columns"]:
        if column["kind"] == "text":
            slots += [Slot(column["name"], 0)] * len(column["values"])
        else:
            is_category = column["kind"] == "category"
            slots.append(Slot(column["name"], len(column["values"]) + FIRST_KNOWN if is_category else 0))
    return slots


def matrix_of(plan: Plan, rows: Sequence[Facts]) -> NDArray[np.float64]:
    """One row of floats per lead."""
    if not plan["columns"]:
        return np.zeros((len(rows), 0))
    return np.column_stack(
        [_column_of(column, [row.get(column["name"]) for row in rows]) for column in plan["columns"]]
    )


def _column_of(column: Column, values: list[object]) -> NDArray[np.float64]:
    if column["kind"] == "number":
        return _logs_of(values)
    if column["kind"] == "category":
        return np.array(_codes_of(column, values))
    said = [words_of(value) for value in values]
    return np.array([[float(word in words) for word in column["values"]] for words in said])


class _Codes(dict[object, float]):
    """Raw value → code; each distinct value is read once, because a batch repeats few of them."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self._table = codes_of(column)

    def __missing__(self, value: object) -> float:
        code = self[value] = code_of(self._table, value)
        return code


def _codes_of(column: Column, values: list[object]) -> list[float]:
    # True, 1 and 1.0 are one dictionary key but three words, so only texts take the short way.
    if set(map(type, values)) <= {str, type(None)}:
        codes = _Codes(column)
        return [codes[value] for value in values]
    table = codes_of(column)
    return [code_of(table, value) for value in values]


def _logs_of(values: list[object]) -> NDArray[np.float64]:
    if set(map(type, values)) <= {float, type(None)}:
        numbers = np.array(values, dtype=np.float64)
        numbers[np.abs(numbers) > LARGEST] = nan
        return np.copysign(np.log1p(np.abs(numbers)), numbers)
    return np.array([log_or_nan(value) for value in values])
