"""Is one set of chances better than another beyond noise? Paired, lead by lead, and honest about many looks.

Who looks every night finds a lucky night. So each look at a challenger of the same live model is granted a
part of one budget: the j-th may be wrong with 0.05·6/(π²j²), which adds up to 5 % over however many looks.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, stdev
from typing import NamedTuple

MAY_BE_WRONG = 0.05
FEWEST_LATER, FEWEST_OF_EACH = 50, 10
AUC_SLACK = 0.005


class Comparison(NamedTuple):
    """`gain` is the log-loss saved per lead, `low` the lower end of its interval at this look's level."""

    n: int
    gain: float
    low: float
    auc: float | None
    rival_auc: float | None
    passed: bool
    why: str


def level_of(look: int) -> float:
    """How often the look of this number (from 1) may be wrong."""
    return MAY_BE_WRONG * 6 / (math.pi**2 * look**2)


def is_enough(won: Sequence[int]) -> bool:
    """Whether so many ends can tell two models apart at all."""
    return len(won) >= FEWEST_LATER and FEWEST_OF_EACH <= sum(won) <= len(won) - FEWEST_OF_EACH


def compare(won: Sequence[int], mine: Sequence[float], theirs: Sequence[float], look: int = 1) -> Comparison:
    """The challenger's chances (`mine`) against the rival's on the same leads; needs `is_enough(won)`."""
    gains = [surprise(y, q) - surprise(y, p) for y, p, q in zip(won, mine, theirs, strict=True)]
    gain, error = fmean(gains), stdev(gains) / math.sqrt(len(gains))
    low = gain - NormalDist().inv_cdf(1 - level_of(look)) * error
    auc, rival_auc = auc_of(won, mine), auc_of(won, theirs)
    orders_worse = auc is not None and rival_auc is not None and auc < rival_auc - AUC_SLACK
    passed = low > 0 and not orders_worse
    return Comparison(len(won), gain, low, auc, rival_auc, passed, _said(len(won), low, gain, orders_worse))


def _said(n: int, low: float, gain: float, orders_worse: bool) -> str:
    if orders_worse:
        return f"On {n} later outcomes it puts them in a worse order than what is live."
    if low > 0:
        return f"On {n} later outcomes it was better than what is live, by more than chance explains."
    if gain > 0:
        return f"On {n} later outcomes it was a little better than what is live; chance alone could do that."
    return f"On {n} later outcomes it was not better than what is live."


def surprise(won: int, chance: float) -> float:
    """The log-loss of one lead (the chance clipped to 1e-6)."""
    chance = min(1 - 1e-6, max(1e-6, chance))
    return -math.log(chance if won else 1 - chance)


def auc_of(won: Sequence[int], chances: Sequence[float]) -> float | None:
    """The chance that a won lead stands above a lost one (ties count half); None without both."""
    wins = sum(won)
    if not 0 < wins < len(won):
        return None
    order = sorted(range(len(won)), key=lambda place: chances[place])
    ranks, place = 0.0, 0
    while place < len(order):
        tied = place
        while tied < len(order) and chances[order[tied]] == chances[order[place]]:
            tied += 1
        ranks += sum(won[lead] for lead in order[place:tied]) * (place + tied + 1) / 2
        place = tied
    return (ranks - wins * (wins + 1) / 2) / (wins * (len(won) - wins))
