"""Cells that a spreadsheet program will not run."""

import re

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")


def safe(value: object) -> object:
    """Return a cell for a CSV file: text that would be read as a formula gets a leading apostrophe;
    numbers do not.
    """
    if not isinstance(value, str) or NUMBER.fullmatch(value):
        return value
    return "'" + value if value.lstrip(" ").startswith(RISKY) else value
