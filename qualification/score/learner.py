"""The learned model: the log-odds of gradient-boosted trees and of a spline logistic regression
(scikit-learn), evenly mixed, or as unseen leads say once there are many.

The pair beat each of its halves, and the linear half also gives each field its own share of a score. With
few outcomes both halves are kept small: fewer, smaller trees, straight lines instead of splines. How few is
counted by the rarer end, because a hundred losses and five wins teach what ten leads do.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, SplineTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from qualification.score.blend import FEWEST_PER_SIDE
from qualification.score.columns import Facts, Plan
from qualification.score.figures import log_loss_of
from qualification.score.matrix import Slot, matrix_of, slots_of
from qualification.score.texts import read_texts

SPLINES_FROM = 60
FULL_SIZE_FROM = 300
SHRINKAGE = 0.3
SEED = 20
SHARES = (0.2, 0.35, 0.5, 0.65, 0.8)
SHARES_FROM, LEAST_GAIN = 100, 0.0005


class Learned(NamedTuple):
    """A fitted pair with the plan that makes its rows."""

    plan: Plan
    linear: Pipeline
    trees: HistGradientBoostingClassifier
    share: float = 0.5
    """How much the linear half counts."""

    def log_odds(self, rows: Sequence[Facts]) -> NDArray[np.float64]:
        """Log-odds for many leads at once (the fast path for batches)."""
        matrix = matrix_of(self.plan, rows)
        with threadpool_limits(1):
            linear, trees = self.linear.decision_function(matrix), self.trees.decision_function(matrix)
        return self.share * linear + (1 - self.share) * trees


def may_learn(won: Sequence[int]) -> bool:
    """Whether there are enough wins and losses to fit anything at all."""
    wins = sum(won)
    return min(wins, len(won) - wins) >= FEWEST_PER_SIDE


def learn(
    plan: Plan, rows: Sequence[Facts], won: Sequence[int], weights: Sequence[float] | None = None
) -> Learned:
    """Fit both halves; the same input gives the same model. Needs `may_learn(won)` and at least one
    column. `weights`: how much each lead counts (default: all the same).
    """
    y = np.asarray(won)
    counts = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    plan, matrix = read_texts(plan, rows, y)
    slots, evidence = slots_of(plan), int(min(y.sum(), len(y) - y.sum()))
    with threadpool_limits(1):
        linear, trees = _halves(slots, matrix, y, counts, evidence)
        return Learned(plan, linear, trees, _share_of_linear(slots, matrix, y, counts, evidence))


def _halves(
    slots: list[Slot],
    matrix: NDArray[np.float64],
    won: NDArray[np.int64],
    counts: NDArray[np.float64],
    evidence: int,
) -> tuple[Pipeline, HistGradientBoostingClassifier]:
    linear = _linear_half(slots, matrix, evidence).fit(matrix, won, regression__sample_weight=counts)
    trees = _tree_half(slots, evidence).fit(_without_empty(matrix), won, sample_weight=counts)
    return linear, trees


def _share_of_linear(
    slots: list[Slot],
    matrix: NDArray[np.float64],
    won: NDArray[np.int64],
    counts: NDArray[np.float64],
    evidence: int,
) -> float:
    """The share that promises best on leads the halves had not seen (three shuffled folds); one half while
    there are few, or where another share gains next to nothing.
    """
    if evidence < SHARES_FROM:
        return 0.5
    unseen = np.zeros((2, len(won)))
    for known, others in StratifiedKFold(3, shuffle=True, random_state=SEED).split(matrix, won):
        for place, half in enumerate(_halves(slots, matrix[known], won[known], counts[known], evidence)):
            unseen[place, others] = half.decision_function(matrix[others])
    losses = {
        share: log_loss_of(
            won.astype(float), 1 / (1 + np.exp(-(share * unseen[0] + (1 - share) * unseen[1])))
        )
        for share in SHARES
    }
    best = min(SHARES, key=losses.__getitem__)
    return best if losses[best] < losses[0.5] - LEAST_GAIN else 0.5


def _without_empty(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The trees stop at a column that is blank everywhere; a zero tells them as little."""
    empty = np.isnan(matrix).all(axis=0)
    return np.where(empty, 0.0, matrix) if empty.any() else matrix


def _linear_half(slots: list[Slot], matrix: NDArray[np.float64], evidence: int) -> Pipeline:
    parts: list[tuple[str, object, list[int]]] = []
    for place, slot in enumerate(slots):
        if slot.codes:
            parts.append((f"code{place}", _one_hot(slot.codes), [place]))
            continue
        parts.append((f"curve{place}", _curve(matrix[:, place], evidence), [place]))
        if np.isnan(matrix[:, place]).any():
            parts.append((f"blank{place}", MissingIndicator(), [place]))
    regression = LogisticRegression(C=SHRINKAGE, max_iter=1000)
    return Pipeline([("fields", ColumnTransformer(parts)), ("regression", regression)])


def _one_hot(codes: int) -> OneHotEncoder:
    return OneHotEncoder(
        categories=[np.arange(codes, dtype=float)], handle_unknown="ignore", sparse_output=False
    )


def _curve(values: NDArray[np.float64], evidence: int) -> Pipeline:
    """A cubic spline through the quantiles; a straight line when there are few outcomes or few distinct
    values.
    """
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    known = values[~np.isnan(values)]
    knots = np.unique(np.quantile(known, np.linspace(0, 1, 8))) if len(known) else known
    if evidence < SPLINES_FROM or len(knots) < 4:
        shape: object = StandardScaler()
    else:
        shape = SplineTransformer(
            degree=3, knots=knots[:, None], extrapolation="constant", include_bias=False
        )
    return Pipeline([("fill", fill), ("shape", shape)])


def _tree_half(slots: list[Slot], evidence: int) -> HistGradientBoostingClassifier:
    """100 trees at 0.09 lose 0.0003 AUC against 150 at 0.06 and score a third more leads a second."""
    is_small = evidence < FULL_SIZE_FROM
    return HistGradientBoostingClassifier(
        max_iter=60 if is_small else 100,
        learning_rate=0.06 if is_small else 0.09,
        max_leaf_nodes=7 if is_small else 15,
        min_samples_leaf=min(20, max(5, evidence // 7)),
        l2_regularization=1.0,
        max_features=0.5,
        categorical_features=[place for place, slot in enumerate(slots) if slot.codes] or None,
        early_stopping=False,
        random_state=SEED,
    )
