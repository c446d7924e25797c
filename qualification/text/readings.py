"""What a message says about budget, authority, urgency, timing and quantity, in its own words; and what a job
title says.
"""

import re
from functools import cache
from pathlib import Path
from typing import NotRequired, TypedDict

from qualification.text.amounts import budget_in, quantity_in
from qualification.text.dates import date_in
from qualification.text.grams import lowered
from qualification.text.phrases import patterns_in

SAYINGS = Path(__file__).parent / "lists" / "readings.txt"
# Nobody names a budget first in the fourth page.
LONGEST_READ, LONGEST_WORDS = 2_000, 60


class Reading(TypedDict):
    """What was read (a code that the scorecard may name), the words it was read from, where they stand, and
    for a sum, a date or a quantity what it comes to.
    """

    value: str
    words: str
    at: list[int]
    means: NotRequired[str]


def read_phrases(text: str) -> dict[str, Reading]:
    """budget, authority, urgency, timeline, quantity → what is said about them; what is not spoken of is not
    in it."""
    small = lowered(text[:LONGEST_READ])
    found: dict[str, Reading] = {}
    for name, pattern in _sayings().items():
        topic, value = name.split()
        if topic not in found and (match := pattern.search(small)):
            found[topic] = _reading(text, value, *match.span())
    for topic, read in (("budget", budget_in), ("timeline", date_in), ("quantity", quantity_in)):
        said = found.get(topic)
        if (said is None or said["value"] == "approved") and (sum_or_date := read(small)):
            means, start, end = sum_or_date
            found[topic] = _with_means(said, _reading(text, "named", start, end), means)
    return found


def _reading(text: str, value: str, start: int, end: int) -> Reading:
    words = text[start:end].strip()[:LONGEST_WORDS]
    start = text.index(words, start)
    return {"value": value, "words": words, "at": [start, start + len(words)]}


def _with_means(said: Reading | None, named: Reading, means: str) -> Reading:
    """The named one; a budget that is approved stays that, and gets the sum."""
    reading = said or named
    reading["means"] = means
    return reading


@cache
def _sayings() -> dict[str, re.Pattern[str]]:
    return patterns_in(SAYINGS)


def _find(patterns: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {value: re.compile(pattern, re.IGNORECASE) for value, pattern in patterns.items()}


_LEVELS = _find({
    "student": r"\b(?:student|pupil|trainee|intern|apprentice|graduate)\b",
    "assistant": r"\b(?:assistant|secretary|receptionist|clerk)\b",
    "c_level": r"\bc[eftomi]o\b|\bchief\b"
               r"|\b(?:owner|founder|co-?founder|president|partner|managing director)\b"
               r"|\b(?:geschäftsführer|gérant|pdg|inhaber)(?:in)?\b",
    "vp": r"\bs?vp\b|\bvice[- ]president\b|\bevp\b",
    "director": r"\bdirector\b|\bhead\b|\b(?:leiter|direktor|directeur|director)(?:in)?\b",
    "manager": r"\b(?:manager|lead|supervisor|principal|buyer|procurement|purchasing)\b",
})  # fmt: skip
# "Vice President" is not the president.
_ORDER = ("student", "assistant", "vp", "c_level", "director", "manager")


def title_level(title: str) -> str | None:
    """c_level, vp, director, manager, assistant, student, staff; None without a title."""
    if not title.strip():
        return None
    return next((level for level in _ORDER if _LEVELS[level].search(title)), "staff")
