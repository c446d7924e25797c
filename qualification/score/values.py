"""One reading of a fact for everybody: the learner, its flattened twin and the sentences shown to a rep."""

import math
import re
from datetime import datetime
from itertools import pairwise

LONGEST_WORD = 120
LARGEST = 1e300
# An untouched drop-down and the usual stand-ins for "nothing" say nothing. "none" and "unknown" are answers.
SAYS_NOTHING = frozenset({
    "", "na", "n/a", "#n/a", "nan", "null", "nil", "undefined", "?", "-", "--", "—", "(not set)", "(blank)",
    "select", "please select", "-- select --", "not available", "missing",
})  # fmt: skip

_PLAIN = re.compile(r"-?(0|[1-9]\d{0,14})(\.\d{1,20})?")
_POWER = re.compile(r"-?\d(\.\d{1,20})?[eE][+-]?\d{1,3}")
_COMMAS = re.compile(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d{1,10})?")
_DOTS = re.compile(r"-?[1-9]\d{0,2}((\.\d{3}){2,}(,\d{1,10})?|(\.\d{3})+,\d{1,10})")
_SPACES = re.compile(r"-?[1-9]\d{0,2}([ '’\u00a0\u202f]\d{3})+([.,]\d{1,10})?")
_COMMA_POINT = re.compile(r"-?(0|[1-9]\d{0,14}),\d{1,2}")
_MONEY = re.compile(
    r"^(?:[$€£¥₹]|(?:eur|usd|gbp|chf|inr)\b)\s*|\s*(?:[$€£¥₹%]|\b(?:eur|usd|gbp|chf|inr))$", re.IGNORECASE
)


def as_number(value: object) -> float | None:
    """The finite number a fact says, or None. "5", "1,234", "$5,000", "12 %" and "1.234,50 €" are numbers;
    "007" and "+49 36" are not: they are codes.
    """
    if isinstance(value, str):
        return _number_in(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Beyond a float's range an integer raises instead of becoming inf.
    return float(value) if -LARGEST <= value <= LARGEST else None


def _number_in(text: str) -> float | None:
    if len(text) > 40:
        return None
    text = text.strip()
    if _PLAIN.fullmatch(text):
        return float(text)
    if not any(letter.isdigit() for letter in text):
        return None
    bare = _MONEY.sub("", _MONEY.sub("", text.replace("−", "-")))
    for form, clean in _FORMS:
        if form.fullmatch(bare):
            number = float(clean(bare))
            return number if abs(number) <= LARGEST else None
    return None


def _without_gaps(text: str) -> str:
    return re.sub(r"[ '’\u00a0\u202f]", "", text).replace(",", ".")


_FORMS = (
    (_PLAIN, str),
    (_POWER, str),
    (_COMMAS, lambda text: text.replace(",", "")),
    (_DOTS, lambda text: text.replace(".", "").replace(",", ".")),
    (_SPACES, _without_gaps),
    (_COMMA_POINT, lambda text: text.replace(",", ".")),
)


def as_word(value: object) -> str | None:
    """The category a fact says (case folded, at most 120 characters), or None when nothing was said."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple, set)):
        value = ", ".join(sorted(str(part) for part in value))
    if isinstance(value, dict):
        return None
    word = str(value).strip().casefold()[:LONGEST_WORD]
    return None if word in SAYS_NOTHING else word


_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):\d{2}.{0,20})?")
_DATE_LAST = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:[ ,T]+(\d{1,2}):\d{2}.{0,20})?")


def as_moment(value: object) -> tuple[int | None, float | None] | None:
    """(weekday 0–6, hour) of a date; None for what is no date. The weekday is None where day and month
    could be either way round, the hour where no time is given.
    """
    if not isinstance(value, str) or not 8 <= len(value) <= 40:
        return None
    text = value.strip()
    found, year_first = _DATE.fullmatch(text), True
    if not found:
        found, year_first = _DATE_LAST.fullmatch(text), False
    if not found:
        return None
    one, two, three, hour = found.groups()
    return _moment(int(one), int(two), int(three), hour, year_first)


def _moment(
    one: int, two: int, three: int, hour: str | None, year_first: bool
) -> tuple[int | None, float | None] | None:
    year, month, day = (one, two, three) if year_first else (three, two, one)
    if month > 12 and not year_first:
        month, day = day, month
    is_either = not year_first and max(month, day) <= 12 and month != day
    try:
        weekday = datetime(year, month, day).weekday()  # noqa: DTZ001 - a calendar day, not a moment
    except ValueError:
        return None
    time = float(hour) if hour is not None and int(hour) < 24 else None
    return (None if is_either else weekday), time


def log_of(number: float) -> float:
    """Signed log1p: visits, seconds and money are skewed, and a negative number must not be refused."""
    return math.copysign(math.log1p(abs(number)), number)


_WORD = re.compile(r"[^\W\d_]{2,30}")
LONGEST_LETTERS = 30
# Small letters for the letters of ASCII, gaps for all else: a third of what the pattern costs.
_LETTERS = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalpha() else 32 for code in range(256))


def words_in(text: str) -> list[str]:
    """The words of a text in their order: letters only, 2 to 30 of them, case folded."""
    words = runs_in(text)
    if len(max(words, key=len, default="")) <= LONGEST_LETTERS:
        return [word for word in words if len(word) > 1]
    return _WORD.findall(text.casefold())


def runs_in(text: str) -> list[str]:
    """The same, where single letters and runs of more than 30 may be among them."""
    if text.isascii():
        return text.encode().translate(_LETTERS).decode().split()
    return _WORD.findall(text.casefold())


def words_of(value: object) -> frozenset[str]:
    """The words of a text (letters only, two or more) and its pairs of neighbours, case folded."""
    if not isinstance(value, str):
        return frozenset()
    words = words_in(value)
    return frozenset(words) | frozenset(map(" ".join, pairwise(words)))
