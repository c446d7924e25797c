"""Fields that know too much. What sales fills in after contact is blank on the leads sales never worked,
and then the blank itself tells the end. Such a field looks brilliant in training and is worthless on a
new lead.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from qualification.score.columns import Facts
from qualification.score.figures import auc_of
from qualification.score.values import as_number, as_word

BLANKNESS_AUC = 0.6
SINGLE_FIELD_AUC = 0.9
LEAST_OUTCOMES = 50


def leaking_fields(rows: Sequence[Facts], won: Sequence[int], trusted: Iterable[str] = ()) -> dict[str, str]:
    """Fields to refuse → why. `trusted` are the fields the product itself wrote at capture: they cannot
    leak.
    """
    y = np.asarray(won, dtype=float)
    if min(y.sum(), len(y) - y.sum()) < LEAST_OUTCOMES:
        return {}
    names = {name for row in rows for name in row} - set(trusted)
    found = {name: _complaint([row.get(name) for row in rows], y) for name in sorted(names)}
    return {name: why for name, why in found.items() if why}


def _complaint(values: list[object], won: NDArray[np.float64]) -> str | None:
    blank = np.array([as_word(value) is None for value in values], dtype=float)
    blankness = _either_way(auc_of(won, blank))
    if blankness > BLANKNESS_AUC:
        return f"being blank alone tells the outcome (AUC {blankness:.2f}): probably filled in after contact"
    alone = _either_way(auc_of(won, _rates_from_the_other_half(values, won)))
    if alone > SINGLE_FIELD_AUC:
        return f"it alone tells the outcome (AUC {alone:.2f}): probably written after the outcome"
    return None


def _either_way(auc: float | None) -> float:
    return 0.5 if auc is None else max(auc, 1 - auc)


def _rates_from_the_other_half(values: list[object], won: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each lead gets the win rate its value has among the leads it does not belong to (even and odd
    halves).
    """
    keys = _bins(values)
    half = np.arange(len(won)) % 2
    rates = np.empty(len(won))
    for mine in (0, 1):
        other = half != mine
        mean = won[other].mean()
        wins, counts = (
            np.bincount(keys[other], weights=weight, minlength=keys.max() + 1)
            for weight in (won[other], np.ones(int(other.sum())))
        )
        rates[half == mine] = ((wins + 5 * mean) / (counts + 5))[keys[half == mine]]
    return rates


def _bins(values: list[object]) -> NDArray[np.int64]:
    """Numbers in twenty bins of equal mass, anything else by its word."""
    numbers = [as_number(value) for value in values]
    said = [number for number in numbers if number is not None]
    if said and len(said) >= 0.95 * sum(as_word(value) is not None for value in values):
        edges = np.unique(np.quantile(said, np.linspace(0, 1, 21)))
        return np.array([0 if n is None else int(np.searchsorted(edges, n)) + 1 for n in numbers])
    return np.unique([as_word(value) or "" for value in values], return_inverse=True)[1]
