"""What people say in many ways and mean one thing by: "my daughter's room" and "for private use" are both a
private person. The patterns stand in lists/cues.txt; how much a cue says, the word model learns.
"""

import re
from functools import cache
from pathlib import Path

from qualification.text.phrases import patterns_in

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
    return patterns_in(CUES)
