"""Business time: the rep's promise is counted in hours in which somebody is there.

LEADBOARD_CALENDAR_CASES=20000 makes the comparison with the minute-by-minute oracle long (default 200).
"""

import os
import struct
import zoneinfo
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from leadboard.playbook.calendar import Calendar, CalendarError
from leadboard.playbook.zones import STRIDE, stretches, to_micros
from tests.oracle_calendar import MICRO, WEEK, Oracle, offset_changes

CASES = int(os.environ.get("LEADBOARD_CALENDAR_CASES", "200"))
ZONES = sorted(zoneinfo.available_timezones())
EDGY = [
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Europe/Dublin",
    "Asia/Kathmandu",
]
WORKDAYS = ("mon", "tue", "wed", "thu", "fri")
OFFICE = {day: ["09:00-17:00"] for day in WORKDAYS}
BERLIN = {day: ["09:00-12:30", "13:00-18:00"] for day in WORKDAYS}
WEEKS = timedelta(days=8)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@st.composite
def shifts(draw):
    begin = draw(st.integers(0, 24 * 60 - 1) | st.sampled_from([0, 60, 120, 150, 540, 1320, 1410]))
    end = draw(st.integers(0, 24 * 60) | st.sampled_from([0, 120, 180, 1020, 1440]))
    assume(begin != end)
    return f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"


@st.composite
def moments(draw, zone):
    """Any second from 1880 to 2060, most of them close to a change of the zone's offset."""
    year = draw(st.integers(1990, 2060) | st.integers(1880, 1990))
    edges = offset_changes(zone, year)
    edges = [*edges, at("2011-12-30T10:00:00Z")] if zone == "Pacific/Apia" else edges
    some_day = st.integers(0, 365).map(lambda day: datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day))
    base = draw(st.sampled_from(edges) | some_day if edges else some_day)
    return (
        base + draw(st.integers(-2 * 86400, 86400).map(lambda n: timedelta(seconds=n))) + MICRO * draw(micros)
    )


micros = st.sampled_from([0, 0, 1, 999_999]) | st.integers(0, 999_999)
lengths = st.one_of(
    st.integers(0, 3000).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(0, 2 * 86400 * 10**6).map(lambda number: MICRO * number),
)


@st.composite
def cases(draw):
    zone = draw(st.sampled_from(ZONES) | st.sampled_from(EDGY))
    start = draw(moments(zone))
    week = draw(
        st.none() | st.dictionaries(st.sampled_from(WEEK), st.lists(shifts(), max_size=3), min_size=1)
    )
    assume(week is None or any(week.values()))
    nearby = st.integers(-2, 8).map(lambda day: start.date() + timedelta(days=day))
    return zone, week, draw(st.lists(nearby, max_size=3)), start


def compared(max_examples: int):
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=max_examples, deadline=None, suppress_health_check=quiet)


@compared(CASES)
@given(cases(), lengths)
def test_a_due_time_is_where_counting_minutes_arrives(case, open_for):
    zone, week, holidays, start = case
    expected = Oracle(zone, week, holidays).due(start, open_for, WEEKS)
    due = Calendar(zone, week, holidays).due(start, open_for)
    if expected is None:
        assert due > start + WEEKS
    else:
        assert due == expected


@compared(CASES)
@given(cases(), st.integers(0, 5 * 86400 * 10**6).map(lambda number: MICRO * number))
def test_elapsed_time_is_what_counting_minutes_gives(case, later):
    zone, week, holidays, start = case
    expected = Oracle(zone, week, holidays).elapsed(start, start + later)
    assert Calendar(zone, week, holidays).elapsed(start, start + later) == expected


