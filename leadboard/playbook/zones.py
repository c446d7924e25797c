"""Time zones as stretches of one UTC offset, in whole microseconds.

Python's `zoneinfo` answers "which offset now?" but not "until when?". Business time needs the second:
inside one stretch the wall clock is UTC plus a constant, so open time there is plain integer arithmetic.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MICROSECOND = timedelta(microseconds=1)
SECOND = 1_000_000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
EPOCH = datetime.min  # noqa: DTZ901 - naive on purpose, see to_micros

# Two changes of offset in one zone are never closer than 95 hours (Freetown, 1939), so a look every second
# day sees each of them; tests/test_calendar.py checks this against the zone files.
STRIDE = 2 * DAY
FIRST_YEAR, LAST_YEAR = 1800, 2600


class Stretch(NamedTuple):
    """UTC microseconds [begin, end) during which the wall clock is UTC + offset."""

    begin: int
    end: int
    offset: int


def is_zone(name: object) -> bool:
    """Whether `name` is an IANA time zone; the leap-second twins ("right/…") are not, they are 27 s off."""
    if not isinstance(name, str) or name.split("/")[0] in ("right", "posix"):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def to_micros(moment: datetime) -> int:
    """An aware moment as UTC microseconds since year 1."""
    return (moment.astimezone(UTC).replace(tzinfo=None) - EPOCH) // MICROSECOND


def from_micros(micros: int) -> datetime:
    """The aware UTC moment of `micros`."""
    return (EPOCH + timedelta(microseconds=micros)).replace(tzinfo=UTC)


def stretches(zone: str, begin: int, end: int) -> Iterator[Stretch]:
    """The stretches that cover [begin, end), in order; a stretch also ends with its UTC year."""
    year = from_micros(begin).year
    while begin < end:
        marks, offsets, year_end = _changes(zone, year)
        at = bisect_right(marks, begin) - 1
        for number in range(at, len(marks)):
            until = marks[number + 1] if number + 1 < len(marks) else year_end
            yield Stretch(begin, min(until, end), offsets[number])
            begin = min(until, end)
            if begin >= end:
                return
        year += 1


@lru_cache(maxsize=8192)
def _changes(zone: str, year: int) -> tuple[list[int], list[int], int]:
    """Where a UTC year's offsets begin (its first moment included), those offsets, and the year's end."""
    info = ZoneInfo(zone)
    begin, end = _year_begin(year), _year_begin(year + 1)
    marks, offsets = [begin], [_offset(info, begin)]
    look = begin
    while look < end:
        following = min(look + STRIDE, end)
        offset = _offset(info, following)
        if offset != offsets[-1] and (change := _change_between(info, look, following)) < end:
            marks.append(change)
            offsets.append(offset)
        look = following
    return marks, offsets, end


def _year_begin(year: int) -> int:
    return (date(year, 1, 1).toordinal() - 1) * DAY


def _offset(info: ZoneInfo, at: int) -> int:
    local = from_micros(at).astimezone(info).utcoffset()
    assert local is not None  # a ZoneInfo always knows its offset
    return local // MICROSECOND


def _change_between(info: ZoneInfo, before: int, after: int) -> int:
    """The first second with another offset than `before` has; changes happen on whole seconds."""
    old = _offset(info, before)
    low, high = before // SECOND, after // SECOND
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _offset(info, middle * SECOND) == old else (low, middle)
    return high * SECOND
