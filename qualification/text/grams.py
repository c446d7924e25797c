"""What a text is counted by: its words and pairs of words, what it denies, and the letters inside its words.

Reading and fitting both count with these functions, so that a model is always read as it was fitted.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

# An enquiry says in its first words what is wanted; and no text, however long, takes longer to read.
MOST_WORDS, MOST_LETTERS, LONGEST_TEXT = 200, 1_400, 4_000
# Where no blank stands between them; and of so many different words the letters are read.
MOST_TOKENS, MOST_SPELT = 300, 80
LONGEST_WORD = 40
SHORTEST, LONGEST = 3, 5
DENIED = 4
_TOKEN = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_WINDOW = re.compile(rf"(?:\s*\S+){{0,{MOST_WORDS}}}")
_PAUSE = re.compile(r"[.,;:!?\n]")
DENYING = Path(__file__).parent / "lists" / "denying_words.txt"
_DENYING = frozenset(DENYING.read_text().split())


class Token(NamedTuple):
    """A word as it is counted (small letters, digits as 0), and where it stands."""

    word: str
    start: int
    end: int
    denied: bool


def beginning(text: str) -> str:
    """The first 200 words of a text (300 where no blank parts them), at most 1,400 letters."""
    found = _WINDOW.match(text[:LONGEST_TEXT])
    said = found.group() if found else ""
    said = said[: len(said) - len(said.lstrip()) + MOST_LETTERS]
    last = next(islice(_TOKEN.finditer(said), MOST_TOKENS - 1, None), None)
    return said[: last.end()] if last else said


def plain(text: str) -> str:
    """What counts of a text: its first 200 words in small letters, each letter still in its place."""
    return lowered(beginning(text))


def lowered(text: str) -> str:
    """In small letters, each still in its place: "İ" would become two."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(letter if len(letter.lower()) > 1 else letter.lower() for letter in text)


def tokens_of(text: str) -> list[Token]:
    """The words of a plain text; `denied` are the few after a "not" up to the next pause."""
    tokens: list[Token] = []
    left = last = 0
    before = ""
    for found in islice(_TOKEN.finditer(text), MOST_TOKENS):
        word, start = found.group(), found.start()
        left = 0 if left and _PAUSE.search(text, last, start) else left
        tokens.append(Token(_DIGIT.sub("0", word[:LONGEST_WORD]), start, found.end(), left > 0))
        is_denial = word in _DENYING or (word == "t" and before.endswith("n") and start == last + 1)
        left = DENIED if is_denial else max(0, left - 1)
        last, before = found.end(), word
    return tokens


def word_grams(tokens: list[Token]) -> Iterator[str]:
    """Words, pairs of words, and once more with a mark the words that are denied."""
    yield from (token.word for token in tokens)
    yield from (f"{one.word} {two.word}" for one, two in pairwise(tokens))
    yield from (f"¬{token.word}" for token in tokens if token.denied)


def names_of(tokens: list[Token]) -> dict[str, None]:
    """The first different words, whose letters are read."""
    return dict.fromkeys(islice(dict.fromkeys(token.word for token in tokens), MOST_SPELT))


def places(tokens: list[Token]) -> dict[str, tuple[int, int]]:
    """Where each gram stands first."""
    found: dict[str, tuple[int, int]] = {}
    for token in tokens:
        found.setdefault(token.word, (token.start, token.end))
        if token.denied:
            found.setdefault(f"¬{token.word}", (token.start, token.end))
    for one, two in pairwise(tokens):
        found.setdefault(f"{one.word} {two.word}", (one.start, two.end))
    return found


@lru_cache(maxsize=20_000)
def letter_grams(word: str) -> tuple[str, ...]:
    """Each run of three to five letters of a word with a blank at both ends."""
    padded = f" {word} "
    if len(padded) <= SHORTEST:
        return (padded,)
    sizes = range(SHORTEST, min(LONGEST, len(padded)) + 1)
    runs = (padded[start : start + size] for size in sizes for start in range(len(padded) - size + 1))
    return tuple(dict.fromkeys(runs))
