"""Looks at challengers: on held-out leads at training, and on later outcomes while they score in shadow.

A look costs a part of what all looks together may be wrong (`comparing`), so there are few: one at training,
then one at 50 later outcomes and one each time their number has doubled.
"""

import logging
from collections.abc import Sequence

from leadboard.playbook import versions
from qualification.governance import evidence
from qualification.governance.comparing import Comparison, compare, is_enough
from qualification.governance.models import Trial
from qualification.learning.outcomes import Example
from qualification.models import ModelState, ScoringModel
from qualification.store import ModelRefused

log = logging.getLogger(__name__)
KEPT = 8
GIVEN_UP_AT = 400
TWICE = 2


def look_at_held_out(
    won: Sequence[int], mine: Sequence[float], theirs: Sequence[float], rival: ScoringModel
) -> Comparison | None:
    """A look at training, on newest leads that neither side was fitted on; None when they are too few."""
    return compare(won, mine, theirs, _next_look(rival)) if is_enough(won) else None


def keep(comparison: Comparison, challenger: ScoringModel, rival: ScoringModel | None, basis: str) -> Trial:
    """Store a look."""
    figures = comparison._asdict()
    return Trial.objects.create(
        challenger=challenger, rival=rival, basis=basis, look=_next_look(rival), **figures
    )


def look_at_all() -> list[ScoringModel]:
    """Look at every challenger whose look is due; return those that passed now, the newest first. Those that
    are not better on many outcomes, and the oldest of too many, are set aside.
    """
    live = ScoringModel.objects.filter(state=ModelState.LIVE).first()
    waiting = list(ScoringModel.objects.filter(state=ModelState.CHALLENGER).order_by("-number"))
    for model in waiting[KEPT:]:
        _set_aside(model)
    return [model for model in waiting[:KEPT] if _passes(model, live)]


def _passes(model: ScoringModel, live: ScoringModel | None) -> bool:
    later = evidence.unseen_by(model, live)
    won = [example.won for example in later]
    if not is_enough(won) or len(won) < TWICE * last_looked_at(model, live):
        return False
    try:
        comparison = _compared(model, live, later)
    except ModelRefused as refusal:
        log.warning("%s cannot be looked at: %s", model, refusal)
        return False
    keep(comparison, model, live, "shadow")
    if comparison.n >= GIVEN_UP_AT and comparison.gain <= 0:
        _set_aside(model)
    return comparison.passed


def _compared(model: ScoringModel, live: ScoringModel | None, later: Sequence[Example]) -> Comparison:
    playbook, rows = versions.active(), [example.facts for example in later]
    mine, theirs = (evidence.chances(side, playbook, rows) for side in (model, live))
    return compare([example.won for example in later], mine, theirs, _next_look(live))


def last_looked_at(model: ScoringModel, live: ScoringModel | None) -> int:
    """On how many later outcomes this pair was compared last."""
    looks = Trial.objects.filter(challenger=model, rival=live, basis="shadow")
    return looks.values_list("n", flat=True).first() or 0


def _next_look(rival: ScoringModel | None) -> int:
    return Trial.objects.filter(rival=rival).count() + 1


def _set_aside(model: ScoringModel) -> None:
    ScoringModel.objects.filter(pk=model.pk, state=ModelState.CHALLENGER).update(state=ModelState.REFUSED)
