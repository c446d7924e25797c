"""One chance from two voices: the playbook's scorecard and the learned model, weighed by evidence.

    logit p = v·m + (1 − v)·s        v = e² / (e² + 16²), e = the smaller of wins and losses; 0 while e < 3
    s = a + b·(points − 30) / 15     a ~ N(logit(assumed rate), 1.0²), b ~ N(1, 0.5²), fitted (MAP)

The score is the number of scorecard points that would mean this chance: 30 + 15·(logit p − reference), so
that it begins as the scorecard's own points, never jumps while the model takes over, and each reason is
worth 15 times its share of the log-odds. Constants were
chosen on fourteen sets of outcomes (base rates 2–39 %, 10 to 2,500 known ends). A firm whose columns the card
does not know is soon judged by its own rate, because the curve's offset is hardly held. Squared, because
below ten ends of a kind a model ranks worse than a sensible card and above thirty far better; v = e/(e + 12)
lost .01 less on columns that the card does not know and fell behind it where it does.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

MIDDLE_POINTS, POINTS_PER_LOG_ODD = 30.0, 15.0
HALF_WAY = 16
FEWEST_PER_SIDE = 3
RATE_SPREAD, SLOPE_SPREAD = 1.0, 0.5
ASSUMED_RATE = 0.25
# Outcomes that say nothing about the points must not turn the playbook's card upside down.
LEAST_SLOPE = 0.2


class Curve(NamedTuple):
    """How points become log-odds: `offset` at 30 points, `slope` per 15 points."""

    offset: float
    slope: float

    def log_odds(self, points: float) -> float:
        """The log-odds of this many points."""
        return self.offset + self.slope * (points - MIDDLE_POINTS) / POINTS_PER_LOG_ODD


def prior_curve(assumed_rate: float = ASSUMED_RATE) -> Curve:
    """What holds before any outcome is known."""
    return Curve(logit(assumed_rate), 1.0)


def fit_curve(points: Sequence[float], won: Sequence[int], assumed_rate: float = ASSUMED_RATE) -> Curve:
    """The most probable curve after these outcomes: Newton on a concave posterior of two unknowns."""
    start = prior_curve(assumed_rate)
    xs = [(value - MIDDLE_POINTS) / POINTS_PER_LOG_ODD for value in points]
    a, b = start
    for _ in range(100):
        ps = [chance_of(a + b * x) for x in xs]
        da = (start.offset - a) / RATE_SPREAD**2 + sum(y - p for y, p in zip(won, ps, strict=True))
        db = (start.slope - b) / SLOPE_SPREAD**2 + sum(
            (y - p) * x for x, y, p in zip(xs, won, ps, strict=True)
        )
        step_a, step_b = _newton(xs, ps, da, db, slope_is_free=b > LEAST_SLOPE or db > 0)
        a, b = a + step_a, max(LEAST_SLOPE, b + step_b)
        if max(abs(step_a), abs(step_b)) < 1e-10:
            break
    return Curve(float(a), float(b))


def _newton(
    xs: Sequence[float], ps: Sequence[float], da: float, db: float, slope_is_free: bool
) -> tuple[float, float]:
    """The step that would be exact on a parabola, one log-odd at most."""
    weights = [p * (1 - p) for p in ps]
    aa = 1 / RATE_SPREAD**2 + sum(weights)
    ab = sum(w * x for w, x in zip(weights, xs, strict=True))
    bb = 1 / SLOPE_SPREAD**2 + sum(w * x * x for w, x in zip(weights, xs, strict=True))
    if not slope_is_free:
        return da / aa / max(1.0, abs(da / aa)), 0.0
    determinant = aa * bb - ab * ab
    step_a, step_b = (bb * da - ab * db) / determinant, (aa * db - ab * da) / determinant
    # Far from the answer the curve is flat and a whole step would fly off.
    shorter = 1 / max(1.0, abs(step_a), abs(step_b))
    return step_a * shorter, step_b * shorter


def evidence_of(won: Sequence[int]) -> int:
    """e: the smaller of wins and losses."""
    return min(sum(won), len(won) - sum(won))


def trust_in_model(evidence: int) -> float:
    """v: how much the learned model counts."""
    return evidence**2 / (evidence**2 + HALF_WAY**2) if evidence >= FEWEST_PER_SIDE else 0.0


def reference_of(curve: Curve, rate: float, trust: float) -> float:
    """The log-odds that are worth 30 points: the curve's, and more and more the firm's own rate."""
    return (1 - trust) * curve.offset + (trust * logit(rate) if trust else 0.0)


def score_of(log_odds: float, reference: float) -> int:
    """0–100."""
    return round(min(100.0, max(0.0, MIDDLE_POINTS + POINTS_PER_LOG_ODD * (log_odds - reference))))


def logit(chance: float) -> float:
    """Log-odds of a chance (clipped to 1e-6)."""
    chance = min(1 - 1e-6, max(1e-6, chance))
    return math.log(chance / (1 - chance))


def chance_of(log_odds: float) -> float:
    """The chance of log-odds, without overflow at either end."""
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    power = math.exp(log_odds)
    return power / (1 + power)
