"""Shifts on the wall clock: which wall time is open, without any time zone.

Wall time is counted in microseconds since year 1, so a day and the time in it are one `divmod`.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import accumulate

from leadboard.playbook.zones import DAY, FIRST_YEAR, LAST_YEAR, MINUTE

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_SHIFTS_A_DAY = 24
MAX_HOLIDAYS = 20_000
SHIFT = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)", re.ASCII)

Interval = tuple[int, int]


def read_shift(text: object) -> Interval:
    """Microseconds of the day for a text like 09:00-17:30; an end past midnight is beyond DAY.

    ValueError says what is wrong.
    """
    found = SHIFT.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError('a shift is written "HH:MM-HH:MM"')
    hour, minute, end_hour, end_minute = map(int, found.groups())
    begin, end = (hour * 60 + minute) * MINUTE, (end_hour * 60 + end_minute) * MINUTE
    if begin >= DAY or end > DAY:
        raise ValueError('a shift begins before 24:00 and ends at the latest at "24:00"')
    if begin == end:
        raise ValueError('a shift of equal ends is empty; a whole day is "00:00-24:00"')
    return begin, end if end > begin else end + DAY


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same open time without overlaps or touching ends, in order."""
    result: list[Interval] = []
    for begin, end in sorted(intervals):
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((begin, end))
    return result


class WallHours:
    """Weekly shifts minus holidays, on the wall clock.

    A shift past midnight belongs to the day on which it begins; a holiday closes the shifts that begin on it.
    """

    def __init__(self, week: Sequence[Sequence[Interval]], holidays: Iterable[date]):
        self._shifts = [merged(day) for day in week]
        self._closed = {day.toordinal() - 1 for day in holidays}
        self._patterns: dict[tuple[int, bool, bool], tuple[list[Interval], int]] = {}
        usual = [self._pattern(day, False, False)[1] for day in range(7)]
        self.week_total = sum(usual)
        self._until_weekday = [0, *accumulate(usual)]
        # Days unlike their weekday: a holiday, and the day after, which loses the tail of its shifts.
        self._special = sorted(self._closed | {day + 1 for day in self._closed})
        changes = (self._open_day(day)[1] - usual[day % 7] for day in self._special)
        self._until_special = [0, *accumulate(changes)]

    def before(self, wall: int) -> int:
        """Open microseconds from year 1 until `wall`, in one step however long that is."""
        day, within = divmod(wall, DAY)
        weeks, weekday = divmod(day, 7)
        whole = weeks * self.week_total + self._until_weekday[weekday]
        whole += self._until_special[bisect_left(self._special, day)]
        return whole + sum(
            min(end, within) - begin for begin, end in self._open_day(day)[0] if begin < within
        )

    def reach(self, target: int, low: int, high: int) -> int:
        """The first wall time in (low, high] at which `before` is `target`; there must be one."""
        first, last = low // DAY, high // DAY
        while first < last:
            middle = (first + last + 1) // 2
            first, last = (middle, last) if self.before(middle * DAY) < target else (first, middle - 1)
        left = target - self.before(first * DAY)
        for begin, end in self._open_day(first)[0]:
            if left <= end - begin:
                return first * DAY + begin + left
            left -= end - begin
        raise AssertionError(f"no open wall time for {target} between {low} and {high}")

    def begins_shift(self, day: date) -> bool:
        """Whether any shift begins on this date."""
        return bool(self._shifts[day.weekday()]) and day.toordinal() - 1 not in self._closed

    def day_end(self, wall: int) -> int:
        """The end of the last shift that begins on the working day of this open wall time."""
        today = wall // DAY
        day = today if self._shift_covers(today, wall) else today - 1
        return day * DAY + self._shifts[day % 7][-1][1]

    def longest_closure(self) -> int:
        """Days in a row without an open minute around the holidays. For checks: it walks day by day."""
        longest = run = 0
        for day in range(self._special[0], self._special[-1] + 1) if self._special else ():
            run = 0 if self._open_day(day)[1] else run + 1
            longest = max(longest, run)
        return longest

    def _shift_covers(self, day: int, wall: int) -> bool:
        within = wall - day * DAY
        return day not in self._closed and any(begin <= within < end for begin, end in self._shifts[day % 7])

    def _open_day(self, day: int) -> tuple[list[Interval], int]:
        return self._pattern(day % 7, day in self._closed, day - 1 in self._closed)

    def _pattern(self, weekday: int, is_closed: bool, was_closed: bool) -> tuple[list[Interval], int]:
        """Open intervals within [0, DAY) of such a day, and their sum."""
        key = (weekday, is_closed, was_closed)
        if key not in self._patterns:
            own = [] if is_closed else self._shifts[weekday]
            tails = [] if was_closed else [(b - DAY, e - DAY) for b, e in self._shifts[weekday - 1]]
            day = merged((max(b, 0), min(e, DAY)) for b, e in [*own, *tails] if min(e, DAY) > max(b, 0))
            self._patterns[key] = day, sum(end - begin for begin, end in day)
        return self._patterns[key]


def read_week(hours: object) -> tuple[list[list[Interval]], list[tuple[str, str]]]:
    """The shifts of mon…sun in microseconds, and what is wrong as (path, message)."""
    week: list[list[Interval]] = [[] for _ in WEEKDAYS]
    wrong: list[tuple[str, str]] = []
    if not isinstance(hours, Mapping):
        return week, [("hours", "must be days (mon to sun) with lists of shifts")]
    for name, shifts in hours.items():
        if name not in WEEKDAYS:
            wrong.append((f"hours.{name}", f"unknown day; days are {', '.join(WEEKDAYS)}"))
        elif not isinstance(shifts, list | tuple) or len(shifts) > MAX_SHIFTS_A_DAY:
            wrong.append((f"hours.{name}", f"must be a list of at most {MAX_SHIFTS_A_DAY} shifts"))
        else:
            for number, shift in enumerate(shifts):
                try:
                    week[WEEKDAYS.index(name)].append(read_shift(shift))
                except ValueError as error:
                    wrong.append((f"hours.{name}.{number}", str(error)))
    return week, wrong


def read_holidays(days: object) -> tuple[list[date], list[tuple[str, str]]]:
    """The dates, and what is wrong as (path, message); accepts dates and "YYYY-MM-DD"."""
    if not isinstance(days, list | tuple | set | frozenset) or len(days) > MAX_HOLIDAYS:
        return [], [("holidays", f"must be a list of at most {MAX_HOLIDAYS} dates")]
    found, wrong = [], []
    for number, day in enumerate(days):
        try:
            found.append(_read_date(day))
        except ValueError:
            wrong.append(
                (f"holidays.{number}", f'must be a date "YYYY-MM-DD" from {FIRST_YEAR} to {LAST_YEAR}')
            )
    return found, wrong


def _read_date(day: object) -> date:
    if isinstance(day, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", day, re.ASCII):
        day = date.fromisoformat(day)
    if isinstance(day, datetime) or not isinstance(day, date) or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError("not a date")
    return day
