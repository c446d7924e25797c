"""How far the world has moved since a model was fitted: population stability index per field and of the
chances, new values, blanks, and the outcomes against what was promised.

The limits are those of the field (PSI 0.2, 5 % new values, 15 points more blanks, 5 points off the rate, 8
points of calibration error, 5 points of AUC), widened by what chance alone gives on so few leads: a plain
limit would cry every other night on 300 outcomes.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

import numpy as np
from scipy.stats import chi2

from qualification.governance.portions import BLANK, Portions, portions_of, shares
from qualification.score.figures import auc_error, auc_of, ece_of
from qualification.score.values import as_word

PSI_LIMIT, NEW_LIMIT, BLANK_LIMIT = 0.2, 0.05, 0.15
RATE_LIMIT, ECE_LIMIT, AUC_LIMIT = 0.05, 0.08, 0.05
BY_CHANCE, ERRORS = 0.999, 2.5
FEWEST_LEADS, FEWEST_OUTCOMES, FEWEST_OF_EACH = 100, 100, 10
DRAWS, SEED = 200, 20
CHANCE_CUTS = 10


class Field(TypedDict):
    """How a field was spread at training: its portions, the leads in each, the leads in all."""

    portions: Portions
    counts: dict[str, int]
    n: int


Baseline = Mapping[str, Field]


class Reading(NamedTuple):
    """One measure: `value` at or above `limit` is an alarm."""

    measure: str
    field: str
    value: float
    limit: float
    n: int

    @property
    def alarm(self) -> bool:
        """Whether it is over its limit."""
        return self.value > self.limit


def baseline_of(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> dict[str, Field]:
    """The spread of these fields over the leads of a training."""
    found = {name: _spread([row.get(name) for row in rows]) for name in names}
    return {name: one for name, one in found.items() if one}


def _spread(values: Sequence[Any]) -> Field | None:
    portions = portions_of(values, CHANCE_CUTS)
    return (
        {"portions": portions, "counts": dict(shares(portions, values)), "n": len(values)}
        if portions
        else None
    )


def of_leads(
    baseline: Baseline,
    known: Mapping[str, Sequence[str]],
    new: Mapping[str, float],
    rows: Sequence[Mapping[str, Any]],
) -> list[Reading]:
    """Readings that need no outcome; none below 100 leads. `known`: categories by field, `new`: the share of
    leads of the training whose category was too rare to be known.
    """
    if len(rows) < FEWEST_LEADS:
        return []
    found = [_psi("psi", name, one, [row.get(name) for row in rows]) for name, one in baseline.items()]
    found += [_blank(name, one, rows) for name, one in baseline.items()]
    return found + [_new(name, words, new.get(name, 0.0), rows) for name, words in known.items()]


def of_chances(first: Sequence[float], newest: Sequence[float]) -> list[Reading]:
    """How the chances of the newest leads are spread against those of the first leads it judged after its
    training (on those it learnt from it is too sure); none below 100 of each.
    """
    before = _spread(list(first)) if min(len(first), len(newest)) >= FEWEST_LEADS else None
    return [_psi("score", "", before, newest)] if before else []


def _psi(measure: str, name: str, before: Field, values: Sequence[Any]) -> Reading:
    now = shares(before["portions"], values)
    places = sorted(set(before["counts"]) | set(now))
    n, m, k = before["n"], len(values), len(places)
    value = 0.0
    for place in places:
        was = (before["counts"].get(place, 0) + 0.5) / (n + 0.5 * k)
        is_now = (now.get(place, 0) + 0.5) / (m + 0.5 * k)
        value += (is_now - was) * math.log(is_now / was)
    by_chance = float(chi2.ppf(BY_CHANCE, max(1, k - 1))) * (1 / n + 1 / m)
    return Reading(measure, name, value, max(PSI_LIMIT, by_chance), m)


def _blank(name: str, before: Field, rows: Sequence[Mapping[str, Any]]) -> Reading:
    was = before["counts"].get(BLANK, 0) / before["n"]
    now = sum(as_word(row.get(name)) is None for row in rows) / len(rows)
    return Reading("missing", name, now - was, max(BLANK_LIMIT, _noise(was, len(rows))), len(rows))


def _new(name: str, words: Sequence[str], was: float, rows: Sequence[Mapping[str, Any]]) -> Reading:
    known = frozenset(words)
    said = [word for row in rows if (word := as_word(row.get(name))) is not None]
    now = sum(word not in known for word in said) / max(1, len(said))
    limit = max(NEW_LIMIT, was + NEW_LIMIT, was + _noise(max(was, NEW_LIMIT), max(1, len(said))))
    return Reading("unseen", name, now, limit, len(said))


def _noise(share: float, n: int) -> float:
    return ERRORS * math.sqrt(max(share * (1 - share), 0.01) / n)


def of_outcomes(won: Sequence[int], chances: Sequence[float], auc_then: float | None) -> list[Reading]:
    """Readings of the newest outcomes against what was promised; none below 100 of them."""
    if len(won) < FEWEST_OUTCOMES:
        return []
    y, p = np.asarray(won, dtype=float), np.asarray(chances, dtype=float)
    error = math.sqrt(float((p * (1 - p)).sum())) / len(p)
    found = [
        Reading("rate", "", abs(float(p.mean() - y.mean())), max(RATE_LIMIT, ERRORS * error), len(y)),
        Reading("ece", "", ece_of(y, p), max(ECE_LIMIT, _ece_by_chance(p)), len(y)),
    ]
    auc, wins = auc_of(y, p), int(y.sum())
    if auc is None or auc_then is None or min(wins, len(y) - wins) < FEWEST_OF_EACH:
        return found
    limit = max(AUC_LIMIT, ERRORS * auc_error(auc, wins, len(y) - wins))
    return [*found, Reading("auc", "", auc_then - auc, limit, len(y))]


def _ece_by_chance(p: np.ndarray) -> float:
    """The calibration error that even true chances show on so few leads, 199 times of 200."""
    dice = np.random.default_rng(SEED)
    return float(
        np.quantile([ece_of((dice.random(len(p)) < p).astype(float), p) for _ in range(DRAWS)], 0.995)
    )
