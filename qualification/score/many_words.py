"""The texts of many leads at once: the same two numbers as `rows.read_text` gives for one, by counting over
all their words together.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain, count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qualification.score.rows import Table
from qualification.score.values import LONGEST_LETTERS, runs_in, words_in

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


def read_texts(table: Table, values: Sequence[Any]) -> tuple[Array, Array]:
    """(what the known words of each text add up to, log of how many words and pairs it has)."""
    said, of_text, numbers = _numbered(values, runs_in)
    lengths = np.array(list(map(len, numbers)), dtype=int)
    if lengths.max(initial=0) > LONGEST_LETTERS:
        said, of_text, numbers = _numbered(values, words_in)
    else:
        is_word = (lengths > 1)[said]
        said, of_text = said[is_word], of_text[is_word]
    # A pair is one number, and beyond all single words.
    size = len(numbers) + 1
    beside = of_text[1:] == of_text[:-1]
    pairs = ((said[:-1] + 1) * size + said[1:])[beside]
    texts, what = _distinct(np.append(of_text, of_text[1:][beside]), np.append(said, pairs), size)
    weights, is_known = _weights(table, numbers, size, what)
    known = np.bincount(texts, is_known, len(values))
    totals = np.bincount(texts, weights, len(values)) / np.sqrt(np.maximum(known, 1))
    return totals, np.log1p(np.bincount(texts, minlength=len(values)))


def _numbered(
    values: Sequence[Any], words_of: Callable[[str], list[str]]
) -> tuple[Numbers, Numbers, dict[Any, int]]:
    """(the number of each word of all texts, the text it stands in, the number of each distinct word)."""
    words = [words_of(value) if isinstance(value, str) else [] for value in values]
    numbers: defaultdict[Any, int] = defaultdict(count().__next__)
    said = np.fromiter(map(numbers.__getitem__, chain.from_iterable(words)), dtype=np.int64)
    return said, np.repeat(np.arange(len(words)), list(map(len, words))), numbers


def _distinct(texts: Numbers, said: Numbers, size: int) -> tuple[Numbers, Numbers]:
    """What each text says, each once."""
    most = (size + 1) * size
    # Sorting is several times as fast here as the hashing of `np.unique`.
    every = np.sort(texts * most + said)
    first = np.ones(len(every), dtype=bool)
    first[1:] = every[1:] != every[:-1]
    texts, said = np.divmod(every[first], most)
    return texts, said


def _weights(
    table: Table, numbers: dict[Any, int], size: int, said: Numbers
) -> tuple[Array, NDArray[np.bool_]]:
    """(the weight of each word or pair, 0 where it is not known; whether it is)."""
    every = ((_code(word, numbers, size), weight) for word, weight in table.items())
    codes = {code: weight for code, weight in every if code is not None}
    known = np.array(sorted(codes), dtype=np.int64)
    if not len(known):
        return np.zeros(len(said)), np.zeros(len(said), dtype=bool)
    places = np.minimum(np.searchsorted(known, said), len(known) - 1)
    is_known = known[places] == said
    weights = np.array([codes[code] for code in known.tolist()])
    return np.where(is_known, weights[places], 0.0), is_known


def _code(word: Any, numbers: dict[Any, int], size: int) -> int | None:
    """The number of a word or pair of the table; None when nobody says it."""
    if isinstance(word, str):
        return numbers.get(word)
    one, two = map(numbers.get, word)
    return None if one is None or two is None else (one + 1) * size + two
