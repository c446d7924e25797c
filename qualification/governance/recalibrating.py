"""The live model's promises set right on recent outcomes, without learning anything else anew.

    logit p' = shift + stretch · logit p    shift ~ N(0, 0.5²) within ±1, stretch ~ N(1, 0.25²), 0.6 to 1.5

Such a correction can help after the world has moved, and can explode: so it is bounded, fitted on the older
part of what came after the training, and becomes a challenger only when it is better beyond noise on the
newer part. It is a model like any other: it is promoted, shown and rolled back in the same way.
"""

import copy
import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import Max
from scipy.optimize import minimize
from scipy.special import expit

from leadboard.playbook import versions
from leadboard.playbook.schema import Playbook
from qualification import store
from qualification.governance import evidence, trials, trying
from qualification.governance.comparing import is_enough
from qualification.learning.outcomes import Example
from qualification.models import ScoringModel
from qualification.score import blend
from qualification.score.figures import figures_of

log = logging.getLogger(__name__)
MOST, OLDER = 1000, 0.6
SHIFT, STRETCH = (-1.0, 1.0), (0.6, 1.5)
SHIFT_SPREAD, STRETCH_SPREAD = 0.5, 0.25


class Line(NamedTuple):
    """What is added to the log-odds, and what they are multiplied with before."""

    shift: float
    stretch: float


def consider(live: ScoringModel, outcomes: Sequence[Example]) -> ScoringModel | None:
    """Correct the live model by these outcomes, none of which it was fitted on (oldest first); return the
    stored challenger, which may be live by now, or None when it does not prove better.
    """
    if live.card["served"].get("isotonic"):
        return None
    playbook, newest = versions.active(), list(outcomes)[-MOST:]
    cut = int(len(newest) * OLDER)
    older, newer = newest[:cut], newest[cut:]
    if not (is_enough([one.won for one in older]) and is_enough([one.won for one in newer])):
        return None
    line = fitted_line([one.won for one in older], _chances(live, playbook, older))
    won, before = [one.won for one in newer], _chances(live, playbook, newer)
    after = [corrected(chance, line) for chance in before]
    look = trials.look_at_held_out(won, after, before, live)
    if look is None or not look.passed:
        log.info("a correction of %s is not accepted: %s", live, look.why if look else "too few outcomes")
        return None
    model = _keep(live, line, len(older), newest, {"won": won, "chances": after, "before": before})
    trials.keep(look, model, live, "held_out")
    trying.look_at_fairness(model)
    trying.consider(model)
    model.refresh_from_db()
    return model


def fitted_line(won: Sequence[int], chances: Sequence[float]) -> Line:
    """The most probable line within the bounds."""
    ends, odds = np.array(won, dtype=float), np.array([blend.logit(chance) for chance in chances])

    def loss(values: Any) -> tuple[float, Any]:
        shift, stretch = values
        said = shift + stretch * odds
        off = np.array([shift / SHIFT_SPREAD**2, (stretch - 1) / STRETCH_SPREAD**2])
        cost = np.sum(np.logaddexp(0.0, said) - ends * said)
        cost += 0.5 * (shift * off[0] + (stretch - 1) * off[1])
        surplus = expit(said) - ends
        return float(cost), np.array([surplus.sum(), surplus @ odds]) + off

    found = minimize(loss, (0.0, 1.0), jac=True, method="L-BFGS-B", bounds=(SHIFT, STRETCH)).x
    return Line(float(found[0]), float(found[1]))


def corrected(chance: float, line: Line) -> float:
    """This chance, set right."""
    return blend.chance_of(line.shift + line.stretch * blend.logit(chance))


def _chances(model: ScoringModel, playbook: Playbook, known: Sequence[Example]) -> list[float]:
    return evidence.chances(model, playbook, [one.facts for one in known])


def _keep(
    live: ScoringModel, line: Line, fitted_on: int, newest: Sequence[Example], newer: dict[str, list[Any]]
) -> ScoringModel:
    """Store the corrected model: the same pair, other voices. An average lead keeps its 30 points."""
    card = copy.deepcopy(live.card)
    served, voices = card["served"], blend.voices_of(live.card["served"])
    card_offset = line.shift + line.stretch * voices.card.offset
    served["voices"] = [[card_offset, line.stretch * voices.card.slope], line.stretch * voices.model]
    served["rate"] = corrected(served["rate"], line)
    served["curve"][0] = line.shift + line.stretch * served["curve"][0]
    card |= {
        "recalibrated": {"of": live.number, "fitted_on": fitted_on, "looked_at": len(newer["won"])}
        | line._asdict(),
        "newest": {name: figures_of(newer["won"], newer[said]) for name, said in
                   (("candidate", "chances"), ("live", "before"))},
        "held_out": {"won": newer["won"], "chances": [round(chance, 5) for chance in newer["chances"]]},
        "why": f"Model {live.number}, its promises set right on {fitted_on} later outcomes.",
        "newest_event": evidence.newest_event(),
        "newest_lead": max(one.lead_id for one in newest),
        "beat_the_card": False,
        "not_worse_than": None,
    }  # fmt: skip
    content = bytes(live.content)
    sha256 = store.seal(content, served)
    store.scorer_of(content, sha256, card)
    with transaction.atomic():
        number = (ScoringModel.objects.aggregate(newest=Max("number"))["newest"] or 0) + 1
        return ScoringModel.objects.create(
            number=number, content=content, sha256=sha256, outcomes=live.outcomes, card=card
        )
