"""How far the machine has learnt, in words, and what has to come in before it learns more."""

from typing import NamedTuple

from qualification.jobs import learns_from
from qualification.models import ScoringModel
from qualification.score.blend import FEWEST_PER_SIDE

LEARNING_FROM, LEARNED_FROM = 20, 100


class Growth(NamedTuple):
    """`state` is Rule-based, Learning or Learned; `means` and `next` are sentences."""

    state: str
    means: str
    next: str


def growth(model: ScoringModel | None, won: int, lost: int, newest: ScoringModel | None) -> Growth:
    """Of what judges now (None: the card), with so many known ends; `newest` was trained last."""
    evidence = model.card["served"]["evidence"] if model else 0
    seen = f"it has seen {evidence} won and {evidence} lost leads at least."
    if model is None:
        state, means = "Rule-based", "The points of the playbook give every score."
    elif evidence < LEARNING_FROM:
        state, means = "Rule-based", f"A first model weighs in lightly: {seen}"
    elif evidence < LEARNED_FROM:
        state, means = "Learning", f"Card and model share the say: {seen}"
    else:
        state, means = "Learned", f"Outcomes decide: {seen}"
    return Growth(state, means, f"{_next_step(won, lost)} {_next_training(won + lost, newest)}".strip())


def _next_step(won: int, lost: int) -> str:
    """What the next state takes."""
    steps = ((FEWEST_PER_SIDE, "Learning begins"), (LEARNING_FROM, "It counts as learning"),
             (LEARNED_FROM, "It counts as learned"))  # fmt: skip
    for needed, words in steps:
        lacking = [f"{needed - n} more {kind}" for n, kind in ((won, "won"), (lost, "lost")) if n < needed]
        if lacking:
            return f"{words} with {needed} won and {needed} lost leads: {' and '.join(lacking)}."
    return ""


def _next_training(known: int, newest: ScoringModel | None) -> str:
    """When a new model is trained."""
    if newest is None:
        return ""
    due = learns_from(newest.outcomes)
    return (
        f"The next model is trained tonight: {known - newest.outcomes} outcomes are new."
        if known >= due
        else f"The next model is trained at {due:,} outcomes: {due - known} more."
    )
