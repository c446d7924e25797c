"""The flat form for many leads at once (numpy, no scikit-learn): log-odds, and shares by field or side.

The same sums as `flat.Flat`, in the same order, over columns instead of leads.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualification.score.coded import Coded
from qualification.score.columns import UNKNOWN
from qualification.score.flat import ENDLESS
from qualification.score.forest import Forest, Leaf
from qualification.score.matrix import columns_of, slots_of

Array = NDArray[np.float64]


class Read(NamedTuple):
    """`log_odds` has one value a lead; `shares` one row a group, before centring; `columns` one a slot."""

    log_odds: Array
    shares: Array
    columns: list[Array]


class ManyForm:
    """A form that reads many leads at once; `fields` are those that it looks at."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self.fields: list[str] = list(dict.fromkeys(form["fields"]))
        self._form, self._plan, self._slots = form, form["plan"], slots_of(form["plan"])
        self._kinds = {column["name"]: column["kind"] for column in form["plan"]["columns"]}
        self._forest = Forest(form["trees"])
        self._gains: dict[tuple[int, ...], list[dict[int, Array]]] = {}

    def read(self, leads: Coded, group_of: Callable[[str], str] | None = None) -> tuple[Read, list[str]]:
        """(what the form says, the groups whose shares these are): the fields, unless `group_of` puts
        several into one.
        """
        group_of = group_of or str
        groups = list(dict.fromkeys(map(group_of, self.fields)))
        places = [groups.index(group_of(field)) for field in self._form["fields"]]
        columns = columns_of(self._plan, leads)
        shares = np.zeros((len(groups), len(leads)))
        linear = np.full(len(leads), float(self._form["intercept"]))
        for part in self._form["parts"]:
            added = _PARTS[part["kind"]](part, columns[part["slot"]])
            linear += added
            shares[places[part["slot"]]] += self._form["share"] * added
        boosted = self._boosted(columns, places, shares)
        share = self._form["share"]
        return Read(share * linear + (1 - share) * boosted, shares, columns), groups

    def _boosted(self, columns: list[Array], places: list[int], shares: Array) -> Array:
        """What the trees add up to; each tree's part in the groups is added to `shares`."""
        boosted = np.full(shares.shape[1], float(self._form["baseline"]))
        weight = 1 - self._form["share"]
        leaves = self._forest.leaves(columns, shares.shape[1])
        for values, gains, here in zip(self._forest.values, self._gained(places), leaves, strict=True):
            boosted += values[here]
            for place, gained in gains.items():
                shares[place] += (weight * gained)[here]
        return boosted

    def _gained(self, places: list[int]) -> list[dict[int, Array]]:
        """For each tree, by group, what it gains on the way to each leaf."""
        key = tuple(places)
        if key not in self._gains:
            self._gains[key] = [_gained(leaves, places) for leaves in self._forest.trees]
        return self._gains[key]

    def unseen(self, read: Read) -> list[list[str]]:
        """Fields of each lead whose value the model never met often enough."""
        found: list[list[str]] = [[] for _ in range(len(read.log_odds))]
        for (field, codes), column in zip(self._slots, read.columns, strict=True):
            if codes and self._kinds[field] == "category":
                for lead in np.flatnonzero(column == UNKNOWN).tolist():
                    found[lead].append(field)
        return found


def _gained(leaves: list[Leaf], places: list[int]) -> dict[int, Array]:
    """By group: what it gains on the way to each leaf."""
    gained: dict[int, Array] = {}
    for number, leaf in enumerate(leaves):
        for slot, change in leaf.way:
            gained.setdefault(places[slot], np.zeros(len(leaves)))[number] += change
    return gained


def _code(part: Mapping[str, Any], values: Array) -> Array:
    return np.array(part["weights"])[values.astype(np.int64)]


def _blank(part: Mapping[str, Any], values: Array) -> Array:
    return np.where(np.isnan(values), part["weight"], 0.0)


def _line(part: Mapping[str, Any], values: Array) -> Array:
    filled = np.clip(np.where(np.isnan(values), part["fill"], values), *part.get("ends", ENDLESS))
    return (filled - part["mean"]) / part["scale"] * part["weight"]


def _spline(part: Mapping[str, Any], values: Array) -> Array:
    knots = np.array(part["knots"])
    filled = np.clip(np.where(np.isnan(values), part["fill"], values), knots[0], knots[-1])
    piece = np.searchsorted(knots[1:-1], filled, side="right")
    x = filled - knots[piece]
    a, b, c, d = np.array(part["pieces"])[piece].T
    return ((a * x + b) * x + c) * x + d


_PARTS = {"code": _code, "blank": _blank, "line": _line, "spline": _spline}
