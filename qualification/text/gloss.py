"""What a text in another European language means, word by word, in English: enough to tell a request for a
quote from an application, and no more. The meanings stand in lists/glossary.txt.
"""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

GLOSSARY = Path(__file__).parent / "lists" / "glossary.txt"
LONGEST_PHRASE = 3
SHORTEST_STEM = 4
# So many words say what is wanted.
MOST_WORDS = 80
# No word of these languages that an enquiry needs is longer; what is, is no word.
LONGEST_WORD = 40
_WORD = re.compile(r"\w+")
_EXTRA = str.maketrans({"ł": "l", "ß": "ss", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe"})
# These say who speaks and to whom, not what is wanted.
SMALL = frozenset({
    "our", "we", "i", "my", "your", "you", "for", "and", "please", "us", "how", "what", "not", "like",
    "company", "want", "need", "looking", "team", "send", "contact", "possible", "interested", "receive",
    "soon",
})  # fmt: skip


class Gloss(NamedTuple):
    """An English word, and where in the text it was read."""

    english: str
    start: int
    end: int


def glossed(text: str) -> list[Gloss]:
    """The words among the first of the text that the glossary knows, and its numbers as 0, in their order."""
    words = [
        (_plain(found.group()), found.start(), found.end())
        for found in islice(_WORD.finditer(text), MOST_WORDS)
    ]
    read, place = [], 0
    while place < len(words):
        english, count = _meaning(words, place)
        if english:
            start, end = words[place][1], words[place + count - 1][2]
            read.append(Gloss(english.replace("_", " "), start, end))
        place += count
    return read


def told(read: list[Gloss]) -> int:
    """How many of the words say what is wanted."""
    return len({gloss.english for gloss in read} - SMALL - {"0"})


def _meaning(words: list[tuple[str, int, int]], place: int) -> tuple[str, int]:
    """(the English for what stands here or "", how many words it took)."""
    exact, stems = _glossary()
    for count in range(min(LONGEST_PHRASE, len(words) - place), 1, -1):
        phrase = "_".join(word for word, _, _ in words[place : place + count])
        if phrase in exact:
            return exact[phrase], count
    word = words[place][0]
    if word.isdigit():
        return "0", 1
    if word in exact:
        return exact[word], 1
    sizes = range(len(word), SHORTEST_STEM - 1, -1)
    return next((stems[word[:size]] for size in sizes if word[:size] in stems), ""), 1


@lru_cache(maxsize=20_000)
def _plain(word: str) -> str:
    """Small letters without accents: "Größe" → "grosse", but "für" → "fur"."""
    parts = unicodedata.normalize("NFKD", word[:LONGEST_WORD].lower().translate(_EXTRA))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))[:LONGEST_WORD]


@cache
def _glossary() -> tuple[dict[str, str], dict[str, str]]:
    """(whole words and phrases → English, beginnings of words → English)."""
    exact: dict[str, str] = {}
    stems: dict[str, str] = {}
    for line in GLOSSARY.read_text().splitlines():
        english, colon, words = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        for word in words.split():
            (stems if word.endswith("*") else exact).setdefault(word.strip("*_"), english)
    return exact, stems