@compared(CASES // 2)
@given(cases(), st.integers(0, 3600 * 24 * 400), st.integers(0, 3600 * 24 * 3000))
def test_elapsed_time_adds_up_and_never_shrinks_over_years(case, first, second):
    zone, week, holidays, start = case
    calendar = Calendar(zone, week, holidays)
    middle = start + timedelta(seconds=first)
    end = middle + timedelta(seconds=second)
    parts = calendar.elapsed(start, middle), calendar.elapsed(middle, end)
    assert calendar.elapsed(start, end) == parts[0] + parts[1]
    assert calendar.elapsed(end, start) == -(parts[0] + parts[1])
    assert timedelta() <= parts[0] <= middle - start


@compared(CASES // 2)
@given(cases(), st.integers(1, 86400 * 400 * 10**6).map(lambda number: MICRO * number))
def test_due_and_elapsed_undo_each_other_and_due_is_the_first_such_moment(case, open_for):
    zone, week, holidays, start = case
    calendar = Calendar(zone, week, holidays)
    due = calendar.due(start, open_for)
    assert calendar.elapsed(start, due) == open_for
    assert calendar.remaining(start, due) == open_for
    assert calendar.elapsed(start, due - MICRO) == open_for - MICRO
    assert calendar.due(start, open_for + MICRO) > due


@compared(CASES // 2)
@given(cases(), lengths, lengths, lengths)
def test_a_paused_clock_resumes_with_what_was_left(case, ran, paused, left):
    zone, week, holidays, start = case
    calendar = Calendar(zone, week, holidays)
    due = calendar.due(start, ran + left)
    pause = calendar.due(start, ran)
    assert calendar.remaining(pause, due) == left
    resumed = pause + paused
    assert calendar.elapsed(resumed, calendar.due(resumed, calendar.remaining(pause, due))) == left


@compared(CASES // 4)
@given(cases())
def test_is_open_and_next_open_agree_with_the_shifts_as_written(case):
    zone, week, holidays, start = case
    calendar, oracle = Calendar(zone, week, holidays), Oracle(zone, week, holidays)
    assert calendar.is_open(start) is oracle.is_open(start)
    begin = calendar.next_open(start)
    assert begin >= start
    assert oracle.is_open(begin)
    assert begin == start or not oracle.is_open(begin - MICRO)
    end = calendar.day_end(start)
    assert begin < end
    assert oracle.is_open(end - MICRO)


def test_the_whole_year_is_counted_like_its_minutes():
    for zone in ("Pacific/Apia", "Australia/Lord_Howe"):
        holidays = [date(2011, 5, 2), date(2011, 12, 26)]
        start, end = at("2011-01-05T03:20:00Z"), at("2012-01-03T11:11:00Z")
        counted = Oracle(zone, BERLIN, holidays).elapsed(start, end)
        assert Calendar(zone, BERLIN, holidays).elapsed(start, end) == counted


def _change_times(data: bytes) -> list[tuple[int, int]]:
    """(moment, offset) of each change in a TZif file's 64-bit part, read as RFC 8536 lays it out."""
    sizes = struct.unpack(">6l", data[20:44])
    skip = 44 + sizes[3] * 5 + sizes[4] * 6 + sizes[5] + sizes[2] * 8 + sizes[1] + sizes[0]
    times, types = struct.unpack(">2l", data[skip + 32 : skip + 40])
    body = skip + 44
    moments_ = struct.unpack(f">{times}q", data[body : body + 8 * times])
    kinds = data[body + 8 * times : body + 9 * times]
    table = body + 9 * times
    offsets = [struct.unpack(">l", data[table + 6 * n : table + 6 * n + 4])[0] for n in range(types)]
    return list(zip(moments_, (offsets[kind] for kind in kinds), strict=True))


def _zone_file(zone: str) -> bytes:
    for folder in zoneinfo.TZPATH:
        if (path := Path(folder, zone)).is_file():
            return path.read_bytes()
    return resources.files("tzdata.zoneinfo").joinpath(zone).read_bytes()


def test_no_zone_changes_its_offset_twice_within_one_look():
    closest = 10**9
    for zone in ZONES:
        changes = _change_times(_zone_file(zone))
        real = [b[0] for a, b in pairwise(changes) if a[1] != b[1]]
        closest = min([closest, *(b - a for a, b in pairwise(real))])
    assert closest * 10**6 > STRIDE


def test_every_change_of_offset_since_1900_is_found():
    first, last = at("1900-01-01T00:00:00Z"), at("2060-01-01T00:00:00Z")
    for zone in EDGY:
        found, previous = [], None
        for stretch in stretches(zone, to_micros(first), to_micros(last)):
            if previous not in (None, stretch.offset):
                found.append(stretch.begin)
            previous = stretch.offset
        by_hand = [change for year in range(1900, 2060) for change in offset_changes(zone, year)]
        assert len(found) == len(by_hand)
        for change, hour in zip(found, by_hand, strict=True):
            assert to_micros(hour) < change <= to_micros(hour + timedelta(hours=1))


EXAMPLES = [
    (
        "Friday's late lead waits for Monday",
        "Europe/Berlin",
        OFFICE,
        (),
        "2026-11-20T16:30+01:00",
        1,
        "2026-11-23T08:30Z",
    ),
    (
        "over lunch nothing counts",
        "Europe/Berlin",
        BERLIN,
        (),
        "2026-11-20T12:00+01:00",
        1,
        "2026-11-20T12:30Z",
    ),
    (
        "due on the end of a shift is that end",
        "Europe/Berlin",
        BERLIN,
        (),
        "2026-11-20T12:00+01:00",
        0.5,
        "2026-11-20T11:30Z",
    ),
    (
        "and not the next morning",
        "Europe/Berlin",
        OFFICE,
        (),
        "2026-11-20T16:00+01:00",
        1,
        "2026-11-20T16:00Z",
    ),
    (
        "a holiday is skipped",
        "Europe/Berlin",
        OFFICE,
        ("2026-12-25",),
        "2026-12-24T16:30+01:00",
        1,
        "2026-12-28T08:30Z",
    ),
    ("a start at night waits", "Europe/Berlin", OFFICE, (), "2026-11-22T03:00+01:00", 1, "2026-11-23T09:00Z"),
    (
        "a night shift goes on",
        "Europe/Berlin",
        {"mon": ["22:00-06:00"]},
        (),
        "2026-11-23T23:00+01:00",
        6,
        "2026-11-24T04:00Z",
    ),
    (
        "a holiday does not end the night before",
        "UTC",
        {"mon": ["22:00-06:00"], "tue": ["22:00-06:00"]},
        ("2026-11-24",),
        "2026-11-23T23:00Z",
        7,
        "2026-11-24T06:00Z",
    ),
    (
        "a holiday closes the night that begins on it",
        "UTC",
        {"mon": ["22:00-06:00"]},
        ("2026-11-23",),
        "2026-11-23T23:00Z",
        1,
        "2026-11-30T23:00Z",
    ),
    (
        "overlapping shifts count once",
        "UTC",
        {"mon": ["09:00-12:00", "11:00-13:00"], "tue": ["09:00-10:00"]},
        (),
        "2026-11-23T09:00Z",
        4,
        "2026-11-23T13:00Z",
    ),
    (
        "touching shifts are one",
        "UTC",
        {"mon": ["09:00-24:00"], "tue": ["00:00-10:00"]},
        (),
        "2026-11-23T23:00Z",
        2,
        "2026-11-24T01:00Z",
    ),
    ("around the clock", "Europe/Berlin", None, (), "2026-11-21T23:30Z", 1, "2026-11-22T00:30Z"),
    (
        "a holiday closes an open-all-day calendar too",
        "UTC",
        None,
        ("2026-11-22",),
        "2026-11-21T23:30Z",
        1,
        "2026-11-23T00:30Z",
    ),
    (
        "a skipped hour does not count",
        "Europe/Berlin",
        {"sun": ["01:00-04:00"]},
        (),
        "2026-03-29T00:00Z",
        2,
        "2026-03-29T02:00Z",
    ),
    (
        "a repeated hour counts twice",
        "Europe/Berlin",
        {"sun": ["01:00-04:00"]},
        (),
        "2026-10-24T23:00Z",
        4,
        "2026-10-25T03:00Z",
    ),
    (
        "Lord Howe moves by half an hour",
        "Australia/Lord_Howe",
        {"sun": ["01:00-03:00"]},
        (),
        "2026-10-03T14:30Z",
        1.5,
        "2026-10-03T16:00Z",
    ),
    ("a Friday that never was", "Pacific/Apia", OFFICE, (), "2011-12-29T16:00-10:00", 2, "2012-01-01T20:00Z"),
    ("29 February", "UTC", None, (), "2028-02-28T23:59:59Z", 24, "2028-02-29T23:59:59Z"),
    ("the last second of a year", "UTC", None, (), "2026-12-31T23:59:59Z", 1, "2027-01-01T00:59:59Z"),
    (
        "no time at all is due at once",
        "Europe/Berlin",
        OFFICE,
        (),
        "2026-11-22T03:00+01:00",
        0,
        "2026-11-22T02:00Z",
    ),
]


@pytest.mark.parametrize(
    ("zone", "week", "off", "start", "open_for", "due"),
    [case[1:] for case in EXAMPLES],
    ids=[case[0] for case in EXAMPLES],
)
def test_named_due_times(zone, week, off, start, open_for, due):
    assert Calendar(zone, week, off).due(at(start), hours(open_for)) == at(due)


def test_seconds_and_microseconds_are_kept():
    calendar = Calendar("Europe/Berlin", OFFICE)
    start = at("2026-11-20T16:59:59.999999+01:00")
    assert calendar.due(start, timedelta(seconds=1)) == at("2026-11-23T08:00:00.999999Z")


def test_a_zone_before_railway_time_counts_by_its_seconds():
    # Amsterdam's clocks were UTC+00:17:30 (tzdata calls it an alias of Brussels since 2022): take Monrovia,
    # -00:44:30.
    calendar = Calendar("Africa/Monrovia", {"mon": ["09:00-10:00"]})
    assert calendar.next_open(at("1960-01-04T00:00:00Z")) == at("1960-01-04T09:44:30Z")


def test_ten_years_of_business_hours_are_found():
    calendar = Calendar("Europe/Berlin", BERLIN)
    start = at("2026-11-20T08:00:00Z")
    assert calendar.elapsed(start, calendar.due(start, timedelta(days=3650) / 4)) == timedelta(days=3650) / 4


def test_what_lies_beyond_a_century_is_refused_and_not_searched_for_ever():
    with pytest.raises(CalendarError, match="not over within 100 years"):
        Calendar("UTC", {"mon": ["09:00-10:00"]}).due(at("2026-11-20T08:00:00Z"), timedelta(days=3000))


def test_the_working_day_ends_with_its_last_shift():
    calendar = Calendar("Europe/Berlin", BERLIN)
    assert calendar.day_end(at("2026-11-20T10:00:00+01:00")) == at("2026-11-20T17:00:00Z")
    assert calendar.day_end(at("2026-11-20T12:45:00+01:00")) == at("2026-11-20T17:00:00Z")
    assert calendar.day_end(at("2026-11-20T18:00:00+01:00")) == at("2026-11-23T17:00:00Z")
    assert Calendar("Europe/Berlin").day_end(at("2026-11-20T10:00:00Z")) == at("2026-11-20T23:00:00Z")


def test_a_night_shift_counts_to_the_day_on_which_it_began():
    calendar = Calendar("UTC", {day: ["22:00-06:00"] for day in WEEK})
    assert calendar.day_end(at("2026-11-24T02:00:00Z")) == at("2026-11-24T06:00:00Z")
    assert calendar.day_end(at("2026-11-24T07:00:00Z")) == at("2026-11-25T06:00:00Z")


def test_business_days_skip_weekends_holidays_and_days_that_never_were():
    calendar = Calendar("Europe/Berlin", OFFICE, ["2026-11-23"])
    friday = at("2026-11-20T10:15:00+01:00")
    assert calendar.add_days(friday, 0) == friday
    assert calendar.add_days(friday, 1) == at("2026-11-24T10:15:00+01:00")
    assert calendar.add_days(at("2026-11-20T20:00:00+01:00"), 1) == at("2026-11-25T09:00:00+01:00")
    assert Calendar("Pacific/Apia", OFFICE).add_days(at("2011-12-29T10:00:00-10:00"), 1) == at(
        "2012-01-02T10:00+14:00"
    )


def test_a_business_day_keeps_its_local_time_over_a_change_of_clocks():
    calendar = Calendar("Europe/Berlin", OFFICE)
    assert calendar.add_days(at("2026-03-27T10:00:00+01:00"), 1) == at("2026-03-30T10:00:00+02:00")


REFUSED = [
    ({"zone": "Mars/Base"}, "zone", "unknown time zone 'Mars/Base'"),
    ({"zone": "../../etc/passwd"}, "zone", "unknown time zone '../../etc/passwd'"),
    ({"zone": "Europe"}, "zone", "unknown time zone 'Europe'"),
    ({"zone": ""}, "zone", "unknown time zone ''"),
    ({"zone": "right/Europe/Berlin"}, "zone", "unknown time zone 'right/Europe/Berlin'"),
    (
        {"hours": {"mon": ["09:00-09:00"]}},
        "hours.mon.0",
        'a shift of equal ends is empty; a whole day is "00:00-24:00"',
    ),
    ({"hours": {"mon": ["9-17"]}}, "hours.mon.0", 'a shift is written "HH:MM-HH:MM"'),
    ({"hours": {"mon": ["٠٩:00-17:00"]}}, "hours.mon.0", 'a shift is written "HH:MM-HH:MM"'),
    ({"hours": {"mon": [None]}}, "hours.mon.0", 'a shift is written "HH:MM-HH:MM"'),
    ({"hours": {"tue": ["09:00-12:00", "24:00-25:00"]}}, "hours.tue.1", 'a shift is written "HH:MM-HH:MM"'),
    (
        {"hours": {"tue": ["24:00-06:00"]}},
        "hours.tue.0",
        'a shift begins before 24:00 and ends at the latest at "24:00"',
    ),
    (
        {"hours": {"tue": ["09:00-24:30"]}},
        "hours.tue.0",
        'a shift begins before 24:00 and ends at the latest at "24:00"',
    ),
    (
        {"hours": {"monday": ["09:00-17:00"]}},
        "hours.monday",
        "unknown day; days are mon, tue, wed, thu, fri, sat, sun",
    ),
    ({"hours": {"mon": "09:00-17:00"}}, "hours.mon", "must be a list of at most 24 shifts"),
    ({"hours": {}}, "hours", "no open minute in the whole week; leave hours out for 24x7"),
    ({"hours": {"mon": []}}, "hours", "no open minute in the whole week; leave hours out for 24x7"),
    ({"holidays": ["2023-02-29"]}, "holidays.0", 'must be a date "YYYY-MM-DD" from 1800 to 2600'),
    ({"holidays": ["0001-01-01"]}, "holidays.0", 'must be a date "YYYY-MM-DD" from 1800 to 2600'),
    ({"holidays": "2026-12-25"}, "holidays", "must be a list of at most 20000 dates"),
]


@pytest.mark.parametrize(("given_", "path", "message"), REFUSED)
def test_nonsense_is_refused_with_its_place(given_, path, message):
    with pytest.raises(CalendarError) as refusal:
        Calendar(**given_)
    assert refusal.value.problems == [(path, message)]


def test_a_moment_without_an_offset_is_refused():
    with pytest.raises(CalendarError, match="needs an offset"):
        Calendar("UTC").due(datetime(2026, 11, 20), hours(1))


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_moment_outside_of_history_is_refused(moment):
    with pytest.raises(CalendarError, match="must lie between the years 1801 and 2400"):
        Calendar("Pacific/Apia").elapsed(moment, moment)


def test_a_negative_duration_is_refused():
    with pytest.raises(CalendarError, match="must not be negative"):
        Calendar("UTC").due(at("2026-11-20T00:00:00Z"), -MICRO)
