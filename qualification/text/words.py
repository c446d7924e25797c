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

from qualification.text.cues import cues_in
from qualification.text.grams import Token, letter_grams, names_of, places, plain, tokens_of, word_grams

# How much a cue counts beside a text of length 1 (on shops' enquiries 0.2 is better than 0.3 and 0.1).
CUE = 0.2
# idf² of a gram that nobody has met, among some thousand texts.
UNSEEN = 85.0
# The last column of what a firm taught: is a text of the kind that was taught?
OURS = "ours"
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


class _Text(NamedTuple):
    """What a text is counted by."""

    tokens: list[Token]
    cues: Places
    grams: Mapping[str, int]
    names: Iterable[str]


class _Said(NamedTuple):
    """What a model says of a text: each vote, and what they add up to for each of its labels."""

    votes: list[Vote]
    totals: list[float]

    def times(self, factor: float) -> "_Said":
        """The same, counting so much."""
        votes = [Vote(gram, factor * by, row) for gram, by, row in self.votes]
        return _Said(votes, [factor * total for total in self.totals])


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
    """`temperature` divides the log-odds so that a promised chance is kept; `added` is what a firm taught: a
    model of the same labels and of `OURS`, the log-odds that a text is of the kind that was taught. By that
    share its votes are added, and there the own votes count no more than `counts`; a text of another kind
    is read as before. `reach` (0 to 1) says how far a known word counts as if it were all of the text.
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
        self.added, self.counts, self.reach = added, counts, 0.0
        self.below: WordModel | None = None
        self.words, self.letters, self.cues = words, letters, dict(cues)
        self._of_word = lru_cache(maxsize=20_000)(self._letters_of)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "WordModel":
        tables = Table.from_json(saved["words"]), Table.from_json(saved["letters"])
        model = cls(saved["labels"], *tables, saved["cues"], saved["bias"], saved["temperature"])
        return model.reaching(saved["reach"])

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": self.labels,
            "words": self.words.to_json(),
            "letters": self.letters.to_json(),
            "cues": self.cues,
            "bias": self.bias,
            "temperature": self.temperature,
            "reach": self.reach,
        }

    def judge(self, text: str) -> Judged:
        """Read one text; only its first 200 words count."""
        counted = _counted(plain(text))
        said = self._read(counted)
        chances = _softmax([total / self.temperature for total in said.totals])
        share = sum(self._knows(token.word) for token in counted.tokens) / max(2, len(counted.tokens))
        placed = places(counted.tokens) | counted.cues
        return Judged(dict(zip(self.labels, chances, strict=True)), said.votes, share, placed)

    def reaching(self, reach: float) -> "WordModel":
        """The same, that reaches so far as an added one."""
        self.reach = reach
        return self

    def plus(self, added: "WordModel", counts: float = 1.0) -> "WordModel":
        """This model with what a firm taught on top; near that its own votes count `counts`."""
        added.below = self
        parts = self.labels, self.words, self.letters, self.cues, self.bias, self.temperature
        return WordModel(*parts, added, counts)

    def log_odds(self, text: str) -> list[float]:
        """What all grams and cues of a text add up to for each label, before the temperature."""
        return self._read(_counted(plain(text))).totals

    def _knows(self, word: str) -> bool:
        return word in self.words or (self.added is not None and word in self.added.words)

    def _read(self, text: _Text) -> _Said:
        own = self._say(text)
        if self.added is None:
            return own
        taught = self.added._say(text)
        near = 1 / (1 + math.exp(-taught.totals.pop()))
        own, taught = own.times(1 - (1 - self.counts) * near), taught.times(near)
        votes = own.votes + [Vote(gram, by, row[:-1]) for gram, by, row in taught.votes]
        return _Said(votes, [one + more for one, more in zip(own.totals, taught.totals, strict=True)])

    def mass(self, grams: Mapping[str, int]) -> float:
        """The square of the length of a text by the words that are known."""
        rows = ((count, self.words.row(gram)) for gram, count in grams.items())
        return sum((1 + math.log(count)) ** 2 * row[0] for count, row in rows if row)

    def _rest(self, grams: Mapping[str, int]) -> float:
        """The same by those that only the model below knows, or nobody: these are as rare as can be."""
        if self.below is None:
            return 0.0
        rest = {gram: count for gram, count in grams.items() if gram not in self.words}
        unseen = [count for gram, count in rest.items() if gram not in self.below.words]
        return self.below.mass(rest) + UNSEEN * sum((1 + math.log(count)) ** 2 for count in unseen)

    def _say(self, text: _Text) -> _Said:
        """This model's votes and their sum. A text is as long as what is known of it; for a model on top of
        another more or less as the whole of it, by its `reach`.
        """
        known = [(n, gram, row) for gram, n in text.grams.items() if (row := self.words.row(gram))]
        votes = [Vote(gram, 1 + math.log(n), row) for n, gram, row in known]
        length = self._length(sum(vote.factor**2 * vote.row[0] for vote in votes), self._rest(text.grams))
        votes = [Vote(gram, factor / length, row) for gram, factor, row in votes]
        cues = [(cue, self.cues[cue[1:-1]]) for cue in text.cues if cue[1:-1] in self.cues]
        votes += [Vote(cue, CUE, (0.0, *weights)) for cue, weights in cues]
        scaled = [[factor * number for number in row[1:]] for _, factor, row in votes]
        sums = zip(self.bias, self._letters_in(text.names), *scaled, strict=True)
        return _Said(votes, [sum(column) for column in sums])

    def _letters_in(self, names: Iterable[str]) -> list[float]:
        """What the letters of all words add to each label, divided by the length of the whole."""
        found = [self._of_word(name) for name in names]
        squares, rest, *votes = (
            map(sum, zip(*found, strict=True)) if found else [0.0] * (2 + len(self.labels))
        )
        length = self._length(squares, rest)
        return [vote / length for vote in votes]

    def _length(self, known: float, rest: float) -> float:
        return math.sqrt(known**self.reach * (known + rest) ** (1 - self.reach)) or 1.0

    def _letters_of(self, word: str) -> Sequence[float]:
        """Square of the length by what is known and by the rest, then the votes, of the letters of a word."""
        grams = letter_grams(word)
        rows = [row for gram in grams if (row := self.letters.row(gram))]
        rest = self._letter_rest(grams) if self.below else 0.0
        if not rows:
            return (0.0, rest, *[0.0] * len(self.labels))
        squares, *votes = map(sum, zip(*rows, strict=True))
        return (squares, rest, *votes)

    def _letter_rest(self, grams: Iterable[str]) -> float:
        below = self.below.letters if self.below else self.letters
        return sum((row[0] if (row := below.row(g)) else UNSEEN) for g in grams if g not in self.letters)


def _counted(text: str) -> _Text:
    tokens = tokens_of(text)
    cues = {f"[{name}]": span for name, span in cues_in(text).items()}
    return _Text(tokens, cues, Counter(word_grams(tokens)), names_of(tokens))


def _softmax(totals: Sequence[float]) -> list[float]:
    top = max(totals)
    powers = [math.exp(total - top) for total in totals]
    return [power / sum(powers) for power in powers]
