"""What follows from a look: a report on fairness, then promotion by itself, or word to the people who
decide.
"""

import logging

from leadboard.http.problems import Problem
from leadboard.playbook import versions
from qualification.governance import reporting, standing, telling, trials
from qualification.models import ModelState, ScoringModel
from qualification.store import ModelRefused

log = logging.getLogger(__name__)


def decide() -> ScoringModel | None:
    """Look at all challengers; return the model that went live by itself, or None."""
    _report_on_new()
    passed = trials.look_at_all()
    return consider(passed[0]) if passed else None


def consider(model: ScoringModel) -> ScoringModel | None:
    """Let a proven challenger go live, or tell people that it waits for them."""
    if not standing.may_promote_by_itself(versions.active()):
        telling.tell("challenger", f"Model {model.number} proved better and waits for your decision.")
        return None
    try:
        standing.promote(model)
    except Problem as problem:
        telling.tell("challenger", problem.detail)
        return None
    return model


def _report_on_new() -> None:
    for model in ScoringModel.objects.filter(state=ModelState.CHALLENGER, fairness=None):
        look_at_fairness(model)


def look_at_fairness(model: ScoringModel) -> None:
    """Store the report without which a challenger may not go live."""
    try:
        reporting.of_model(model)
    except (ModelRefused, ArithmeticError) as fault:
        log.warning("no fairness report on %s: %s", model, fault)
