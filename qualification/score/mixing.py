"""How much card, regression and trees each count: the mixture that promises best on leads they had not seen,
held to a prior that few outcomes cannot move.

    log-odds = c·card + (1 − c)·((1 − t)·regression + t·trees)

    cost(c, t) = n·log-loss on unseen leads + 40·(t − t₀)² + 8·(c − c₀)²
    t₀ = ½·e²/(e² + 20²), c₀ = 20/(e + 20)

A prior, because the best of 48 mixtures on twenty leads is mostly luck; unseen leads, because a firm whose
card knows more than its columns exists as well as one whose card is wrong.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qualification.score.figures import log_loss_of

Array = NDArray[np.float64]
OF_CARD = (0.0, 0.25, 0.5, 0.75, 1.0)
OF_TREES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8)
TREES_HALF_WAY, CARD_HALF_WAY = 20, 20
HOLD_TREES, HOLD_CARD = 40.0, 8.0


class Mix(NamedTuple):
    """`card` is c, `trees` is t."""

    card: float
    trees: float


def usual_mix(evidence: int) -> Mix:
    """The mixture before anything is measured."""
    trees = 0.5 * evidence**2 / (evidence**2 + TREES_HALF_WAY**2)
    return Mix(CARD_HALF_WAY / (evidence + CARD_HALF_WAY), trees)


def best_mix(card: Array, regression: Array, trees: Array, won: Array, evidence: int) -> Mix:
    """The mixture for these log-odds, each given for leads that its giver had not seen."""
    usual = usual_mix(evidence)

    def cost(mix: Mix) -> float:
        odds = mix.card * card + (1 - mix.card) * ((1 - mix.trees) * regression + mix.trees * trees)
        held = HOLD_TREES * (mix.trees - usual.trees) ** 2 + HOLD_CARD * (mix.card - usual.card) ** 2
        return len(won) * log_loss_of(won, 1 / (1 + np.exp(-odds))) + held

    pairs = product((usual.card, *OF_CARD), (usual.trees, *OF_TREES))
    return min((Mix(*pair) for pair in pairs), key=cost)
