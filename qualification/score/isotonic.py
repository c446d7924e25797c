"""Isotonic calibration: steps from promised to observed chance, fitted on chances the model gave to
leads it had not seen. Folds are shuffled: on leads in order of time unshuffled folds once turned a model
upside down.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import StratifiedKFold

from qualification.score.learner import SEED

Chances = Callable[[Any, Sequence[dict[str, Any]]], NDArray[np.float64]]


def fit_steps(
    examples: Sequence[Any], fit: Callable[[Sequence[Any]], Chances], playbook: Any
) -> list[list[float]]:
    """[x, y] of the steps; `fit` gives the chances of a model fitted on some of the examples."""
    won = np.array([example.won for example in examples])
    chances = np.empty(len(won))
    folds = StratifiedKFold(5, shuffle=True, random_state=SEED)
    for known, unseen in folds.split(np.zeros(len(won)), won):
        rows = [examples[place].facts for place in unseen]
        chances[unseen] = fit([examples[place] for place in known])(playbook, rows)
    steps = IsotonicRegression(out_of_bounds="clip", y_min=1e-3, y_max=1 - 1e-3).fit(chances, won)
    return [[float(x) for x in steps.X_thresholds_], [float(y) for y in steps.y_thresholds_]]


def stepped(chances: NDArray[np.float64], steps: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """The chances after the steps, straight between them."""
    return np.interp(chances, steps[0], steps[1])
