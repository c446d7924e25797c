"""When, by a cell of a table: ISO, as people write days, or in words. Without a zone it is UTC.

A day that could be two ("04/05/2026") is none: nobody knows which is meant. Dots put the day first.
"""

import re
from datetime import UTC, datetime
from itertools import product

from django.utils.dateparse import parse_date, parse_datetime

CLOCK = r"(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?)?"
DAY = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{2,4}}){CLOCK}")
CLOCKS = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
DAYS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%d-%b-%Y", "%d. %B %Y")
IN_WORDS = [day + clock for day, clock in product(DAYS, CLOCKS)]


def moment(text: str) -> datetime | None:
    """Return the moment that a text means, or None."""
    text = " ".join(text.split())
    if not 6 <= len(text) <= 40:
        return None
    try:
        day = parse_date(text)
        found = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else parse_datetime(text)
    except ValueError:
        return None
    found = found or _by_numbers(text) or _in_words(text.replace(",", ""))
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def _by_numbers(text: str) -> datetime | None:
    parts = DAY.fullmatch(text)
    if parts is None or len(parts[1]) == 3 or len(parts[4]) == 3:
        return None
    one, two, year = int(parts[1]), int(parts[3]), int(parts[4])
    if len(parts[1]) == 4:
        one, year = year, one
        one, two = two, one  # the year stands first, then the month
    elif parts[2] == "." or one > 12:
        one, two = two, one
    elif two <= 12 and one != two:
        return None
    hour = int(parts[5] or 0) % (12 if parts[8] else 24) + (12 if (parts[8] or "").lower() == "pm" else 0)
    try:
        year += 2000 if year < 100 else 0
        return datetime(year, one, two, hour, int(parts[6] or 0), int(parts[7] or 0), tzinfo=UTC)
    except ValueError:
        return None


def _in_words(text: str) -> datetime | None:
    for form in IN_WORDS if text.upper() != text.lower() else ():
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - its zone is added
        except ValueError:
            continue
    return None


def looks_like_one(text: str) -> bool:
    """Is it a day or a time, also one of which nobody knows which day it is?"""
    return moment(text) is not None or bool(DAY.fullmatch(" ".join(text.split())))
