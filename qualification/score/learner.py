"""The learned model: the mean log-odds of gradient-boosted trees and a spline logistic regression
(scikit-learn).

The pair beat each of its halves, and the linear half also gives each field its own share of a score. With
few outcomes both halves are kept small: fewer, smaller trees, stronger shrinkage, straight lines instead of
splines.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from qualification.score.blend import FEWEST_PER_SIDE
from qualification.score.columns import Facts, Plan
from qualification.score.matrix import Slot, matrix_of, slots_of

SPLINES_FROM = 150
FULL_SIZE_FROM = 500
SEED = 20


class Learned(NamedTuple):
    """A fitted pair with the plan that makes its rows."""

    plan: Plan
    linear: Pipeline
    trees: HistGradientBoostingClassifier

    def log_odds(self, rows: Sequence[Facts]) -> NDArray[np.float64]:
        """Log-odds for many leads at once (the fast path for batches)."""
        matrix = matrix_of(self.plan, rows)
        with threadpool_limits(1):
            return (self.linear.decision_function(matrix) + self.trees.decision_function(matrix)) / 2


def may_learn(won: Sequence[int]) -> bool:
    """Whether there are enough wins and losses to fit anything at all."""
    wins = sum(won)
    return min(wins, len(won) - wins) >= FEWEST_PER_SIDE


def learn(plan: Plan, rows: Sequence[Facts], won: Sequence[int]) -> Learned:
    """Fit both halves; the same input gives the same model. Needs `may_learn(won)` and at least one
    column.
    """
    matrix, y = matrix_of(plan, rows), np.asarray(won)
    slots = slots_of(plan)
    with threadpool_limits(1):
        linear = _linear_half(slots, matrix, len(y)).fit(matrix, y)
        trees = _tree_half(slots, len(y)).fit(matrix, y)
    return Learned(plan, linear, trees)


def _linear_half(slots: list[Slot], matrix: NDArray[np.float64], n: int) -> Pipeline:
    parts: list[tuple[str, object, list[int]]] = []
    for place, slot in enumerate(slots):
        if slot.codes:
            parts.append((f"code{place}", _one_hot(slot.codes), [place]))
            continue
        parts.append((f"curve{place}", _curve(matrix[:, place], n), [place]))
        if np.isnan(matrix[:, place]).any():
            parts.append((f"blank{place}", MissingIndicator(), [place]))
    regression = LogisticRegression(C=1.0 if n >= FULL_SIZE_FROM else 0.1, max_iter=1000)
    return Pipeline([("fields", ColumnTransformer(parts)), ("regression", regression)])


def _one_hot(codes: int) -> OneHotEncoder:
    return OneHotEncoder(
        categories=[np.arange(codes, dtype=float)], handle_unknown="ignore", sparse_output=False
    )


def _curve(values: NDArray[np.float64], n: int) -> Pipeline:
    """A cubic spline through the quantiles; a straight line when there are few outcomes or few distinct
    values.
    """
    knots = np.unique(np.nanquantile(values, np.linspace(0, 1, 8)))
    if n < SPLINES_FROM or len(knots) < 4:
        shape: object = StandardScaler()
    else:
        shape = SplineTransformer(
            degree=3, knots=knots[:, None], extrapolation="constant", include_bias=False
        )
    return Pipeline([("fill", SimpleImputer(strategy="median")), ("shape", shape)])


def _tree_half(slots: list[Slot], n: int) -> HistGradientBoostingClassifier:
    """100 trees at 0.09 lose 0.0003 AUC against 150 at 0.06 and score a third more leads a second."""
    is_small = n < FULL_SIZE_FROM
    return HistGradientBoostingClassifier(
        max_iter=60 if is_small else 100,
        learning_rate=0.06 if is_small else 0.09,
        max_leaf_nodes=7 if is_small else 15,
        min_samples_leaf=min(20, max(5, n // 15)),
        l2_regularization=1.0,
        max_features=0.5,
        categorical_features=[place for place, slot in enumerate(slots) if slot.codes] or None,
        early_stopping=False,
        random_state=SEED,
    )
