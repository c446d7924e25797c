"""Ways to say a thing, from a text file: a line in brackets names what is meant, each line under it is one
way, as a pattern in small letters. A word counts from its beginning on.
"""

import re
from pathlib import Path


def patterns_in(path: Path) -> dict[str, re.Pattern[str]]:
    """Name → pattern, in the order of the file."""
    lines: dict[str, list[str]] = {}
    for line in path.read_text().splitlines():
        if line.startswith("["):
            lines[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            lines[next(reversed(lines))].append(line)
    return {name: re.compile(_joined(many)) for name, many in lines.items()}


def _joined(lines: list[str]) -> str:
    """One pattern: looking at the border of a word once, and not for each line, halves the time."""
    anchored = [f"(?:{line})" for line in lines if line.startswith("^")]
    free = "|".join(line for line in lines if not line.startswith("^"))
    return "|".join([*anchored, rf"(?<!\w)(?:{free})"] if free else anchored)
