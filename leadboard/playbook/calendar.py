"""Business time: when is something due, how much open time passed, is anybody there now?

Open time is elapsed time whose local wall time lies in a shift. So a repeated hour counts twice and a
skipped hour not at all. All arithmetic is in whole microseconds of UTC; `tests/oracle_calendar.py` counts
the same minute by minute and must agree.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from leadboard.playbook.shifts import WallHours, read_holidays, read_week
from leadboard.playbook.zones import DAY, MICROSECOND, from_micros, is_zone, stretches, to_micros

FIRST_START, LAST_START = 1801, 2400  # years; beyond them nothing is promised to a lead
HORIZON = 100 * 366 * DAY
MAX_BUSINESS_DAYS = 3660
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


class CalendarError(ValueError):
    """A calendar or a question to it that makes no sense; `problems` are (path, message) pairs."""

    def __init__(self, problems: list[tuple[str, str]]):
        self.problems = problems
        super().__init__("; ".join(f"{path}: {message}" for path, message in problems))


class Calendar:
    """Shifts of a week in one time zone, minus holidays. Without `hours` every day is open from 00:00 to
    24:00.

    `hours` maps mon…sun to lists of "HH:MM-HH:MM", which may pass midnight, overlap and touch.
    Raises CalendarError.
    """

    def __init__(
        self,
        zone: str = "UTC",
        hours: Mapping[str, object] | None = None,
        holidays: Iterable[date | str] = (),
    ):
        wrong = [] if is_zone(zone) else [("zone", f"unknown time zone {str(zone)[:80]!r}")]
        week, wrong_hours = read_week(ALWAYS if hours is None else hours)
        days, wrong_days = read_holidays(holidays)
        wrong += wrong_hours + wrong_days
        if not wrong and not any(week):
            wrong = [("hours", "no open minute in the whole week; leave hours out for 24x7")]
        if wrong:
            raise CalendarError(wrong)
        self.zone = zone
        self._wall = WallHours(week, days)

    def due(self, start: datetime, open_for: timedelta) -> datetime:
        """The first moment (UTC) at which `open_for` of open time has passed since `start`.

        On the end of a shift it is that end, not the next beginning; for no time at all it is `start` itself.
        """
        begin, left = _moment(start), _length(open_for)
        if left == 0:
            return from_micros(begin)
        for stretch in stretches(self.zone, begin, begin + HORIZON):
            low, high = stretch.begin + stretch.offset, stretch.end + stretch.offset
            already = self._wall.before(low)
            here = self._wall.before(high) - already
            if here >= left:
                return from_micros(self._wall.reach(already + left, low, high) - stretch.offset)
            left -= here
        raise CalendarError([("for", "not over within 100 years of this calendar")])

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        """Open time from `start` to `end`; negative when `end` is earlier."""
        begin, until = _moment(start), _moment(end)
        if until < begin:
            return -self.elapsed(end, start)
        total = 0
        for stretch in stretches(self.zone, begin, until):
            total += self._wall.before(stretch.end + stretch.offset)
            total -= self._wall.before(stretch.begin + stretch.offset)
        return total * MICROSECOND

    def remaining(self, now: datetime, due: datetime) -> timedelta:
        """Open time that is left until `due`; negative is how far it is over."""
        return self.elapsed(now, due)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` lies in a shift; a shift's end does not."""
        return self.elapsed(at, at + MICROSECOND) > timedelta()

    def next_open(self, at: datetime) -> datetime:
        """`at` itself (UTC) when open, else the moment the next shift begins."""
        return self.due(at, MICROSECOND) - MICROSECOND

    def day_end(self, at: datetime) -> datetime:
        """When the working day of `at` is over (UTC): the end of the last shift that begins on it.

        Outside of hours that is the next working day; a night shift counts to the day on which it began.
        """
        begin = to_micros(self.next_open(at))
        end = None
        for stretch in stretches(self.zone, begin, begin + 4 * DAY):
            end = end or self._wall.day_end(begin + stretch.offset)
            if stretch.end + stretch.offset >= end:
                return from_micros(max(stretch.begin, end - stretch.offset))
        raise AssertionError(f"no end of the working day of {at} in {self.zone}")

    def add_days(self, start: datetime, days: int) -> datetime:
        """The same local time `days` business days later (UTC), or the next open moment after it.

        A business day is one on which a shift begins. A start outside of hours counts from the next open
        moment.
        """
        if not 0 <= days <= MAX_BUSINESS_DAYS:
            raise CalendarError([("days", f"must be from 0 to {MAX_BUSINESS_DAYS}")])
        local = self.next_open(start).astimezone(ZoneInfo(self.zone))
        day = local.date()
        while days:
            day += timedelta(days=1)
            days -= self._wall.begins_shift(day) and self._exists(day)
        return self.next_open(datetime.combine(day, local.timetz()))

    def longest_closure(self) -> int:
        """Days in a row without an open minute around the holidays."""
        return self._wall.longest_closure()

    def _exists(self, day: date) -> bool:
        """False for a date that the zone skipped, as Apia did 2011-12-30."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(self.zone))
        return noon.astimezone(UTC).astimezone(noon.tzinfo).date() == day


def _moment(at: datetime) -> int:
    if at.tzinfo is None or at.utcoffset() is None:
        raise CalendarError([("time", "needs an offset, as in 2026-11-20T16:30:00Z")])
    if not FIRST_START <= at.year <= LAST_START:
        raise CalendarError([("time", f"must lie between the years {FIRST_START} and {LAST_START}")])
    return to_micros(at)


def _length(open_for: timedelta) -> int:
    if open_for < timedelta():
        raise CalendarError([("for", "must not be negative")])
    return open_for // MICROSECOND
