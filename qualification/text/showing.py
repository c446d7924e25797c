"""Which words of a text are shown to a reader who asks why: those that spoke most, each place once, without
small words at their ends, and a number with what it counts.
"""

import re
from collections.abc import Iterable

from qualification.text.rules import EMPTY_WORDS
from qualification.text.words import Judged

MOST_SHOWN = 3
Span = tuple[int, int]
_WORD = re.compile(r"\w+")
_COUNTED = re.compile(r"(?:[.,'’-]\d{1,9}){0,4} ?(?:[€$£%]|[^\W\d_]{2,30})")


def case_for(text: str, judged: Judged, label: str) -> list[Span]:
    """Where in the text up to three words, pairs or cues stand that spoke for a label against the average of
    all, the strongest first.
    """
    gains = judged.gains(label)
    shown: list[Span] = []
    for gram in sorted(gains, key=lambda gram: -gains[gram]):
        if len(shown) == MOST_SHOWN or gains[gram] <= 0:
            break
        if gram in judged.places and _says_something(gram):
            span = _whole(text, gram, judged.places[gram])
            if not _is_shown(text, span, shown):
                shown.append(span)
    return shown


def _says_something(gram: str) -> bool:
    """Is it more than small words, which speak for a class but to no reader?"""
    return gram.startswith("[") or any(
        part.lstrip("¬") not in EMPTY_WORDS and len(part) > 1 for part in gram.split()
    )


def _whole(text: str, gram: str, span: Span) -> Span:
    start, end = span if gram.startswith("[") else _without_small_words(text, span)
    counted = _COUNTED.match(text, end) if text[start:end].isdigit() else None
    return start, counted.end() if counted else end


def _without_small_words(text: str, span: Span) -> Span:
    telling = [
        found
        for found in _WORD.finditer(text, *span)
        if found.group().lower() not in EMPTY_WORDS and len(found.group()) > 1
    ]
    return (telling[0].start(), telling[-1].end()) if telling else span


def _is_shown(text: str, span: Span, shown: Iterable[Span]) -> bool:
    """Does it overlap with what is shown, or say the same?"""
    said = text[slice(*span)].casefold()
    return any(
        (span[0] < end and start < span[1]) or text[start:end].casefold() == said for start, end in shown
    )
