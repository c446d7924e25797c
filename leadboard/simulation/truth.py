"""What is really behind a prospect: whether they can be reached, are worth accepting, and will buy.

The product never sees it; simulated reps find it out by talking, so that outcomes follow from who somebody is
and not from the score. Then a learned score has something to learn, and can be believed or doubted.
"""

from dataclasses import dataclass
from typing import Any

# Larger firms have more to gain; below and above nothing changes any more.
SMALL, LARGE = 20, 500
SMALL_WINS, LARGE_WINS = 0.6, 1.25


@dataclass(frozen=True)
class Truth:
    """Shares between 0 and 1: answers the phone, is accepted after talking, is won after that; and why a rep
    refuses them otherwise.
    """

    talks: float = 0.45
    accepts: float = 0.65
    wins: float = 0.4
    refused: tuple[str, ...] = ("premature", "wrong_persona", "wrong_fit", "outside_territory")


def truth_of(habits: dict[str, Any], firm: dict[str, Any], suits: dict[str, float]) -> Truth:
    """Return the truth about somebody with these habits at this firm: what we sell suits some trades, and
    larger firms, more than others.
    """
    size = SMALL_WINS if firm["employees"] < SMALL else LARGE_WINS if firm["employees"] >= LARGE else 1
    wins = habits["wins"] * suits.get(firm["industry"], 1) * size
    return Truth(habits["talks"], habits["accepts"], min(0.9, wins), tuple(habits["refused"]))
