"""What people say in many ways and mean one thing by: "my daughter's room" and "for private use" are both a
private person. The patterns stand in lists/cues.txt; how much a cue says, the word model learns.
"""

import re
from functools import cache
from pathlib import Path

CUES = Path(__file__).parent / "lists" / "cues.txt"


def cues_in(text: str) -> dict[str, tuple[int, int]]:
    """Each cue that is in the text (small letters), and where it stands first."""
    found = {name: pattern.search(text) for name, pattern in _patterns().items()}
    return {name: match.span() for name, match in found.items() if match}


def cue_names() -> list[str]:
    """All cues, in one order."""
    return list(_patterns())


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Name → pattern; a plain word counts from its beginning on."""
    lines: dict[str, list[str]] = {}
    for line in CUES.read_text().splitlines():
        if line.startswith("["):
            lines[line.strip("[]")] = []
        elif line and not line.startswith("#"):
            lines[next(reversed(lines))].append(line)
    return {name: re.compile("|".join(map(_from_a_border, many))) for name, many in lines.items()}


def _from_a_border(line: str) -> str:
    return rf"(?:{line})" if line.startswith("^") else rf"(?<!\w)(?:{line})"
