"""A logistic regression that starts from the playbook's card: the weights of the fields say what the card
does not know already.

    log-odds = a + b·(points − 30)/15 + Σ w·field      b ~ N(1, 0.5²), b ≥ 0;  w ~ N(0, 1/λ), λ = 3 + 60/e

Before the first end it is as if eight average leads had ended, two of them won. A rate near 25 % is assumed,
but no firm is sure to have it: its logit ~ Cauchy(logit 25 %, 0.2), and of the eight as many won as put it at
its mean after the ends so far. Ten ends not far from it hardly move it; of a firm that wins two leads in a
hundred, or ninety, little is left of it after twenty.

The most probable values (L-BFGS on a concave posterior). With few ends λ is large and the card stands; with
many the fields outweigh it. An outcome that counts half pulls half.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from qualification.score import blend

Array = NDArray[np.float64]
LEAST_SHRINKAGE, SHRINKAGE_BY_EVIDENCE = 3.0, 60.0
MOST_STEPS = 300
RATE_SPREAD = 0.2
RATES = np.linspace(-9.0, 7.0, 321)


class Ridge(NamedTuple):
    """`slope` is b, `intercept` and `weights` go with the columns as they came (not centred)."""

    slope: float
    intercept: float
    weights: Array


def fit_ridge(columns: Array, steps: Array, won: Array, counts: Array, evidence: int) -> Ridge:
    """The regression of `won` on columns and card; `steps` are (points − 30)/15, `counts` how much each lead
    counts.
    """
    middle = columns.mean(axis=0)
    found = _fitted(columns - middle, steps, won, counts, shrinkage(evidence), 0.0)
    weights = found[2:]
    return Ridge(float(found[1]), float(found[0] - middle @ weights), weights)


def fit_curve(steps: Array, won: Array, counts: Array | None = None) -> blend.Curve:
    """The card alone: the most probable a and b after these outcomes."""
    counts = np.ones(len(won)) if counts is None else counts
    offset, slope = _fitted(np.zeros((len(won), 0)), steps, won, counts, 1.0, blend.LEAST_SLOPE)
    return blend.Curve(float(offset), float(slope))


def _fitted(
    columns: Array, steps: Array, won: Array, counts: Array, held_by: float, least_slope: float
) -> Array:
    """a, b and the weights of the columns, the most probable ones."""
    won = np.append(won, assumed(steps, won, counts))
    columns = np.vstack([columns, np.zeros(columns.shape[1])])
    steps, counts = np.append(steps, 0.0), np.append(counts, blend.ASSUMED_LEADS)
    matrix = np.column_stack([np.ones(len(won)), steps, columns])
    prior = np.zeros(matrix.shape[1])
    prior[:2] = blend.prior_curve()
    held = np.full(len(prior), held_by)
    held[:2] = 0.0, 1 / blend.SLOPE_SPREAD**2

    def loss(values: Array) -> tuple[float, Array]:
        odds = matrix @ values
        off = values - prior
        cost = counts @ (np.logaddexp(0.0, odds) - won * odds) + 0.5 * held @ off**2
        surplus = counts * (expit(odds) - won)
        return float(cost), matrix.T @ surplus + held * off

    bounds = [(None, None), (least_slope, None), *[(None, None)] * (len(prior) - 2)]
    options = {"maxiter": MOST_STEPS, "ftol": 1e-11, "gtol": 1e-7}
    return minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=bounds, options=options).x


def assumed(steps: Array, won: Array, counts: Array) -> float:
    """How many of the assumed leads won, as a share: as many as put a, with b at 1, where the Cauchy says."""
    kinds, places = np.unique(steps, return_inverse=True)
    wins = np.bincount(places, weights=counts * won, minlength=len(kinds))
    every = np.bincount(places, weights=counts, minlength=len(kinds))
    odds = RATES[:, None] + kinds
    belief = odds @ wins - np.logaddexp(0.0, odds) @ every
    belief -= np.log1p(((RATES - blend.logit(blend.ASSUMED_RATE)) / RATE_SPREAD) ** 2)
    weights = np.exp(belief - belief.max())
    rate = float(weights @ expit(RATES) / weights.sum())
    surplus = float(every @ expit(blend.logit(rate) + kinds) - wins.sum())
    return min(0.99, max(0.01, rate + surplus / blend.ASSUMED_LEADS))


def shrinkage(evidence: int) -> float:
    """λ: how strongly each field is held to adding nothing to the card."""
    return LEAST_SHRINKAGE + SHRINKAGE_BY_EVIDENCE / max(1, evidence)
