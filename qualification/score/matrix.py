"""Facts to numbers for many leads at once: the same rows as `rows.row_of` makes for one."""

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualification.score.columns import DAYS, FIRST_KNOWN, Column, Facts, Plan
from qualification.score.rows import Table, code_of, log_or_nan, moment_of, read_text, table_of
from qualification.score.values import LARGEST


class Slot(NamedTuple):
    """One place of the row: whose field it is, and for a category how many codes it has (0 for a number)."""

    field: str
    codes: int


def slots_of(plan: Plan) -> list[Slot]:
    """The places of a row, in order."""
    slots: list[Slot] = []
    for column in plan["columns"]:
        name, kind = column["name"], column["kind"]
        if kind == "number":
            slots.append(Slot(name, 0))
        elif kind == "category":
            slots.append(Slot(name, len(column["values"]) + FIRST_KNOWN))
        else:
            slots += [Slot(name, DAYS + FIRST_KNOWN if kind == "date" else 0), Slot(name, 0)]
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
    table = table_of(column)
    if column["kind"] == "category":
        return np.array(_codes_of(table, values))
    pairs = [moment_of(v) if column["kind"] == "date" else read_text(table, v) for v in values]
    return np.array(pairs).reshape(len(values), 2)


class _Codes(dict[object, float]):
    """Raw value → code; each distinct value is read once, because a batch repeats few of them."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, value: object) -> float:
        code = self[value] = code_of(self._table, value)
        return code


def _codes_of(table: Table, values: list[object]) -> list[float]:
    # True, 1 and 1.0 are one dictionary key but three words, so only texts take the short way.
    if set(map(type, values)) <= {str, type(None)}:
        codes = _Codes(table)
        return [codes[value] for value in values]
    return [code_of(table, value) for value in values]


def _logs_of(values: list[object]) -> NDArray[np.float64]:
    if set(map(type, values)) <= {float, type(None)}:
        numbers = np.array(values, dtype=np.float64)
        numbers[np.abs(numbers) > LARGEST] = nan
        return np.copysign(np.log1p(np.abs(numbers)), numbers)
    return np.array([log_or_nan(value) for value in values])
