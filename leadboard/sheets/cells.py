"""Cells that a spreadsheet program will not run."""

import re

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
GUARD = "'"


def is_risky(text: str) -> bool:
    """Would a spreadsheet program take this text for a formula? Numbers are none."""
    return text.lstrip(" ").startswith(RISKY) and not NUMBER.fullmatch(text)


def safe(value: object) -> object:
    """Return a cell for a CSV file: text that would be read as a formula gets a leading apostrophe;
    numbers do not.
    """
    return GUARD + value if isinstance(value, str) and is_risky(value) else value


def plain(value: object) -> object:
    """Return a cell of a file without the apostrophe by which we and others guard what only looks like a
    formula: the inverse of `safe`, so that what goes out comes in again as it was.
    """
    is_guarded = isinstance(value, str) and value[:1] == GUARD and is_risky(value[1:])
    return value[1:] if isinstance(value, str) and is_guarded else value
