"""A message in parts, some of them marked: the words that a reading of it rests on."""

from collections.abc import Iterable
from typing import NamedTuple

Mark = tuple[int, int, str]


class Part(NamedTuple):
    """A piece of the text, and what it was read as ("" for the rest)."""

    text: str
    topic: str


def parts_of(text: str, marks: Iterable[Mark]) -> list[Part]:
    """The whole text cut at its marks (start, end, topic). Marks that overlap an earlier one, or that do not
    lie in the text, are left out.
    """
    parts, at = [], 0
    for start, end, topic in sorted(marks):
        if start < at or not start < end <= len(text):
            continue
        parts += [Part(text[at:start], ""), Part(text[start:end], topic)]
        at = end
    return [part for part in [*parts, Part(text[at:], "")] if part.text]
