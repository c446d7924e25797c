"""Chance, score, fit and intent of many leads without their reasons (numpy): a tenth of the work.

The same sums as one lead's judgement, over columns instead of leads: what a line of the card gives is asked
once for each distinct value of the facts it looks at.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadboard.playbook.schema import Playbook
from qualification.score import blend
from qualification.score.cards import Facts, by_fields, key_of
from qualification.score.sides import FIT, side_of

Array = NDArray[np.float64]
Places = NDArray[np.intp]
HIGHEST = 100.0
ALIKE = [{kind, type(None)} for kind in (str, float, int, bool)]


class Sides(NamedTuple):
    """Fit and intent of each lead, 0 to 100."""

    fit: list[int]
    intent: list[int]


class ManyCards:
    """The points that the playbook's card gives each lead: in all, and by the field that gives them."""

    def __init__(self, playbook: Playbook, rows: Sequence[Facts]) -> None:
        self.by_field: dict[str, Array] = {}
        kinds = Kinds(rows)
        for fields, clauses in by_fields(playbook.scorecard.points).items():
            samples, places = kinds.of(fields)
            for clause in clauses:
                worth = [clause.points if clause.when.holds(sample) else 0 for sample in samples]
                if any(worth):
                    name = fields[0] if fields else clause.because
                    self.by_field[name] = self.by_field.get(name, 0.0) + np.array(worth, float)[places]
        self.points = np.full(len(rows), float(playbook.scorecard.base))
        for column in self.by_field.values():
            self.points += column

    def log_odds(self, curve: Callable[[float], float]) -> Array:
        """What a curve makes of the points of each lead; points are whole numbers, so few differ."""
        few, places = np.unique(self.points, return_inverse=True)
        return np.array([curve(points) for points in few.tolist()])[places]


class Kinds:
    """Leads by what certain facts of theirs say: one of each kind, and which lead is of which."""

    def __init__(self, rows: Sequence[Facts]) -> None:
        self._rows = rows
        self._known: dict[str, Places] = {}

    def of(self, fields: Sequence[str]) -> tuple[list[Facts], Places]:
        """(one lead of each kind that these fields tell apart, the place of each lead's kind among them)."""
        places = np.zeros(len(self._rows), dtype=np.intp)
        for field in fields:
            kind = self._by(field)
            places = places * (int(kind.max(initial=0)) + 1) + kind
        _, samples, places = np.unique(places, return_index=True, return_inverse=True)
        return [self._rows[place] for place in samples], places

    def _by(self, field: str) -> Places:
        """A number for each lead; leads with the same value of the field have the same."""
        if field not in self._known:
            values: Sequence[Any] = [facts.get(field) for facts in self._rows]
            # True, 1 and 1.0 are equal keys but different facts, and a list is none: told apart by kind.
            kinds = set(map(type, values))
            if not any(kinds <= alike for alike in ALIKE):
                values = [key_of(facts, [field]) for facts in self._rows]
            numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
            found = map(numbers.__getitem__, values)
            self._known[field] = np.fromiter(found, dtype=np.intp, count=len(values))
        return self._known[field]


def sides_of(points: Mapping[str, Any], above: Array) -> Sides:
    """Each field's points on its side, 30 for an average lead; what no field accounts for belongs half to
    either.
    """
    nothing = np.zeros(len(above))
    on_fit = sum((column for field, column in points.items() if side_of(field) == FIT), nothing)
    rest = above - sum(points.values(), nothing)
    fit, intent = on_fit + rest / 2, above - on_fit - rest / 2
    cut = (np.rint(np.clip(blend.MIDDLE_POINTS + side, 0.0, HIGHEST)) for side in (fit, intent))
    return Sides(*(side.astype(int).tolist() for side in cut))
