"""Fields that know too much. What sales fills in after contact is blank on the leads sales never worked,
and then the blank itself tells the end. Such a field looks brilliant in training and is worthless on a
new lead.

A text is read by its words, so that a closing note is found out in whatever words each one is written. What
only comes near a limit may be honest: it is used, and named.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualification.score.columns import Facts
from qualification.score.figures import auc_error, auc_of
from qualification.score.values import as_number, as_word, words_of

BLANKNESS_AUC = 0.6
SINGLE_FIELD_AUC, SUSPICIOUS_AUC = 0.9, 0.8
# From so many of each end on the limits hold as they are; with fewer an AUC must be above them beyond chance.
ENOUGH_OUTCOMES, LEAST_OUTCOMES = 50, 10
CHANCE = 2.0
MOSTLY_DIFFERENT, FEWEST_TEXTS = 0.3, 20


class Told(NamedTuple):
    """The AUC of being blank and of what is said, and how many leads ended the rarer and the other way."""

    blank: float
    alone: float
    fewer: int
    more: int


def leaking_fields(rows: Sequence[Facts], won: Sequence[int], trusted: Iterable[str] = ()) -> dict[str, str]:
    """Fields to refuse → why. `trusted` are the fields the product itself wrote at capture: they cannot
    leak.
    """
    return _spoken_of(rows, won, trusted, _complaint)


def suspicious_fields(
    rows: Sequence[Facts], won: Sequence[int], trusted: Iterable[str] = ()
) -> dict[str, str]:
    """Fields that are not refused and yet tell so much alone that somebody should look → why."""
    return _spoken_of(rows, won, trusted, _suspicion)


def _spoken_of(
    rows: Sequence[Facts], won: Sequence[int], trusted: Iterable[str], speak: Callable[[Told], str | None]
) -> dict[str, str]:
    y = np.asarray(won, dtype=float)
    if min(y.sum(), len(y) - y.sum()) < LEAST_OUTCOMES:
        return {}
    names = {name for row in rows for name in row} - set(trusted)
    found = {name: speak(_told([row.get(name) for row in rows], y)) for name in sorted(names)}
    return {name: why for name, why in found.items() if why}


def _told(values: list[object], won: NDArray[np.float64]) -> Told:
    """What a field tells of the end: by being blank, and by what it says."""
    wins, losses = int(won.sum()), int(len(won) - won.sum())
    blank = np.array([as_word(value) is None for value in values], dtype=float)
    alone = auc_of(won, _rates_from_the_other_half(values, won))
    if _is_text(values):
        alone = max(alone or 0.5, auc_of(won, _words_from_the_other_half(values, won)) or 0.5)
    return Told(_either_way(auc_of(won, blank)), alone or 0.5, min(wins, losses), max(wins, losses))


def _complaint(told: Told) -> str | None:
    if told.blank > BLANKNESS_AUC + _chance(BLANKNESS_AUC, told):
        return f"being blank alone tells the outcome (AUC {told.blank:.2f}): probably filled in after contact"
    if told.alone > SINGLE_FIELD_AUC and told.alone >= SINGLE_FIELD_AUC + _chance(SINGLE_FIELD_AUC, told):
        return f"it alone tells the outcome (AUC {told.alone:.2f}): probably written after the outcome"
    return None


def _suspicion(told: Told) -> str | None:
    if _complaint(told) or told.alone <= SUSPICIOUS_AUC + _chance(SUSPICIOUS_AUC, told):
        return None
    return f"it alone tells much of the outcome (AUC {told.alone:.2f}): was it known when the lead came in?"


def _chance(limit: float, told: Told) -> float:
    """How far above the limit chance alone may be, on few outcomes; nothing on enough of them."""
    if told.fewer >= ENOUGH_OUTCOMES:
        return 0.0
    return min(1 - limit, CHANCE * auc_error(limit, told.fewer, told.more))


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


def _is_text(values: list[object]) -> bool:
    """Whether most values differ, so that only their words can repeat."""
    said = [value for value in values if isinstance(value, str) and as_word(value) is not None]
    return len(said) >= FEWEST_TEXTS and len(set(said)) > MOSTLY_DIFFERENT * len(said)


def _words_from_the_other_half(values: list[object], won: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each lead gets the mean log-odds that its words have in the half it does not belong to."""
    texts = [words_of(value) for value in values]
    half = np.arange(len(won)) % 2
    odds = np.zeros(len(won))
    for mine in (0, 1):
        other = np.flatnonzero(half != mine).tolist()
        counts = Counter(word for place in other for word in texts[place])
        wins = Counter(word for place in other if won[place] for word in texts[place])
        mean = float(won[other].mean())
        worth = {
            word: math.log((wins[word] + 5 * mean) / (count - wins[word] + 5 * (1 - mean)))
            for word, count in counts.items()
        }
        for place in np.flatnonzero(half == mine).tolist():
            known = [worth[word] for word in texts[place] if word in worth]
            odds[place] = sum(known) / len(known) if known else math.log(mean / (1 - mean))
    return odds


def _bins(values: list[object]) -> NDArray[np.int64]:
    """Numbers in twenty bins of equal mass, anything else by its word."""
    numbers = [as_number(value) for value in values]
    said = [number for number in numbers if number is not None]
    if said and len(said) >= 0.95 * sum(as_word(value) is not None for value in values):
        edges = np.unique(np.quantile(said, np.linspace(0, 1, 21)))
        return np.array([0 if n is None else int(np.searchsorted(edges, n)) + 1 for n in numbers])
    return np.unique([as_word(value) or "" for value in values], return_inverse=True)[1]
