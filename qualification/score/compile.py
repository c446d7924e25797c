"""From a fitted pair to its flat form: plain JSON, which `flat` reads without scikit-learn.

It looks into scikit-learn's own trees, so the form is checked against the pipeline before it is kept.
"""

from typing import Any

import numpy as np
from scipy.interpolate import BSpline, PPoly
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline

from qualification.score.learner import Learned
from qualification.score.matrix import slots_of

Form = dict[str, Any]
# "Any number goes left, a blank goes right" is a split at infinity, which JSON does not have; no value of a
# row comes near this.
BEYOND_ALL = 1e12


def flat_form(learned: Learned) -> Form:
    """The form of this pair."""
    slots = slots_of(learned.plan)
    regression = learned.linear.named_steps["regression"]
    return {
        "plan": learned.plan,
        "fields": [slot.field for slot in slots],
        "parts": _parts(learned.linear),
        "share": learned.share,
        "intercept": float(regression.intercept_[0]),
        "trees": _trees(learned.trees, [slot.codes for slot in slots]),
        "baseline": float(learned.trees._baseline_prediction.ravel()[0]),
    }


def _parts(linear: Pipeline) -> list[Form]:
    """Each part of the linear half as a function of one slot."""
    weights = [float(weight) for weight in linear.named_steps["regression"].coef_[0]]
    fields = linear.named_steps["fields"]
    parts = []
    for name, fitted, (slot,) in fields.transformers_:
        its = weights[fields.output_indices_[name]]
        parts.append({"slot": slot, **_part(name, fitted, its)})
    return parts


def _part(name: str, fitted: Any, weights: list[float]) -> Form:
    if name.startswith("code"):
        return {"kind": "code", "weights": weights}
    if name.startswith("blank"):
        return {"kind": "blank", "weight": weights[0]}
    shape, fill = fitted.named_steps["shape"], float(fitted.named_steps["fill"].statistics_[0])
    if hasattr(shape, "scale_"):
        return {"kind": "line", "fill": fill, "weight": weights[0], **_line(fitted.named_steps)}
    return {"kind": "spline", "fill": fill, **_spline(shape, weights)}


def _line(steps: Any) -> Form:
    """Where the line ends on both sides, and what it is measured by."""
    met, shape = steps["range"], steps["shape"]
    ends = [float(met.data_min_[0]), float(met.data_max_[0])]
    mean, scale = float(shape.mean_[0] - met.min_[0]), float(shape.scale_[0])
    return {"ends": ends, "mean": mean / float(met.scale_[0]), "scale": scale / float(met.scale_[0])}


def _spline(shape: Any, weights: list[float]) -> Form:
    """The weighted sum of a B-spline basis as one cubic per interval (the dropped last base weighs
    nothing).
    """
    basis = shape.bsplines_[0]
    cubic = PPoly.from_spline(BSpline(basis.t, np.array([*weights, 0.0]), basis.k))
    knots = [float(knot) for knot in basis.t[basis.k : -basis.k]]
    pieces = [[float(c) for c in cubic.c[:, basis.k + piece]] for piece in range(len(knots) - 1)]
    return {"knots": knots, "pieces": pieces}


def _trees(trees: HistGradientBoostingClassifier, codes: list[int]) -> list[list[Any]]:
    slots, met = _slots_of_trees(trees)
    return [_Grower(predictor, slots, met, codes).node(0) for (predictor,) in trees._predictors]


def _slots_of_trees(trees: HistGradientBoostingClassifier) -> tuple[list[int], dict[int, list[int]]]:
    """The trees see categories first and count only the codes they met; this maps both back to our row."""
    if trees._preprocessor is None:
        return list(range(trees.n_features_in_)), {}
    categorical = [int(place) for place in np.flatnonzero(trees.is_categorical_)]
    others = [place for place in range(len(trees.is_categorical_)) if place not in categorical]
    met = trees._preprocessor.named_transformers_["encoder"].categories_
    return categorical + others, {
        slot: [int(code) for code in codes] for slot, codes in zip(categorical, met, strict=True)
    }


class _Grower:
    """Turns one scikit-learn predictor into nested lists, see `flat.Node`."""

    def __init__(self, predictor: Any, slots: list[int], met: dict[int, list[int]], codes: list[int]) -> None:
        self._nodes, self._bitsets = predictor.nodes, predictor.raw_left_cat_bitsets
        self._slots, self._met, self._codes = slots, met, codes

    def node(self, index: int) -> list[Any]:
        raw = self._nodes[index]
        if raw["is_leaf"]:
            return [float(raw["value"])]
        left, right = self.node(int(raw["left"])), self.node(int(raw["right"]))
        lefts, rights = (int(self._nodes[int(raw[side])]["count"]) for side in ("left", "right"))
        mean = (left[0] * lefts + right[0] * rights) / (lefts + rights)
        slot = self._slots[int(raw["feature_idx"])]
        goes_left = self._goes_left(raw, slot) if raw["is_categorical"] else None
        threshold = None if goes_left else min(float(raw["num_threshold"]), BEYOND_ALL)
        return [mean, slot, threshold, goes_left, bool(raw["missing_go_to_left"]), left, right]

    def _goes_left(self, raw: Any, slot: int) -> list[bool]:
        """Per code; a code that the trees never met goes the way of a blank."""
        goes = [bool(raw["missing_go_to_left"])] * self._codes[slot]
        bits = self._bitsets[int(raw["bitset_idx"])]
        for place, code in enumerate(self._met[slot]):
            goes[code] = bool(int(bits[place // 32]) >> (place % 32) & 1)
        return goes
