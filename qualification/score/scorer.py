"""A chance, a score and its reasons for one lead: the playbook's card alone, or blended with a learned
model.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification.score import blend
from qualification.score.cards import card_points, scorecards
from qualification.score.reasons import Reason, strongest, words_for
from qualification.score.sides import FIT, side_of
from qualification.score.values import as_word

Facts = Mapping[str, Any]
LEARNT_FROM = 100
MOST_SAID = 10_000


class Judgement(NamedTuple):
    """`method` is scorecard, blend or model; `unseen` are the fields with a value the model never met.
    `fit` and `intent` are points like the score: 30 is an average lead, and (before each is cut to 0–100)
    score = fit + intent − 30.
    """

    probability: float
    score: int
    reasons: list[Reason]
    method: str
    unseen: list[str]
    fit: int
    intent: int


class NotANumber(ArithmeticError):
    """The model gave something that is no chance."""


class CardScorer:
    """The readable scorecard on its curve: what holds while there is no model."""

    def __init__(self, curve: blend.Curve | None = None) -> None:
        self.curve = curve or blend.prior_curve()

    def judge(self, playbook: Playbook, facts: Facts) -> Judgement:
        """Score by the playbook's card alone."""
        return self._judged(policy.scorecard(playbook, facts), facts)

    def judge_all(self, playbook: Playbook, rows: Sequence[Facts]) -> list[Judgement]:
        """As `judge` for each lead."""
        return [
            self._judged(card, facts) for card, facts in zip(scorecards(playbook, rows), rows, strict=True)
        ]

    def numbers(self, playbook: Playbook, rows: Iterable[Facts], memory: Any = None) -> list[Judgement]:
        """As `judge_all`, without reasons and without `unseen`; `memory` keeps from portion to portion what
        values said (`coded.Memory`, for this scorer and playbook alone).
        """
        from qualification.score.numbers import of_card  # noqa: PLC0415 - reason: loads numpy

        return of_card(self, playbook, rows, memory)

    def _judged(self, card: policy.Scorecard, facts: Facts) -> Judgement:
        log_odds = self.curve.log_odds(card.points)
        points, words = card_points(card, self.curve.slope)
        return Judgement(
            blend.chance_of(log_odds),
            blend.score_of(log_odds, self.curve.offset),
            strongest(points, facts, words.__getitem__),
            "scorecard",
            [],
            *_sides(points, blend.POINTS_PER_LOG_ODD * (log_odds - self.curve.offset)),
        )


