"""One reading of a fact for everybody: the learner, its flattened twin and the sentences shown to a rep."""

import math
import re

_PLAIN_NUMBER = re.compile(r"[+-]?(0|[1-9]\d{0,14})(\.\d{1,10})?")
LONGEST_WORD = 120
LARGEST = 1e300


def as_number(value: object) -> float | None:
    """The finite number a fact says, or None. "5" is a number; "007" and "+49 36" are not: they are codes."""
    if isinstance(value, str):
        text = value.strip()
        return float(text) if _PLAIN_NUMBER.fullmatch(text) and not text.startswith("+") else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Beyond a float's range an integer raises instead of becoming inf.
    return float(value) if -LARGEST <= value <= LARGEST else None


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
    return str(value).strip().casefold()[:LONGEST_WORD] or None


def log_of(number: float) -> float:
    """Signed log1p: visits, seconds and money are skewed, and a negative number must not be refused."""
    return math.copysign(math.log1p(abs(number)), number)


_WORD = re.compile(r"[^\W\d_]{3,30}")


def words_of(value: object) -> frozenset[str]:
    """The words of a text (letters only, three or more), case folded."""
    return frozenset(_WORD.findall(value.casefold())) if isinstance(value, str) else frozenset()
