"""A second, slow opinion on business time: count minute by minute.

Shares no line with `leadboard.playbook`: every UTC minute (second, where a zone's offset has seconds) is
turned into local wall time by `zoneinfo` and held against the shifts as written.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MICRO = timedelta(microseconds=1)


class Oracle:
    def __init__(self, zone: str, hours: dict[str, list[str]] | None, holidays: list[date]):
        self.zone = ZoneInfo(zone)
        whole = {day: ["00:00-24:00"] for day in WEEK}
        self.hours = {day: [_minutes(text) for text in shifts] for day, shifts in (hours or whole).items()}
        self.holidays = set(holidays)
        self.tables: dict[date, list[bool]] = {}

    def is_open(self, moment: datetime) -> bool:
        wall = moment.astimezone(self.zone)
        today = wall.date()
        if today not in self.tables:
            self.tables[today] = self._table(today)
        return self.tables[today][wall.hour * 60 + wall.minute]

    def _table(self, today: date) -> list[bool]:
        """One True or False per minute of the wall clock."""
        yesterday = today - timedelta(days=1)
        return [
            self._covers(today, minute) or self._covers(yesterday, minute + 1440) for minute in range(1440)
        ]

    def _covers(self, day: date, minute: int) -> bool:
        if day in self.holidays:
            return False
        return any(begin <= minute < end for begin, end in self.hours.get(WEEK[day.weekday()], ()))

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        total = timedelta()
        for begin, until in self._ticks(start, end):
            if self.is_open(begin):
                total += until - begin
        return total

    def due(self, start: datetime, open_for: timedelta, within: timedelta) -> datetime | None:
        """None when it is not due within that time."""
        left = open_for
        if not left:
            return start
        for begin, until in self._ticks(start, start + within):
            if self.is_open(begin):
                if left <= until - begin:
                    return begin + left
                left -= until - begin
        return None

    def _ticks(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        unit = self._unit(start, end)
        begin, until = start, _floor(start, unit) + unit
        while until < end:
            yield begin, until
            begin, until = until, until + unit
        yield begin, end

    def _unit(self, start: datetime, end: datetime) -> timedelta:
        offsets = [moment.astimezone(self.zone).utcoffset() for moment in (start, end)]
        has_seconds = any(offset.total_seconds() % 60 for offset in offsets)
        return timedelta(seconds=1) if has_seconds else timedelta(minutes=1)


def _floor(moment: datetime, unit: timedelta) -> datetime:
    return moment.replace(second=0 if unit.seconds == 60 else moment.second, microsecond=0)


@lru_cache(maxsize=4096)
def _minutes(text: str) -> tuple[int, int]:
    (begin_hour, begin_minute), (end_hour, end_minute) = (part.split(":") for part in text.split("-"))
    begin = int(begin_hour) * 60 + int(begin_minute)
    end = int(end_hour) * 60 + int(end_minute)
    return begin, end if end > begin else end + 1440


@lru_cache(maxsize=65536)
def offset_changes(zone: str, year: int) -> list[datetime]:
    """Hours (UTC) in or just after which the zone's offset changes, found by looking at every hour of
    changed days.
    """
    info = ZoneInfo(zone)
    found = []
    day = datetime(year, 1, 1, tzinfo=UTC)
    while day.year == year:
        if _offset(info, day) != _offset(info, day + timedelta(days=1)):
            hours = [day + timedelta(hours=hour) for hour in range(24)]
            found += [h for h in hours if _offset(info, h) != _offset(info, h + timedelta(hours=1))]
        day += timedelta(days=1)
    return found


def _offset(info: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(info).utcoffset()
