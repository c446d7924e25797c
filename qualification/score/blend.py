"""One chance from two voices: the playbook's scorecard and the learned model, weighed by evidence.

    s = a + b·(points − 30) / 15     fitted, held by eight assumed leads and b ~ N(1, 0.5²) (`ridge`)
    m = (1 − t)·regression + t·trees     the regression starts from the card (`ridge`)
    logit p = c·s + (1 − c)·m        c and t by what each says of leads it has not seen (`mixing`); m absent
                                     below three ends of a kind

The score is the number of scorecard points that would mean this chance: 30 + 15·(logit p − reference), so
that it begins as the scorecard's own points, never jumps while the model takes over, and each reason is
worth 15 times its share of the log-odds.

Constants were chosen on 30 sets of outcomes: real ones of other firms and questions, and made-up ones, most
with a card that knows much, nothing or the contrary; base rates 2–75 %, 10 to 700 known ends. Mean log-loss:
.006 above the best that was tried per set and size. By the evidence alone, e²/(e² + 16²), it was .010 above
it, with the card alone .047, with a regression or trees alone .045.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

MIDDLE_POINTS, POINTS_PER_LOG_ODD = 30.0, 15.0
HALF_WAY = 16
FEWEST_PER_SIDE = 3
SLOPE_SPREAD = 0.5
ASSUMED_RATE, ASSUMED_LEADS = 0.25, 8.0
# Outcomes that say nothing about the points must not turn the playbook's card upside down.
LEAST_SLOPE = 0.2


class Curve(NamedTuple):
    """How points become log-odds: `offset` at 30 points, `slope` per 15 points."""

    offset: float
    slope: float

    def log_odds(self, points: float) -> float:
        """The log-odds of this many points."""
        return self.offset + self.slope * steps_of(points)


class Voices(NamedTuple):
    """What is added up: the `card` on its curve and `model` times what the learned pair says."""

    card: Curve
    model: float


def mixed(curve: Curve, card: float, share: float, slope: float) -> Voices:
    """The voices where the card's own curve counts `card`, and the pair, whose linear half (`share` of it)
    leaves `slope` to the card, counts the rest.
    """
    return Voices(Curve(card * curve.offset, card * curve.slope + (1 - card) * share * slope), 1 - card)


def voices_of(served: Mapping[str, Any]) -> Voices:
    """The voices of a stored model. Models of before 0.9 have none: there the evidence alone weighed both."""
    if "voices" in served:
        (offset, slope), model = served["voices"]
        return Voices(Curve(offset, slope), model)
    curve, trust = Curve(*served["curve"]), trust_in_model(served["evidence"])
    return Voices(Curve((1 - trust) * curve.offset, (1 - trust) * curve.slope), trust)


def steps_of(points: Any) -> Any:
    """Points (a number or an array) as steps of 15 away from an average lead."""
    return (points - MIDDLE_POINTS) / POINTS_PER_LOG_ODD


def prior_curve(assumed_rate: float = ASSUMED_RATE) -> Curve:
    """What holds before any outcome is known."""
    return Curve(logit(assumed_rate), 1.0)


def evidence_of(won: Sequence[int]) -> int:
    """e: the smaller of wins and losses."""
    return min(sum(won), len(won) - sum(won))


def trust_in_model(evidence: int) -> float:
    """How far the firm's own rate, not the card's curve, says what an average lead is."""
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
