"""The reasons for and against as two short lists, each with a bar for its weight."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from qualification.explain.whence import Whence

MOST = 5
WIDTH = 60
Behind = Callable[[Mapping[str, Any]], Whence]


class Bar(NamedTuple):
    """A reason as it is shown: its words, signed points, bar in the units of a 60 wide picture, and the fact
    behind it.
    """

    words: str
    points: str
    width: str
    fact: Whence


class Sides(NamedTuple):
    """The strongest reasons on either side, strongest first."""

    up: list[Bar]
    down: list[Bar]


def sides(reasons: Sequence[dict[str, Any]], behind: Behind) -> Sides:
    """Both lists on one scale; `behind` tells the fact of a reason."""
    longest = max((abs(reason["points"]) for reason in reasons), default=1)
    ordered = sorted(reasons, key=lambda reason: -abs(reason["points"]))
    bars = [(reason["points"] > 0, _bar(reason, longest, behind)) for reason in ordered if reason["points"]]
    return Sides([bar for up, bar in bars if up][:MOST], [bar for up, bar in bars if not up][:MOST])


def _bar(reason: dict[str, Any], longest: float, behind: Behind) -> Bar:
    sign = "+" if reason["points"] > 0 else "−"
    width = WIDTH * abs(reason["points"]) / longest
    return Bar(reason["words"], f"{sign}{abs(reason['points'])}", f"{width:.1f}", behind(reason))
