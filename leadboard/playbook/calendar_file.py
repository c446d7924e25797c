"""Questions to a calendar from the command line: files of calendars, moments, lengths and answers as text."""

import json
from datetime import datetime, timedelta

from leadboard.playbook.calendar import Calendar, CalendarError
from leadboard.playbook.reading import PlaybookError, Problem, read_document
from leadboard.playbook.values import read_duration

KEYS = ("zone", "hours", "holidays")
LONGEST_LINE = 1000


def read_calendar(source: str | bytes) -> Calendar:
    """The calendar in a file of `zone`, `hours` and `holidays`; PlaybookError says what is wrong."""
    document = read_document(source)
    if not isinstance(document.data, dict):
        raise PlaybookError([Problem("", 1, f"must be a calendar: {', '.join(KEYS)}")])
    unknown = [
        Problem(key, document.line((key,)), "unknown name") for key in document.data if key not in KEYS
    ]
    if unknown:
        raise PlaybookError(unknown)
    if "zone" not in document.data:
        raise PlaybookError([Problem("zone", None, "is missing")])
    given = {"holidays": [], **{key: value for key, value in document.data.items() if value is not None}}
    try:
        return Calendar(**given)
    except CalendarError as error:
        found = [
            (path, tuple(int(p) if p.isdigit() else p for p in path.split("."))) for path, _ in error.problems
        ]
        messages = [message for _, message in error.problems]
        problems = [
            Problem(path, document.line(at), m) for (path, at), m in zip(found, messages, strict=True)
        ]
        raise PlaybookError(problems) from error


def read_moment(text: object) -> datetime:
    """An ISO 8601 moment with its offset; ValueError otherwise."""
    if not isinstance(text, str) or not text.isascii():
        raise ValueError("must be a moment like 2026-11-20T16:30:00+01:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text[:60]!r} is no moment like 2026-11-20T16:30:00+01:00") from error
    if moment.tzinfo is None:
        raise ValueError(f"{text[:60]!r} needs an offset, as in 2026-11-20T16:30:00+01:00 or …Z")
    return moment


def write_moment(moment: datetime) -> str:
    """UTC as 2026-11-23T08:30:00Z, with as many digits of a second as it has."""
    text = moment.replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if moment.microsecond else text) + "Z"


def write_seconds(length: timedelta) -> str:
    """Seconds as a whole number, or with the digits that it has."""
    micros = length // timedelta(microseconds=1)
    whole, part = divmod(abs(micros), 1_000_000)
    sign = "-" if micros < 0 else ""
    return f"{sign}{whole}.{part:06}".rstrip("0") if part else f"{sign}{whole}"


def answer_due(calendar: Calendar, start: object, open_for: object) -> str:
    """When `open_for` is over; ValueError for nonsense."""
    return write_moment(calendar.due(read_moment(start), read_duration(open_for)))


def answer_elapsed(calendar: Calendar, start: object, end: object) -> str:
    """Open seconds between two moments; ValueError for nonsense."""
    return write_seconds(calendar.elapsed(read_moment(start), read_moment(end)))


def answer_line(calendar: Calendar, line: str) -> str:
    """The answer to {"start": …, "for": …} or {"start": …, "end": …}; ValueError for nonsense."""
    try:
        asked = json.loads(line) if len(line) <= LONGEST_LINE else None
    except (ValueError, RecursionError) as error:
        raise ValueError("not JSON") from error
    if not isinstance(asked, dict) or set(asked) not in ({"start", "for"}, {"start", "end"}):
        raise ValueError('must be {"start": …, "for": …} or {"start": …, "end": …}')
    if "for" in asked:
        return answer_due(calendar, asked["start"], asked["for"])
    return answer_elapsed(calendar, asked["start"], asked["end"])
