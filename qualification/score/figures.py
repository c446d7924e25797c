"""How good a probability is, on leads whose end is known. Definitions: AUC, log-loss (p clipped to
1e-6), ECE over ten bins of equal mass, lift of the best-scored part over the average.
"""

import math
from typing import TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray


class Figures(TypedDict):
    """`auc` is None when all leads ended the same way."""

    n: int
    rate: float
    auc: float | None
    log_loss: float
    ece: float
    lift_10: float
    lift_20: float


def figures_of(won: ArrayLike, chances: ArrayLike) -> Figures:
    """All figures of one set of leads (at least one)."""
    y, p = np.asarray(won, dtype=float), np.asarray(chances, dtype=float)
    return {
        "n": len(y),
        "rate": float(y.mean()),
        "auc": auc_of(y, p),
        "log_loss": log_loss_of(y, p),
        "ece": ece_of(y, p),
        "lift_10": lift_of(y, p, 0.1),
        "lift_20": lift_of(y, p, 0.2),
    }


def auc_of(won: NDArray[np.float64], chances: NDArray[np.float64]) -> float | None:
    """The chance that a won lead is above a lost one (ties count half)."""
    wins = int(won.sum())
    losses = len(won) - wins
    if not wins or not losses:
        return None
    _, places, counts = np.unique(chances, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    return float((ranks[won == 1].sum() - wins * (wins + 1) / 2) / (wins * losses))


def auc_error(auc: float, wins: int, losses: int) -> float:
    """The standard error of an AUC (Hanley and McNeil 1982)."""
    q1, q2 = auc / (2 - auc), 2 * auc * auc / (1 + auc)
    spread = auc * (1 - auc) + (wins - 1) * (q1 - auc * auc) + (losses - 1) * (q2 - auc * auc)
    return math.sqrt(max(0.0, spread) / (wins * losses))


def log_loss_of(won: NDArray[np.float64], chances: NDArray[np.float64]) -> float:
    """Mean surprise; p is clipped to 1e-6."""
    p = np.clip(chances, 1e-6, 1 - 1e-6)
    return float(-(won * np.log(p) + (1 - won) * np.log(1 - p)).mean())


def ece_of(won: NDArray[np.float64], chances: NDArray[np.float64], bins: int = 10) -> float:
    """Mean distance between what was promised and what came, over bins of equal mass."""
    order = np.argsort(chances, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return float(sum(abs(won[part].mean() - chances[part].mean()) * len(part) for part in parts) / len(won))


def lift_of(won: NDArray[np.float64], chances: NDArray[np.float64], share: float) -> float:
    """How much richer in wins the best-scored `share` is than the whole; 1.0 without any win."""
    if not won.sum():
        return 1.0
    best = np.argsort(-chances, kind="stable")[: max(1, round(share * len(won)))]
    return float(won[best].mean() / won.mean())
