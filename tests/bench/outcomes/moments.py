"""What is older: a column of numbers, of dates in one of the usual forms, or of anything else by letters."""

import re
from datetime import UTC, datetime

FORMS = (
    "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y.%m.%d",
    "%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y", "%d.%m.%y", "%m/%d/%y", "%d/%m/%y",
    "%d-%b-%y", "%Y-%m", "%Y%m%d",
)  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
MOSTLY, LOOKED_AT = 0.95, 2000
_ZONE = re.compile(r"(\.\d+)?\s*(Z|UTC|[+-]\d\d:?\d\d)?$")


def keys_of(values):
    """Return a sort key for each value; what is blank, or no date among dates, comes first."""
    said = [value for value in values if value]
    if _mostly(said, _number):
        return [_keyed(_number(value), value) for value in values]
    read = date_reader(said)
    if read:
        return [_keyed(read(value), value) for value in values]
    return [(1 if value else 0, 0.0, value) for value in values]


def date_reader(values):
    """Return what gives the seconds of a text like these, or None when they are no dates. Where day and month
    could be either way round all values decide together.
    """
    if _mostly(values, _iso):
        return _iso
    sample = [_bare(value) for value in values[:: max(1, len(values) // LOOKED_AT)]]
    times = TIMES if any(":" in value for value in sample) else ("",)
    for form in (date + time for date in FORMS for time in times):
        if _mostly(sample, lambda value, form=form: _by(form, value)):
            return lambda value, form=form: _by(form, _bare(value))
    return None


def _keyed(number, value):
    return (0, 0.0, value) if number is None else (1, number, "")


def _mostly(values, read):
    return bool(values) and sum(read(value) is not None for value in values) >= MOSTLY * len(values)


def _number(value):
    try:
        number = float(value.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+", value) else value)
    except ValueError:
        return None
    return number if number == number else None


def _iso(value):
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _bare(value):
    """Without fractions and zone: order within a second decides nothing."""
    return _ZONE.sub("", value.replace("T", " ").strip()) if ":" in value else value.strip()


def _by(form, value):
    try:
        return datetime.strptime(value, form).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
