"""How good a model is, on leads it had not seen, in plain Python: intervals, reliability, gains, lift."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from qualification.governance.comparing import auc_of, surprise

Z = 1.96
LEAST_IN_A_BIN, MOST_BINS = 20, 10


class Value(NamedTuple):
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


class Bin(NamedTuple):
    """Leads that were promised about the same: how much, how many of them, and what share came, with
    interval.
    """

    promised: float
    n: int
    won: int
    came: Value


def wilson(won: int, n: int) -> Value:
    """A share with Wilson's interval; 0 of 0 is nothing known."""
    if not n:
        return Value(0.0, 0.0, 1.0)
    share, z2 = won / n, Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return Value(share, max(0.0, middle - reach), min(1.0, middle + reach))


def auc(won: Sequence[int], chances: Sequence[float]) -> Value | None:
    """The area under the curve with the interval of Hanley and McNeil; None without both ends."""
    area = auc_of(won, chances)
    if area is None:
        return None
    wins, losses = sum(won), len(won) - sum(won)
    q1, q2 = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area) + (wins - 1) * (q1 - area * area) + (losses - 1) * (q2 - area * area)
    error = Z * math.sqrt(max(0.0, spread) / (wins * losses))
    return Value(area, max(0.0, area - error), min(1.0, area + error))


def log_loss(won: Sequence[int], chances: Sequence[float]) -> Value | None:
    """The mean surprise with its interval; None without leads."""
    if not won:
        return None
    each = [surprise(end, chance) for end, chance in zip(won, chances, strict=True)]
    mean = sum(each) / len(each)
    spread = sum((one - mean) ** 2 for one in each) / max(1, len(each) - 1)
    error = Z * math.sqrt(spread / len(each))
    return Value(mean, max(0.0, mean - error), mean + error)


def bins(won: Sequence[int], chances: Sequence[float]) -> list[Bin]:
    """Reliability: up to ten groups of equal size (20 leads at least), from the least promised."""
    order = sorted(range(len(won)), key=lambda place: chances[place])
    count = min(MOST_BINS, len(order) // LEAST_IN_A_BIN)
    parts = [order[len(order) * part // count : len(order) * (part + 1) // count] for part in range(count)]
    return [
        Bin(sum(chances[place] for place in part) / len(part), len(part), wins, wilson(wins, len(part)))
        for part in parts
        for wins in [sum(won[place] for place in part)]
    ]


def calibration_error(found: Sequence[Bin]) -> float | None:
    """The mean distance between promised and came (ECE); None without groups."""
    n = sum(one.n for one in found)
    return sum(abs(one.promised - one.came.value) * one.n for one in found) / n if n else None


def error_by_chance(found: Sequence[Bin]) -> float:
    """The calibration error that true chances would show on so few leads: the mean of a half-normal a bin."""
    n = sum(one.n for one in found)
    errors = (math.sqrt(2 / math.pi * one.promised * (1 - one.promised) * one.n) for one in found)
    return sum(errors) / n if n else 0.0


def gains(won: Sequence[int], chances: Sequence[float], steps: int = 20) -> list[tuple[float, float]]:
    """(share of leads taken from the best, share of all wins among them), from (0, 0) to (1, 1)."""
    order = sorted(range(len(won)), key=lambda place: -chances[place])
    wins = sum(won)
    if not wins:
        return []
    found = []
    for step in range(steps + 1):
        taken = round(len(order) * step / steps)
        found.append((step / steps, sum(won[place] for place in order[:taken]) / wins))
    return found


def lifts(won: Sequence[int], chances: Sequence[float], parts: int = 10) -> list[tuple[int, float]]:
    """(leads, win rate against the average) of each tenth, the best first; [] without wins or ten leads."""
    order = sorted(range(len(won)), key=lambda place: -chances[place])
    if not sum(won) or len(order) < parts:
        return []
    rate = sum(won) / len(won)
    cut = [order[len(order) * part // parts : len(order) * (part + 1) // parts] for part in range(parts)]
    return [(len(part), sum(won[place] for place in part) / len(part) / rate) for part in cut]
