"""The learned model: the log-odds of a regression that starts from the playbook's card (`ridge`) and of
gradient-boosted trees (scikit-learn), mixed as unseen leads say (`mixing`).

The pair beat each of its halves, and the regression also gives each field its own share of a score. With few
outcomes both are kept small: fewer, smaller trees, straight lines instead of splines. How few is counted by
the rarer end, because a hundred losses and five wins teach what ten leads do.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, SplineTransformer, StandardScaler
from threadpoolctl import threadpool_limits

from qualification.score import blend
from qualification.score.columns import Facts, Plan
from qualification.score.matrix import Slot, matrix_of, slots_of
from qualification.score.mixing import Mix, best_mix, usual_mix
from qualification.score.ridge import fit_curve, fit_ridge
from qualification.score.texts import read_texts

Array = NDArray[np.float64]
SPLINES_FROM = 30
FULL_SIZE_FROM = 300
SEED = 20
MANY, FEW_FOLDS, FOLDS = 100, 3, 4
# Numbers in the design of the regression: 40 million are 320 MB.
LARGEST_DESIGN = 40_000_000


class Learned(NamedTuple):
    """A fitted pair with the plan that makes its rows."""

    plan: Plan
    linear: Pipeline
    trees: HistGradientBoostingClassifier
    share: float = 0.5
    """How much the linear half counts in the pair."""
    slope: float = 0.0
    """What the linear half leaves to the card: log-odds per 15 points."""
    card: float = 0.0
    """How much the card alone counts beside the pair."""

    def log_odds(self, rows: Sequence[Facts]) -> Array:
        """Log-odds of the pair for many leads at once, without what it leaves to the card."""
        matrix = matrix_of(self.plan, rows)
        with threadpool_limits(1):
            linear, trees = self.linear.decision_function(matrix), self.trees.decision_function(matrix)
        return self.share * linear + (1 - self.share) * trees


class _Lesson(NamedTuple):
    """What is learnt from: rows of numbers, the card's steps of 15 points, ends, how much each counts."""

    matrix: Array
    steps: Array
    won: Array
    counts: Array

    def of(self, places: NDArray[np.int64]) -> "_Lesson":
        return _Lesson(*(part[places] for part in self))


def may_learn(won: Sequence[int]) -> bool:
    """Whether there are enough wins and losses to fit anything at all."""
    return blend.evidence_of(won) >= blend.FEWEST_PER_SIDE


def learn(
    plan: Plan,
    rows: Sequence[Facts],
    won: Sequence[int],
    weights: Sequence[float] | None = None,
    points: ArrayLike | None = None,
) -> Learned:
    """Fit both halves; the same input gives the same model. Needs `may_learn(won)` and at least one
    column. `weights`: how much each lead counts (default: all the same); `points`: what the card gives each
    (default: the card knows nothing).
    """
    y = np.asarray(won)
    plan, matrix = read_texts(plan, rows, y)
    steps = np.zeros(len(y)) if points is None else blend.steps_of(np.asarray(points, dtype=float))
    counts = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    lesson = _Lesson(matrix, steps, y.astype(float), counts)
    slots, evidence = slots_of(plan), blend.evidence_of(won)
    with threadpool_limits(1):
        linear, slope = _regression(slots, lesson, evidence)
        trees = _boosted(slots, lesson, evidence)
        mix = _mix(slots, lesson, evidence)
    return Learned(plan, linear, trees, 1 - mix.trees, slope, mix.card)


def _mix(slots: list[Slot], lesson: _Lesson, evidence: int) -> Mix:
    """How card, regression and trees are mixed, by what each says of leads it was not fitted on (shuffled
    folds).
    """
    folds = min(FEW_FOLDS if evidence >= MANY or evidence < 2 * FOLDS else FOLDS, evidence)
    unseen = np.zeros((3, len(lesson.won)))
    parts = StratifiedKFold(folds, shuffle=True, random_state=SEED).split(lesson.matrix, lesson.won)
    for known, others in parts:
        part, steps = lesson.of(known), lesson.steps[others]
        curve = fit_curve(part.steps, part.won, part.counts)
        linear, slope = _regression(slots, part, evidence)
        unseen[0, others] = curve.offset + curve.slope * steps
        unseen[1, others] = linear.decision_function(lesson.matrix[others]) + slope * steps
        unseen[2, others] = _boosted(slots, part, evidence).decision_function(lesson.matrix[others])
    if not np.isfinite(unseen).all():
        return usual_mix(evidence)
    card, regression, trees = unseen
    return best_mix(card, regression, trees, lesson.won, evidence)


