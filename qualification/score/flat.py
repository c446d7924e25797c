"""The fitted pair as plain Python: one lead in well under a millisecond, without numpy or scikit-learn,
equal to the pipeline.

Each half is additive over its parts, so the same walk that gives the log-odds also gives each field its
share: the linear half exactly, a tree by what each split on the way changed in the mean of its leaves.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from math import inf, isnan
from time import thread_time
from typing import Any

from qualification.score.columns import Facts
from qualification.score.rows import row_of, table_of

# Seconds of work that one lead may cost; a hundred trees take a five hundredth of it.
LONGEST, CHECKED_EVERY = 0.1, 16
# Models of before had lines without ends.
ENDLESS = (-inf, inf)
# [mean, slot, threshold, which codes go left or None, whether blank goes left, left, right]; a leaf: [value]
Node = Sequence[Any]
Part = Callable[[float], float]


class TooSlow(ArithmeticError):
    """The walk was stopped: the lead must not wait for a model."""


class Flat:
    """One fitted pair in its flat form (see `compile.flat_form`). Facts in; log-odds and shares by field
    out.
    """

    def __init__(self, form: Mapping[str, Any]) -> None:
        self._columns, self._fields = form["plan"]["columns"], form["fields"]
        self._tables = [table_of(column) for column in self._columns]
        self._parts = [(part["slot"], _KINDS[part["kind"]](part)) for part in form["parts"]]
        self._intercept, self._baseline, self._trees = form["intercept"], form["baseline"], form["trees"]
        self._share = form["share"]

    def log_odds(self, facts: Facts) -> float:
        """The same number as `Learned.log_odds` for this lead, up to rounding."""
        row = row_of(self._columns, self._tables, facts)
        linear = sum((part(row[slot]) for slot, part in self._parts), self._intercept)
        boosted = self._baseline
        until = thread_time() + LONGEST
        for place, node in enumerate(self._trees):
            if not place % CHECKED_EVERY and thread_time() > until:
                raise TooSlow(f"after {place} of {len(self._trees)} trees its time was used up")
            while len(node) > 1:
                node = _step(node, row)
            boosted += node[0]
        return self._share * linear + (1 - self._share) * boosted

    def shares(self, facts: Facts) -> dict[str, float]:
        """Field → its share of the log-odds, before centring; with `constant()` they add up to `log_odds`."""
        row = row_of(self._columns, self._tables, facts)
        shares: defaultdict[str, float] = defaultdict(float)
        for slot, part in self._parts:
            shares[self._fields[slot]] += self._share * part(row[slot])
        for node in self._trees:
            while len(node) > 1:
                child = _step(node, row)
                shares[self._fields[node[1]]] += (1 - self._share) * (child[0] - node[0])
                node = child
        return dict(shares)

    def constant(self) -> float:
        """What the log-odds are before any field is looked at."""
        boosted = self._baseline + sum(tree[0] for tree in self._trees)
        return self._share * self._intercept + (1 - self._share) * boosted


def _step(node: Node, row: Sequence[float]) -> Node:
    """The child this row goes to."""
    _, slot, threshold, goes_left, blank_left, left, right = node
    value = row[slot]
    if goes_left is not None:
        return left if goes_left[int(value)] else right
    if isnan(value):
        return left if blank_left else right
    return left if value <= threshold else right


def _code(part: Mapping[str, Any]) -> Part:
    weights = part["weights"]
    return lambda code: weights[int(code)]


def _blank(part: Mapping[str, Any]) -> Part:
    weight = part["weight"]
    return lambda value: weight if isnan(value) else 0.0


def _line(part: Mapping[str, Any]) -> Part:
    fill, mean, scale, weight = part["fill"], part["mean"], part["scale"], part["weight"]
    low, high = part.get("ends", ENDLESS)
    return lambda value: (min(max(fill if isnan(value) else value, low), high) - mean) / scale * weight


def _spline(part: Mapping[str, Any]) -> Part:
    """One cubic between two knots; beyond the outer knots the value there."""
    fill, knots, pieces = part["fill"], part["knots"], part["pieces"]
    inner = knots[1:-1]

    def value_at(value: float) -> float:
        value = min(max(fill if isnan(value) else value, knots[0]), knots[-1])
        piece = bisect_right(inner, value)
        x = value - knots[piece]
        a, b, c, d = pieces[piece]
        return ((a * x + b) * x + c) * x + d

    return value_at


_KINDS: dict[str, Callable[[Mapping[str, Any]], Part]] = {
    "code": _code,
    "blank": _blank,
    "line": _line,
    "spline": _spline,
}
