"""The small values of which a playbook is written: durations, codes, lines of text, shares of a time."""

import re
from datetime import timedelta
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints

UNITS = {"w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1}
SPOKEN = {"d": "days", "h": "h", "m": "min", "s": "s"}
DURATION = re.compile("".join(rf"(?:(\d{{1,9}}){unit})?" for unit in UNITS), re.ASCII)
LONGEST = timedelta(days=366)
LONGEST_SECONDS = 36_600 * 86_400
SHARE = re.compile(r"([1-9]\d?)%", re.ASCII)


class Section(BaseModel):
    """A part of the agreement: nothing unknown in it, nothing converted by guess, never changed after
    reading.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def read_duration(text: object) -> timedelta:
    """The length that a text like 1h30m means; units w, d, h, m, s, in this order. A day is 24 hours.

    ValueError says what is wrong.
    """
    found = DURATION.fullmatch(text) if isinstance(text, str) and text else None
    if found is None:
        raise ValueError('a duration is written like "5m", "1h30m", "24h" or "2d"')
    seconds = sum(int(n or 0) * unit for n, unit in zip(found.groups(), UNITS.values(), strict=True))
    if seconds > LONGEST_SECONDS:
        raise ValueError("a duration is at most 36600d")
    return timedelta(seconds=seconds)


def write_duration(length: timedelta) -> str:
    """A whole number of seconds as people write it: "5m", "1h30m", "24h", "2d"."""
    left, parts = int(length.total_seconds()), []
    units = [unit for unit in UNITS.items() if unit[0] != "w" and (unit[0] != "d" or left >= 2 * UNITS["d"])]
    for unit, seconds in units:
        number, left = divmod(left, seconds)
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts) or "0s"


def say_duration(length: timedelta) -> str:
    """The same in words, for a sentence: "3 min", "1 h 30 min", "2 days"."""
    parts = re.findall(r"(\d+)([a-z])", write_duration(length))
    return " ".join(f"{number} {SPOKEN[unit]}" for number, unit in parts)


def _read_promise(text: object) -> timedelta:
    length = read_duration(text)
    if not timedelta(seconds=1) <= length <= LONGEST:
        raise ValueError("must be from 1s to 366d")
    return length


class WarnAt(NamedTuple):
    """When to warn: so long before the deadline, or when this share of the time is left."""

    before: timedelta | None
    share: float | None

    def lead_time(self, whole: timedelta) -> timedelta:
        """How long before the deadline, of a time that is `whole` long; never all of it."""
        wished = whole * self.share if self.share is not None else self.before or timedelta()
        return wished if wished < whole else whole / 2


def _read_warning(text: object) -> WarnAt:
    if isinstance(text, str) and (share := SHARE.fullmatch(text)):
        return WarnAt(None, int(share[1]) / 100)
    try:
        return WarnAt(_read_promise(text), None)
    except ValueError as error:
        raise ValueError(
            'a warning is a duration before the deadline ("2m") or the share left ("40%")'
        ) from error


Duration = Annotated[timedelta, BeforeValidator(_read_promise)]
Warn = Annotated[WarnAt, BeforeValidator(_read_warning)]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n]*\S[^\r\n]*$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=5000)]
