"""A chance, a score and its reasons for one lead: the playbook's card alone, or blended with a learned
model.
"""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification.score import blend
from qualification.score.reasons import Reason, strongest, words_for
from qualification.score.values import as_word

Facts = Mapping[str, Any]
LEARNT_FROM = 100


class Judgement(NamedTuple):
    """`method` is scorecard, blend or model; `unseen` are the fields with a value the model never met."""

    probability: float
    score: int
    reasons: list[Reason]
    method: str
    unseen: list[str]


class NotANumber(ArithmeticError):
    """The model gave something that is no chance."""


class CardScorer:
    """The readable scorecard on its curve: what holds while there is no model."""

    def __init__(self, curve: blend.Curve | None = None) -> None:
        self.curve = curve or blend.prior_curve()

    def judge(self, playbook: Playbook, facts: Facts) -> Judgement:
        """Score by the playbook's card alone."""
        card = policy.scorecard(playbook, facts)
        log_odds = self.curve.log_odds(card.points)
        points, words = card_points(card, self.curve.slope)
        return Judgement(
            blend.chance_of(log_odds),
            blend.score_of(log_odds, self.curve.offset),
            strongest(points, words),
            "scorecard",
            [],
        )


class BlendScorer:
    """Card and model, weighed by the evidence the model was fitted on."""

    def __init__(self, flat: Any, spec: Mapping[str, Any]) -> None:
        self._flat, self._spec = flat, spec
        self.curve = blend.Curve(*spec["curve"])
        self.trust = blend.trust_in_model(spec["evidence"])
        self.reference = blend.reference_of(self.curve, spec["rate"], self.trust)
        self._known = {
            column["name"]: frozenset(column["values"])
            for column in spec["form"]["plan"]["columns"]
            if column["kind"] == "category"
        }

    def judge(self, playbook: Playbook, facts: Facts) -> Judgement:
        """Score by both; raises NotANumber when the model gives no finite answer."""
        card = policy.scorecard(playbook, facts)
        log_odds = self.trust * self._flat.log_odds(facts) + (1 - self.trust) * self.curve.log_odds(
            card.points
        )
        if not math.isfinite(log_odds):
            raise NotANumber("the model gave no finite log-odds")
        method = "model" if self._spec["evidence"] >= LEARNT_FROM else "blend"
        return Judgement(
            calibrated(blend.chance_of(log_odds), self._spec.get("isotonic")),
            blend.score_of(log_odds, self.reference),
            self._reasons(card, facts),
            method,
            self.unseen(facts),
        )

    def _reasons(self, card: policy.Scorecard, facts: Facts) -> list[Reason]:
        """Card and model may speak of the same field: then it is one reason."""
        points, words = card_points(card, (1 - self.trust) * self.curve.slope)
        for field, share in self._flat.shares(facts).items():
            gain = share - self._spec["centre"].get(field, 0.0)
            points[field] = points.get(field, 0.0) + blend.POINTS_PER_LOG_ODD * self.trust * gain
            words[field] = words_for(field, facts) if field in facts or field not in words else words[field]
        return strongest(points, words)

    def unseen(self, facts: Facts) -> list[str]:
        """Fields whose value the model never met often enough."""
        from_facts = ((name, as_word(facts.get(name)), known) for name, known in self._known.items())
        return [name for name, word, known in from_facts if word is not None and word not in known]


def card_points(card: policy.Scorecard, slope: float) -> tuple[dict[str, float], dict[str, str]]:
    """(points, words) by field of a card's parts; several lines on one field are one reason, the
    strongest names it.
    """
    points: dict[str, float] = {}
    words: dict[str, str] = {}
    for part in card.parts:
        field = part.field or part.because
        points[field] = points.get(field, 0.0) + slope * part.points
        words.setdefault(field, part.because)
    return points, words


def calibrated(chance: float, isotonic: Sequence[Sequence[float]] | None) -> float:
    """The chance after the isotonic steps (x, y), straight between them; unchanged without."""
    if not isotonic:
        return chance
    xs, ys = isotonic
    if chance <= xs[0] or chance >= xs[-1]:
        return ys[0] if chance <= xs[0] else ys[-1]
    right = bisect_right(xs, chance)
    part = (chance - xs[right - 1]) / (xs[right] - xs[right - 1])
    return ys[right - 1] + part * (ys[right] - ys[right - 1])
