"""Facts to numbers for many leads at once: the same rows as `rows.row_of` makes for one."""

from collections.abc import Sequence
from functools import partial
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualification.score.coded import Coded
from qualification.score.columns import DAYS, FIRST_KNOWN, Column, Facts, Plan
from qualification.score.many_words import read_texts
from qualification.score.rows import code_of, log_or_nan, moment_of, table_of
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
    columns = columns_of(plan, Coded(rows, [column["name"] for column in plan["columns"]]))
    return np.column_stack(columns) if columns else np.zeros((len(rows), 0))


def columns_of(plan: Plan, leads: Coded) -> list[NDArray[np.float64]]:
    """The same, a column for each slot."""
    return [slot for column in plan["columns"] for slot in _slots_of(column, leads)]


def _slots_of(column: Column, leads: Coded) -> list[NDArray[np.float64]]:
    name = column["name"]
    if column["kind"] == "number":
        return [_logs_of(leads, name)]
    table = table_of(column)
    if column["kind"] == "category":
        said, places = leads.of(name)
        return [said.told("code", partial(code_of, table))[places]]
    if column["kind"] == "text":
        return list(read_texts(table, leads.values(name)))
    pairs = np.array(list(map(moment_of, leads.values(name)))).reshape(len(leads), 2)
    return [np.ascontiguousarray(slot) for slot in pairs.T]


def _logs_of(leads: Coded, name: str) -> NDArray[np.float64]:
    if leads.kinds(name) <= {float}:
        numbers = np.array(leads.values(name), dtype=np.float64)
        numbers[np.abs(numbers) > LARGEST] = nan
        return np.copysign(np.log1p(np.abs(numbers)), numbers)
    return np.array([log_or_nan(value) for value in leads.values(name)])