class BlendScorer:
    """Card and model, weighed by the evidence the model was fitted on."""

    def __init__(self, flat: Any, spec: Mapping[str, Any]) -> None:
        self._flat, self.spec = flat, spec
        self.scope = spec.get("scope")
        self.curve = blend.Curve(*spec["curve"])
        self.voices = blend.voices_of(spec)
        trust = blend.trust_in_model(spec["evidence"])
        self.reference = blend.reference_of(self.curve, spec["rate"], trust)
        self._ends = spec.get("ends", {})
        self._said: dict[Any, str] = {}
        self._known = {
            column["name"]: frozenset(column["values"])
            for column in spec["form"]["plan"]["columns"]
            if column["kind"] == "category"
        }

    def judge(self, playbook: Playbook, facts: Facts) -> Judgement:
        """Score by both; raises NotANumber when the model gives no finite answer."""
        card = policy.scorecard(playbook, facts)
        return self._judged(card, facts, self._flat.log_odds(facts), self._flat.shares(facts))

    def judge_all(self, playbook: Playbook, rows: Sequence[Facts]) -> list[Judgement]:
        """As `judge` for each lead, a good deal faster for thousands of them."""
        # numpy costs a tenth of a second and 30 MB: who judges one lead at a time needs none.
        from qualification.score.batch import Batch  # noqa: PLC0415 - reason: loads numpy

        batch = Batch(self, playbook, rows)
        if not all(map(math.isfinite, batch.log_odds)):
            raise NotANumber("the model gave no finite log-odds")
        steps = self.spec.get("isotonic")
        chances = [calibrated(blend.chance_of(odds), steps) for odds in batch.log_odds.tolist()]
        every = zip(chances, batch.scores(), batch.reasons(), batch.unseen(), *batch.sides(), strict=True)
        return [
            Judgement(chance, score, reasons, self.method, unseen, fit, intent)
            for chance, score, reasons, unseen, fit, intent in every
        ]

    def numbers(self, playbook: Playbook, rows: Iterable[Facts], memory: Any = None) -> list[Judgement]:
        """As `judge_all`, without reasons and without `unseen`; raises NotANumber. `memory` as for
        `CardScorer`.
        """
        from qualification.score.numbers import of_blend  # noqa: PLC0415 - reason: loads numpy

        return of_blend(self, playbook, rows, memory)

    @cached_property
    def many(self) -> Any:
        """The model's form for many leads at once (`many.ManyForm`)."""
        from qualification.score.many import ManyForm  # noqa: PLC0415 - reason: loads numpy

        return ManyForm(self.spec["form"])

    @property
    def method(self) -> str:
        """How a judgement is made, see `Judgement`."""
        return "model" if self.spec["evidence"] >= LEARNT_FROM else "blend"

    def _judged(
        self, card: policy.Scorecard, facts: Facts, by_model: float, shares: Mapping[str, float]
    ) -> Judgement:
        log_odds = self.voices.model * by_model + self.voices.card.log_odds(card.points)
        chance = chance_of(log_odds)
        points, words = card_points(card, self.voices.card.slope)
        by_card = dict(points)
        for field, share in shares.items():
            gain = self.voices.model * (share - self.spec["centre"].get(field, 0.0))
            points[field] = points.get(field, 0.0) + blend.POINTS_PER_LOG_ODD * gain

        def say(field: str) -> str:
            is_of_card = abs(by_card.get(field, 0.0)) > abs(points[field]) / 2
            return words[field] if is_of_card else self.say(field, facts.get(field))

        return Judgement(
            calibrated(chance, self.spec.get("isotonic")),
            blend.score_of(log_odds, self.reference),
            strongest(points, facts, say),
            self.method,
            self.unseen(facts),
            *_sides(points, blend.POINTS_PER_LOG_ODD * (log_odds - self.reference)),
        )

    def say(self, field: str, value: Any) -> str:
        """The words for one value; texts are kept, because many leads share them."""
        if not isinstance(value, str):
            return words_for(field, value, self._ends)
        if len(self._said) > MOST_SAID:
            self._said.clear()
        if (field, value) not in self._said:
            self._said[field, value] = words_for(field, value, self._ends)
        return self._said[field, value]

    def unseen(self, facts: Facts) -> list[str]:
        """Fields whose value the model never met often enough."""
        from_facts = ((name, as_word(facts.get(name)), known) for name, known in self._known.items())
        return [name for name, word, known in from_facts if word is not None and word not in known]


def chance_of(log_odds: float) -> float:
    """The chance of log-odds; raises NotANumber where a model gave none."""
    if not math.isfinite(log_odds):
        raise NotANumber("the model gave no finite log-odds")
    return blend.chance_of(log_odds)


def _sides(points: Mapping[str, float], above: float) -> tuple[int, int]:
    """(fit, intent): each field's points on its side, 30 for an average lead. What no field accounts for
    (`above` is the whole) belongs half to either.
    """
    on_fit = sum(value for field, value in points.items() if side_of(field) == FIT)
    rest = above - sum(points.values())
    fit, intent = on_fit + rest / 2, above - on_fit - rest / 2
    cut = (min(100.0, max(0.0, blend.MIDDLE_POINTS + side)) for side in (fit, intent))
    return tuple(map(round, cut))  # type: ignore[return-value]


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
