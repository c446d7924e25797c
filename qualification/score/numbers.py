"""Chance, score, fit and intent of many leads without their reasons (numpy): a tenth of the work.

The same sums as one lead's judgement, over columns instead of leads: what a line of the card gives is asked
once for each distinct value of the facts it looks at.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadboard.playbook.schema import Playbook
from qualification.score import blend
from qualification.score.cards import Facts, by_fields
from qualification.score.coded import Coded
from qualification.score.scorer import Judgement, NotANumber, calibrated
from qualification.score.sides import FIT, side_of

if TYPE_CHECKING:
    from qualification.score.scorer import BlendScorer, CardScorer

Array = NDArray[np.float64]
HIGHEST = 100.0


class Sides(NamedTuple):
    """Fit and intent of each lead, 0 to 100."""

    fit: list[int]
    intent: list[int]


def of_card(scorer: "CardScorer", playbook: Playbook, rows: Iterable[Facts], memory: Any) -> list[Judgement]:
    """As `CardScorer.numbers`."""
    cards = ManyCards(playbook, Coded(rows, fields_of(playbook), memory))
    log_odds = cards.log_odds(scorer.curve.log_odds)
    sides = sides_of(cards.on_sides(scorer.curve.slope), _above(log_odds, scorer.curve.offset))
    chances = map(blend.chance_of, log_odds.tolist())
    return _judgements(chances, _above(log_odds, scorer.curve.offset), "scorecard", sides)


def of_blend(
    scorer: "BlendScorer", playbook: Playbook, rows: Iterable[Facts], memory: Any
) -> list[Judgement]:
    """As `BlendScorer.numbers`."""
    leads = Coded(rows, [*fields_of(playbook), *scorer.many.fields], memory)
    cards, (read, groups) = ManyCards(playbook, leads), scorer.many.read(leads, side_of)
    log_odds = scorer.voices.model * read.log_odds + cards.log_odds(scorer.voices.card.log_odds)
    if not np.isfinite(log_odds).all():
        raise NotANumber("the model gave no finite log-odds")
    centre = dict.fromkeys(groups, 0.0)
    for field in scorer.many.fields:
        centre[side_of(field)] += scorer.spec["centre"].get(field, 0.0)
    weight = blend.POINTS_PER_LOG_ODD * scorer.voices.model
    gains = [(side, weight * (share - centre[side])) for side, share in zip(groups, read.shares, strict=True)]
    above = _above(log_odds, scorer.reference)
    sides = sides_of([*cards.on_sides(scorer.voices.card.slope), *gains], above)
    steps = scorer.spec.get("isotonic")
    chances = (calibrated(blend.chance_of(odds), steps) for odds in log_odds.tolist())
    return _judgements(chances, above, scorer.method, sides)


def fields_of(playbook: Playbook) -> list[str]:
    """The facts that the playbook's card looks at."""
    return [field for clause in playbook.scorecard.points for field in clause.when.fields()]


def _above(log_odds: Array, reference: float) -> Array:
    """By how many points each is above an average lead."""
    return blend.POINTS_PER_LOG_ODD * (log_odds - reference)


def _judgements(chances: Iterable[float], above: Array, method: str, sides: "Sides") -> list[Judgement]:
    nothing: Any = repeat([])
    scores = whole(blend.MIDDLE_POINTS + above)
    every = zip(chances, scores, nothing, repeat(method), nothing, *sides, strict=False)
    return list(map(Judgement._make, every))


class ManyCards:
    """The points that the playbook's card gives each lead: in all, and by the field that gives them."""

    def __init__(self, playbook: Playbook, leads: Coded) -> None:
        self.by_field: dict[str, Array] = {}
        for fields, clauses in by_fields(playbook.scorecard.points).items():
            worth = _worth_of_one if len(fields) == 1 else _worth_of_several
            if (points := worth(leads, fields, clauses)).any():
                name = fields[0] if fields else clauses[0].because
                self.by_field[name] = self.by_field.get(name, 0.0) + points
        self.points = np.full(len(leads), float(playbook.scorecard.base))
        for column in self.by_field.values():
            self.points += column

    def on_sides(self, slope: float) -> list[tuple[str, Array]]:
        """(side, points by this slope) of each field."""
        return [(side_of(field), slope * column) for field, column in self.by_field.items()]

    def log_odds(self, curve: Callable[[float], float]) -> Array:
        """What a curve makes of the points of each lead; points are whole numbers, so few differ."""
        few, places = np.unique(self.points, return_inverse=True)
        return np.array([curve(points) for points in few.tolist()])[places]


def _worth_of_one(leads: Coded, fields: Sequence[str], clauses: Sequence[Any]) -> Array:
    """What these lines, all on one fact, give each lead."""
    said, places = leads.of(fields[0])
    return said.told("card", lambda value: _given(clauses, {fields[0]: value}))[places]


def _worth_of_several(leads: Coded, fields: Sequence[str], clauses: Sequence[Any]) -> Array:
    """The same of lines on several facts, asked once of each combination that came up."""
    places = np.zeros(len(leads), dtype=np.intp)
    for field in fields:
        said, numbers = leads.of(field)
        # A number for each pair, and again from 0 on, so that many facts do not go beyond all bounds.
        _, places = np.unique(places * (len(said) + 1) + numbers, return_inverse=True)
    _, samples, places = np.unique(places, return_index=True, return_inverse=True)
    return np.array([_given(clauses, leads.facts(place, fields)) for place in samples], dtype=float)[places]


def _given(clauses: Sequence[Any], facts: Mapping[str, Any]) -> float:
    return float(sum(clause.points for clause in clauses if clause.when.holds(facts)))


def sides_of(points: Sequence[tuple[str, Array]], above: Array) -> Sides:
    """The points of (side, column) on their sides, 30 for an average lead; what nothing accounts for belongs
    half to either.
    """
    nothing = np.zeros(len(above))
    on_fit = sum((column for side, column in points if side == FIT), nothing)
    rest = above - sum((column for _, column in points), nothing)
    fit, intent = on_fit + rest / 2, above - on_fit - rest / 2
    return Sides(*(whole(blend.MIDDLE_POINTS + side) for side in (fit, intent)))


def whole(points: Array) -> list[int]:
    """0 to 100 each, rounded as one lead's are."""
    return np.rint(np.clip(points, 0.0, HIGHEST)).astype(int).tolist()