def _regression(slots: list[Slot], lesson: _Lesson, evidence: int) -> tuple[Pipeline, float]:
    """(the linear half as a pipeline, what it leaves to the card)."""
    fields = _fields(slots, lesson.matrix, evidence).fit(lesson.matrix)
    width = len(fields.transform(lesson.matrix[:1])[0])
    lesson = lesson.of(_spread(len(lesson.won), max(1000, LARGEST_DESIGN // width)))
    design = fields.transform(lesson.matrix)
    found = fit_ridge(design, lesson.steps, lesson.won, lesson.counts, evidence)
    regression = LogisticRegression()
    regression.classes_, regression.n_features_in_ = np.array([0, 1]), width
    regression.coef_, regression.intercept_ = found.weights[None, :], np.array([found.intercept])
    return Pipeline([("fields", fields), ("regression", regression)]), found.slope


def _spread(n: int, most: int) -> NDArray[np.int64]:
    """At most so many of n places, evenly over time and always the newest."""
    return np.arange(n) if n <= most else np.linspace(0, n - 1, most).astype(np.int64)


def _boosted(slots: list[Slot], lesson: _Lesson, evidence: int) -> HistGradientBoostingClassifier:
    trees = _tree_half(slots, evidence)
    return trees.fit(_without_empty(lesson.matrix), lesson.won, sample_weight=lesson.counts)


def _without_empty(matrix: Array) -> Array:
    """The trees stop at a column that is blank everywhere; a zero tells them as little."""
    empty = np.isnan(matrix).all(axis=0)
    return np.where(empty, 0.0, matrix) if empty.any() else matrix


def _fields(slots: list[Slot], matrix: Array, evidence: int) -> ColumnTransformer:
    parts: list[tuple[str, object, list[int]]] = []
    for place, slot in enumerate(slots):
        if slot.codes:
            parts.append((f"code{place}", _one_hot(slot.codes), [place]))
            continue
        parts += [(f"{kind}{place}", shape, [place]) for kind, shape in _shapes(matrix[:, place], evidence)]
        if np.isnan(matrix[:, place]).any():
            parts.append((f"blank{place}", MissingIndicator(), [place]))
    return ColumnTransformer(parts)


def _one_hot(codes: int) -> OneHotEncoder:
    return OneHotEncoder(
        categories=[np.arange(codes, dtype=float)], handle_unknown="ignore", sparse_output=False
    )


def _shapes(values: Array, evidence: int) -> list[tuple[str, Pipeline]]:
    """A straight line, and on top of it a cubic spline through the quantiles where there are enough outcomes
    and distinct values: a slope is cheap to learn, its bends are held harder. Both end at the smallest and
    the largest value met: a figure that grows with the months would else outweigh everything a week later.
    """
    known = values[~np.isnan(values)]
    knots = np.unique(np.quantile(known, np.linspace(0, 1, 8))) if len(known) else known
    shapes = [("line", _filled(MinMaxScaler(clip=True), StandardScaler()))]
    if evidence >= SPLINES_FROM and len(knots) >= 4:
        spline = SplineTransformer(
            degree=3, knots=knots[:, None], extrapolation="constant", include_bias=False
        )
        shapes.append(("curve", _filled(spline)))
    return shapes


def _filled(*shapes: object) -> Pipeline:
    fill = SimpleImputer(strategy="median", keep_empty_features=True)
    *before, shape = shapes
    return Pipeline([("fill", fill), *(("range", one) for one in before), ("shape", shape)])


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
