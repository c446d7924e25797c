"""A text classifier in plain Python, fitted by scikit-learn (`fitting`): TF-IDF of words (1–2) and of letters
inside words (3–5), and cues, in a logistic regression. Reading a text takes neither numpy nor more than a few
milliseconds. A fitted one is JSON with packed numbers.
"""

import base64
import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from qualification.cues import cues_in
from qualification.grams import Token, letter_grams, places, plain, tokens_of, word_grams

# How much a cue counts beside a text of length 1 (on shops' enquiries 0.2 is better than 0.3 and 0.1).
CUE = 0.2
Places = dict[str, tuple[int, int]]


class Vote(NamedTuple):
    """What a word, pair of words or cue says: `factor` times the numbers after the first of its row."""

    gram: str
    factor: float
    row: Sequence[float]


class Judged(NamedTuple):
    """Chance of each label, what each word, pair of words or cue said, the share of known words, and where
    each of them stands first in the text.
    """

    chances: dict[str, float]
    votes: list[Vote]
    known: float
    places: Places

    def gains(self, label: str) -> dict[str, float]:
        """How much more each word, pair or cue speaks for this label than for the average of all."""
        place = 1 + list(self.chances).index(label)
        found: dict[str, float] = {}
        for gram, factor, row in self.votes:
            average = (sum(row) - row[0]) / (len(row) - 1)
            found[gram] = found.get(gram, 0.0) + factor * (row[place] - average)
        return found


class _Sums(NamedTuple):
    tokens: list[Token]
    cues: Places
    totals: list[float]
    votes: list[Vote]
    known: set[str]


class Table:
    """For each gram the square of its idf, then for each label its weight × idf; packed: there are many."""

    def __init__(self, grams: Sequence[str], numbers: Iterable[float], width: int) -> None:
        self.grams, self.numbers, self.width = list(grams), array("f", numbers), width
        self._rows = {gram: place * width for place, gram in enumerate(self.grams)}

    def __contains__(self, gram: str) -> bool:
        return gram in self._rows

    def row(self, gram: str) -> Sequence[float] | None:
        """[idf², weight × idf of each label]; None for a gram that was never met."""
        start = self._rows.get(gram)
        return None if start is None else self.numbers[start : start + self.width]

    def to_json(self) -> list[Any]:
        """Grams in one line and their numbers in base64."""
        return ["\n".join(self.grams), base64.b64encode(self.numbers.tobytes()).decode(), self.width]

    @classmethod
    def from_json(cls, saved: Sequence[Any]) -> "Table":
        grams, packed, width = saved
        numbers = array("f")
        numbers.frombytes(base64.b64decode(packed))
        named = grams.split("\n") if grams else []
        if len(numbers) != len(named) * width:
            raise ValueError("the word model is not whole")
        return cls(named, numbers, width)


class WordModel:
    """`temperature` divides the log-odds so that a promised chance is kept; `added` is a model of the same
    labels whose votes are added: what a firm taught. `counts` is what the own votes count beside them.
    """

    def __init__(
        self,
        labels: Sequence[str],
        words: Table,
        letters: Table,
        cues: Mapping[str, Sequence[float]],
        bias: Sequence[float],
        temperature: float = 1.0,
        added: "WordModel | None" = None,
        counts: float = 1.0,
    ) -> None:
        self.labels, self.bias, self.temperature = list(labels), list(bias), temperature
        self.added, self.counts = added, counts
        self.words, self.letters, self.cues = words, letters, dict(cues)
        self._of_word = lru_cache(maxsize=20_000)(self._letters_of)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "WordModel":
        tables = Table.from_json(saved["words"]), Table.from_json(saved["letters"])
        return cls(saved["labels"], *tables, saved["cues"], saved["bias"], saved["temperature"])

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": self.labels,
            "words": self.words.to_json(),
            "letters": self.letters.to_json(),
            "cues": self.cues,
            "bias": self.bias,
            "temperature": self.temperature,
        }

    def judge(self, text: str) -> Judged:
        """Read one text; only its first 200 words count."""
        found = self._sums(plain(text))
        chances = _softmax([total / self.temperature for total in found.totals])
        share = sum(token.word in found.known for token in found.tokens) / max(2, len(found.tokens))
        placed = places(found.tokens) | found.cues
        return Judged(dict(zip(self.labels, chances, strict=True)), found.votes, share, placed)

    def plus(self, added: "WordModel", counts: float = 1.0) -> "WordModel":
        """This model, its votes counting `counts`, with the votes of another on top."""
        parts = self.labels, self.words, self.letters, self.cues, self.bias, self.temperature
        return WordModel(*parts, added, counts)

    def log_odds(self, text: str) -> list[float]:
        """What all grams and cues of a text add up to for each label, before the temperature."""
        return self._sums(plain(text)).totals

    def _sums(self, text: str) -> "_Sums":
        tokens = tokens_of(text)
        cues = {f"[{name}]": span for name, span in cues_in(text).items()}
        grams = Counter(word_grams(tokens))
        names = dict.fromkeys(token.word for token in tokens)
        sums = _Sums(tokens, cues, [0.0] * len(self.labels), [], set())
        for model in (self, self.added) if self.added else (self,):
            model._add_to(sums, grams, names)
            sums.known.update(name for name in names if name in model.words)
        return sums

    def _add_to(self, sums: "_Sums", grams: Mapping[str, int], names: Iterable[str]) -> None:
        """Add this model's votes to the totals."""
        votes = [
            Vote(gram, 1 + math.log(count), row)
            for gram, count in grams.items()
            if (row := self.words.row(gram))
        ]
        length = math.sqrt(sum(vote.factor * vote.factor * vote.row[0] for vote in votes)) or 1.0
        votes = [Vote(gram, factor / length, row) for gram, factor, row in votes]
        cues = [(cue, self.cues[cue[1:-1]]) for cue in sums.cues if cue[1:-1] in self.cues]
        votes += [Vote(cue, CUE, (0.0, *weights)) for cue, weights in cues]
        sums.votes.extend(Vote(gram, factor * self.counts, row) for gram, factor, row in votes)
        scaled = [[factor * number for number in row] for _, factor, row in votes]
        columns = zip((0.0, *self.bias), (0.0, *self._letters_in(names)), *scaled, strict=True)
        for place, column in enumerate(columns, -1):
            if place >= 0:
                sums.totals[place] += self.counts * sum(column)

    def _letters_in(self, names: Iterable[str]) -> list[float]:
        """What the letters of all words add to each label, divided by the length of the whole."""
        found = [of_word for name in names if (of_word := self._of_word(name))]
        squares, *votes = map(sum, zip(*found, strict=True)) if found else [0.0] * (1 + len(self.labels))
        length = math.sqrt(squares) or 1.0
        return [vote / length for vote in votes]

    def _letters_of(self, word: str) -> Sequence[float]:
        """Square of the length, then the votes, of the letters of one word; empty when none is known."""
        rows = [row for gram in letter_grams(word) if (row := self.letters.row(gram))]
        return list(map(sum, zip(*rows, strict=True)))


def _softmax(totals: Sequence[float]) -> list[float]:
    top = max(totals)
    powers = [math.exp(total - top) for total in totals]
    return [power / sum(powers) for power in powers]
