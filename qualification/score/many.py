"""The flat form for many leads at once (numpy, no scikit-learn): log-odds and shares by field.

The same walk as `flat.Flat`, over columns instead of leads: each split parts the leads that reach it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualification.score.columns import UNKNOWN, Facts
from qualification.score.matrix import matrix_of, slots_of

Array = NDArray[np.float64]


class ManyRead:
    """`fields` name the rows of `shares`; `log_odds` and each row of `shares` have one value a lead."""

    def __init__(self, form: Mapping[str, Any], rows: Sequence[Facts]) -> None:
        slots = form["fields"]
        self.fields = list(dict.fromkeys(slots))
        self._place = [self.fields.index(field) for field in slots]
        self._slots = slots_of(form["plan"])
        self._kinds = {column["name"]: column["kind"] for column in form["plan"]["columns"]}
        self._columns = np.asfortranarray(matrix_of(form["plan"], rows))
        self.shares = np.zeros((len(self.fields), len(rows)))
        share = form["share"]
        linear = np.full(len(rows), form["intercept"])
        for part in form["parts"]:
            added = _PARTS[part["kind"]](part, self._columns[:, part["slot"]])
            linear += added
            self.shares[self._place[part["slot"]]] += share * added
        boosted = np.full(len(rows), form["baseline"])
        everybody = np.arange(len(rows))
        for tree in form["trees"]:
            self._walk(tree, everybody, boosted, 1 - share)
        self.log_odds = share * linear + (1 - share) * boosted

    def unseen(self) -> list[list[str]]:
        """Fields of each lead whose value the model never met often enough."""
        found: list[list[str]] = [[] for _ in range(self._columns.shape[0])]
        for place, (field, codes) in enumerate(self._slots):
            if codes and self._kinds[field] == "category":
                for lead in np.flatnonzero(self._columns[:, place] == UNKNOWN).tolist():
                    found[lead].append(field)
        return found

    def _walk(self, node: Sequence[Any], here: NDArray[np.int64], boosted: Array, share: float) -> None:
        """Send the leads that reach this node on; what the split changes in the mean is its field's."""
        if len(node) == 1:
            boosted[here] += node[0]
            return
        mean, slot, threshold, goes_left, blank_left, left, right = node
        values = self._columns[here, slot]
        if goes_left is not None:
            is_left = np.array(goes_left)[values.astype(np.int64)]
        else:
            is_left = values <= threshold
            if blank_left:
                is_left |= np.isnan(values)
        field = self.shares[self._place[slot]]
        for child, part in ((left, here[is_left]), (right, here[~is_left])):
            if len(part):
                field[part] += share * (child[0] - mean)
                self._walk(child, part, boosted, share)


def _code(part: Mapping[str, Any], values: Array) -> Array:
    return np.array(part["weights"])[values.astype(np.int64)]


def _blank(part: Mapping[str, Any], values: Array) -> Array:
    return np.where(np.isnan(values), part["weight"], 0.0)


def _line(part: Mapping[str, Any], values: Array) -> Array:
    filled = np.where(np.isnan(values), part["fill"], values)
    return (filled - part["mean"]) / part["scale"] * part["weight"]


def _spline(part: Mapping[str, Any], values: Array) -> Array:
    knots = np.array(part["knots"])
    filled = np.clip(np.where(np.isnan(values), part["fill"], values), knots[0], knots[-1])
    piece = np.searchsorted(knots[1:-1], filled, side="right")
    x = filled - knots[piece]
    a, b, c, d = np.array(part["pieces"])[piece].T
    return ((a * x + b) * x + c) * x + d


_PARTS = {"code": _code, "blank": _blank, "line": _line, "spline": _spline}
