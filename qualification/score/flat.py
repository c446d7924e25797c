"""The fitted pair as plain Python: one lead in well under a millisecond, without numpy, equal to the pipeline.

Each half is additive over its parts, so the same walk that gives the log-odds also gives each field its share: the
linear half exactly, a tree by what each split on the way changed in the mean of its leaves.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from math import isnan
from typing import Any

import numpy as np
from scipy.interpolate import BSpline, PPoly
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from qualification.score.columns import Facts
from qualification.score.learner import Learned
from qualification.score.matrix import codes_of, row_of, slots_of

# (mean, slot, threshold, codes that go left or None, whether blank goes left, left, right); a leaf: (value,)
Node = tuple[Any, ...]
Part = Callable[[float], float]


class Flat:
    """One fitted pair, compiled. Facts in; log-odds and their shares by field out."""

    def __init__(self, learned: Learned) -> None:
        self.plan = learned.plan
        self._fields = [slot.field for slot in slots_of(learned.plan)]
        self._tables = [codes_of(column) for column in learned.plan["columns"]]
        self._parts, self._intercept = _linear_parts(learned.linear)
        self._trees, self._baseline = _trees(learned.trees)

    def log_odds(self, facts: Facts) -> float:
        """The same number as `Learned.log_odds` for this lead, up to rounding."""
        row = row_of(self.plan, self._tables, facts)
        linear = sum((part(row[place]) for place, part in self._parts), self._intercept)
        boosted = self._baseline
        for node in self._trees:
            while len(node) > 1:
                node = _step(node, row)
            boosted += node[0]
        return (linear + boosted) / 2

    def shares(self, facts: Facts) -> dict[str, float]:
        """Field → its share of the log-odds, before centring; with `constant()` they add up to `log_odds`."""
        row = row_of(self.plan, self._tables, facts)
        shares: defaultdict[str, float] = defaultdict(float)
        for place, part in self._parts:
            shares[self._fields[place]] += part(row[place]) / 2
        for node in self._trees:
            while len(node) > 1:
                child = _step(node, row)
                shares[self._fields[node[1]]] += (child[0] - node[0]) / 2
                node = child
        return dict(shares)

    def constant(self) -> float:
        """What the log-odds are before any field is looked at."""
        return (self._intercept + self._baseline + sum(tree[0] for tree in self._trees)) / 2


def _step(node: Node, row: Sequence[float]) -> Node:
    """The child this row goes to."""
    _, slot, threshold, lefts, blank_left, left, right = node
    value = row[slot]
    if lefts is not None:
        return left if lefts[int(value)] else right
    if isnan(value):
        return left if blank_left else right
    return left if value <= threshold else right


def _linear_parts(linear: Pipeline) -> tuple[list[tuple[int, Part]], float]:
    """(slot, function of its value) for each part of the linear half, and the intercept."""
    weights = linear.named_steps["regression"].coef_[0]
    parts: list[tuple[int, Part]] = []
    at = 0
    fields = linear.named_steps["fields"]
    for name, fitted, (place,) in fields.transformers_:
        size = fields.output_indices_[name].stop - fields.output_indices_[name].start
        parts.append((place, _part(name, fitted, [float(weight) for weight in weights[at : at + size]])))
        at += size
    return parts, float(linear.named_steps["regression"].intercept_[0])


def _part(name: str, fitted: Any, weights: list[float]) -> Part:
    if name.startswith("code"):
        return lambda code: weights[int(code)]
    if name.startswith("blank"):
        return lambda value: weights[0] if isnan(value) else 0.0
    fill = float(fitted.named_steps["fill"].statistics_[0])
    shape = fitted.named_steps["shape"]
    curve = _line(shape, weights[0]) if hasattr(shape, "scale_") else _spline(shape, weights)
    return lambda value: curve(fill if isnan(value) else value)


def _line(scaler: Any, weight: float) -> Part:
    mean, scale = float(scaler.mean_[0]), float(scaler.scale_[0])
    return lambda value: (value - mean) / scale * weight


def _spline(shape: Any, weights: list[float]) -> Part:
    """The weighted sum of a B-spline basis as one cubic per interval (the dropped last base weighs nothing)."""
    basis = shape.bsplines_[0]
    cubic = PPoly.from_spline(BSpline(basis.t, np.array([*weights, 0.0]), basis.k))
    low, high = float(basis.t[basis.k]), float(basis.t[-basis.k - 1])
    inner = [float(knot) for knot in basis.t[basis.k + 1 : -basis.k - 1]]
    pieces = [tuple(float(c) for c in cubic.c[:, basis.k + piece]) for piece in range(len(inner) + 1)]
    starts = [low, *inner]

    def value_at(value: float) -> float:
        value = min(max(value, low), high)
        piece = bisect_right(inner, value)
        x = value - starts[piece]
        a, b, c, d = pieces[piece]
        return ((a * x + b) * x + c) * x + d

    return value_at


def _trees(trees: HistGradientBoostingClassifier) -> tuple[list[Node], float]:
    """Each tree as nested tuples over our own slots, and the baseline."""
    slots, codes = _slots_of_trees(trees)
    built = [_Grower(predictor, slots, codes).node(0) for (predictor,) in trees._predictors]
    return built, float(trees._baseline_prediction.ravel()[0])


def _slots_of_trees(trees: HistGradientBoostingClassifier) -> tuple[list[int], dict[int, list[float]]]:
    """The trees see categories first and count only codes they met; this maps both back to our row."""
    if trees._preprocessor is None:
        return list(range(trees.n_features_in_)), {}
    categorical = [int(place) for place in np.flatnonzero(trees.is_categorical_)]
    others = [place for place in range(len(trees.is_categorical_)) if place not in categorical]
    met = trees._preprocessor.named_transformers_["encoder"].categories_
    return categorical + others, {
        place: [float(code) for code in codes] for place, codes in zip(categorical, met, strict=True)
    }


class _Grower:
    """Turns one scikit-learn predictor into nested tuples."""

    def __init__(self, predictor: Any, slots: list[int], codes: dict[int, list[float]]) -> None:
        self._nodes = predictor.nodes
        self._bitsets = predictor.raw_left_cat_bitsets
        self._slots, self._codes = slots, codes

    def node(self, index: int) -> Node:
        raw = self._nodes[index]
        if raw["is_leaf"]:
            return (float(raw["value"]),)
        left, right = self.node(int(raw["left"])), self.node(int(raw["right"]))
        seen = (self._nodes[int(raw["left"])]["count"], self._nodes[int(raw["right"])]["count"])
        mean = (left[0] * int(seen[0]) + right[0] * int(seen[1])) / (int(seen[0]) + int(seen[1]))
        slot = self._slots[int(raw["feature_idx"])]
        lefts = self._lefts(raw, slot) if raw["is_categorical"] else None
        return (mean, slot, float(raw["num_threshold"]), lefts, bool(raw["missing_go_to_left"]), left, right)

    def _lefts(self, raw: Any, slot: int) -> "_Lefts":
        bits = self._bitsets[int(raw["bitset_idx"])]
        goes = {
            code: bool(int(bits[place // 32]) >> (place % 32) & 1)
            for place, code in enumerate(self._codes[slot])
        }
        return _Lefts(goes, bool(raw["missing_go_to_left"]))


class _Lefts(dict[int, bool]):
    """Code → goes left; a code the tree never met goes the way of a blank."""

    def __init__(self, goes: dict[float, bool], blank: bool) -> None:
        super().__init__({int(code): left for code, left in goes.items()})
        self._blank = blank

    def __missing__(self, code: int) -> bool:
        return self._blank
