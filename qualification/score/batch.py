"""Judgements for thousands of leads at once: the same as `BlendScorer.judge` gives for one, worked out over
columns (numpy). Reasons that are the same for many leads are one object; nobody may change it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leadboard.playbook.judgement import Scorecard
from leadboard.playbook.schema import Playbook
from qualification.score import blend
from qualification.score.cards import card_points, scorecards
from qualification.score.coded import Coded
from qualification.score.reasons import LEAST_POINTS, MOST, Reason, reason_for
from qualification.score.sides import FIT, side_of

if TYPE_CHECKING:
    from qualification.score.scorer import BlendScorer

Array = NDArray[np.float64]
Facts = Mapping[str, Any]


class Batch:
    """Points by field and lead, of card and model together, with what each lead is told about them."""

    def __init__(self, scorer: "BlendScorer", playbook: Playbook, rows: Sequence[Facts]) -> None:
        self._scorer, self._rows = scorer, rows
        self._read, self._read_fields = scorer.many.read(Coded(rows, scorer.many.fields))
        cards = scorecards(playbook, rows)
        self._patterns, self._pattern_of = _patterns(cards, scorer.voices.card.slope)
        of_card = {field for points, _ in self._patterns for field in points}
        self._fields = sorted(of_card.union(self._read_fields))
        card_points = np.array([card.points for card in cards], dtype=float)
        by_card = scorer.voices.card.offset + scorer.voices.card.slope * blend.steps_of(card_points)
        self.log_odds = scorer.voices.model * self._read.log_odds + by_card
        self._by_card = self._spread_patterns()
        self._points = self._by_card + self._by_model()
        self._known: dict[Any, Reason] = {}

    def _spread_patterns(self) -> Array:
        table = np.zeros((len(self._fields), len(self._patterns)))
        for place, (points, _) in enumerate(self._patterns):
            for row, field in enumerate(self._fields):
                table[row, place] = points.get(field, 0.0)
        return table[:, self._pattern_of]

    def _by_model(self) -> Array:
        points = np.zeros((len(self._fields), len(self._rows)))
        for field, shares in zip(self._read_fields, self._read.shares, strict=True):
            gains = self._scorer.voices.model * (shares - self._scorer.spec["centre"].get(field, 0.0))
            points[self._fields.index(field)] = blend.POINTS_PER_LOG_ODD * gains
        return points

    def unseen(self) -> list[list[str]]:
        """As `BlendScorer.unseen` for each lead."""
        return self._scorer.many.unseen(self._read)

    def sides(self) -> tuple[list[int], list[int]]:
        """(fit, intent) of each lead, as `scorer.sides_of`."""
        is_fit = np.array([side_of(field) == FIT for field in self._fields])
        above = blend.POINTS_PER_LOG_ODD * (self.log_odds - self._scorer.reference)
        on_fit = self._points[is_fit].sum(axis=0)
        rest = above - self._points.sum(axis=0)
        fit = on_fit + rest / 2
        return _rounded(blend.MIDDLE_POINTS + fit), _rounded(blend.MIDDLE_POINTS + above - fit)

    def scores(self) -> list[int]:
        """0–100 each."""
        return _rounded(
            blend.MIDDLE_POINTS + blend.POINTS_PER_LOG_ODD * (self.log_odds - self._scorer.reference)
        )

    def reasons(self) -> list[list[Reason]]:
        """As `reasons.strongest` for each lead."""
        found: list[list[Reason]] = [[] for _ in self._rows]
        if not self._fields:
            return found
        whole = np.rint(self._points)
        # Fields are in the order of their names, and the sort keeps it among equals: as for one lead.
        weakness = (whole < 0) - 2 * np.abs(whole)
        ends = np.argsort(weakness, axis=0, kind="stable")[: self._looked_at(whole)]
        values = np.take_along_axis(whole, ends, axis=0)
        by_card = np.abs(self._by_card) > np.abs(self._points) / 2
        by_card = np.take_along_axis(by_card, ends, axis=0)
        rows, places, cards = values.T.tolist(), ends.T.tolist(), by_card.T.tolist()
        for lead, (points, fields, words_of_card) in enumerate(zip(rows, places, cards, strict=True)):
            told, pros, cons = found[lead], 0, 0
            for value, field, is_of_card in zip(points, fields, words_of_card, strict=True):
                if abs(value) < LEAST_POINTS:
                    break
                pros, cons = pros + (value > 0), cons + (value < 0)
                if (pros if value > 0 else cons) <= MOST:
                    told.append(self._reason(lead, self._fields[field], int(value), is_of_card))
        return found

    @staticmethod
    def _looked_at(whole: Array) -> int:
        """How many fields a lead has at most that are worth a point."""
        return int((np.abs(whole) >= LEAST_POINTS).sum(axis=0).max(initial=0))

    def _reason(self, lead: int, field: str, points: int, is_of_card: bool) -> Reason:
        value = self._rows[lead].get(field)
        pattern = self._pattern_of[lead] if is_of_card else -1
        key = (field, points, pattern, type(value), value if isinstance(value, str | float | bool) else None)
        if value is not None and key[-1] is None:
            return self._new(lead, field, points, is_of_card)
        if key not in self._known:
            self._known[key] = self._new(lead, field, points, is_of_card)
        return self._known[key]

    def _new(self, lead: int, field: str, points: int, is_of_card: bool) -> Reason:
        facts = self._rows[lead]
        words = self._patterns[self._pattern_of[lead]][1][field] if is_of_card else None
        return reason_for(field, points, facts.get(field), words or self._scorer.say(field, facts.get(field)))


def _rounded(points: Array) -> list[int]:
    return np.rint(np.clip(points, 0.0, 100.0)).astype(int).tolist()


def _patterns(
    cards: Sequence[Scorecard], slope: float
) -> tuple[list[tuple[dict[str, float], dict[str, str]]], list[int]]:
    """(points and words by field of each distinct card, which of them each lead has)."""
    # Leads with the same parts share one card.
    places: dict[int, int] = {}
    known: list[tuple[dict[str, float], dict[str, str]]] = []
    pattern_of = []
    for card in cards:
        place = places.setdefault(id(card), len(known))
        if place == len(known):
            known.append(card_points(card, slope))
        pattern_of.append(place)
    return known, pattern_of
