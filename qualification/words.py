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
from qualification.grams import Token, letter_grams, names_of, places, plain, tokens_of, word_grams

# How much a cue counts beside a text of length 1 (on shops' enquiries 0.2 is better than 0.3 and 0.1).
CUE = 0.2
# idf² of a gram that nobody has met, among some thousand texts.
UNSEEN = 85.0
# What an added model may say of texts that share little with what it has met: a text of which half is known
# is as near as can be (and by its `reach`, 0 to 1, a known word counts as if it were all of the text).
NEAREST = 2.0
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
        self.near, self.reach = NEAREST, 0.0
        self.below: WordModel | None = None
        self.words, self.letters, self.cues = words, letters, dict(cues)
        self._of_word = lru_cache(maxsize=20_000)(self._letters_of)

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "WordModel":
        tables = Table.from_json(saved["words"]), Table.from_json(saved["letters"])
        model = cls(saved["labels"], *tables, saved["cues"], saved["bias"], saved["temperature"])
        return model.reaching(*saved["reach"])

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": self.labels,
            "words": self.words.to_json(),
            "letters": self.letters.to_json(),
            "cues": self.cues,
            "bias": self.bias,
            "temperature": self.temperature,
            "reach": [self.near, self.reach],
        }

    def judge(self, text: str) -> Judged:
        """Read one text; only its first 200 words count."""
        found = self._sums(plain(text))
        chances = _softmax([total / self.temperature for total in found.totals])
        share = sum(token.word in found.known for token in found.tokens) / max(2, len(found.tokens))
        placed = places(found.tokens) | found.cues
        return Judged(dict(zip(self.labels, chances, strict=True)), found.votes, share, placed)

    def reaching(self, near: float, reach: float) -> "WordModel":
        """The same, that reaches so far as an added one."""
        self.near, self.reach = near, reach
        return self

    def plus(self, added: "WordModel", counts: float = 1.0) -> "WordModel":
        """This model, its votes counting `counts`, with the votes of another on top."""
        added.below = self
        parts = self.labels, self.words, self.letters, self.cues, self.bias, self.temperature
        return WordModel(*parts, added, counts)

    def log_odds(self, text: str) -> list[float]:
        """What all grams and cues of a text add up to for each label, before the temperature."""
        return self._sums(plain(text)).totals

    def _sums(self, text: str) -> "_Sums":
        tokens = tokens_of(text)
        cues = {f"[{name}]": span for name, span in cues_in(text).items()}
        grams = Counter(word_grams(tokens))
        names = names_of(tokens)
        sums = _Sums(
            tokens, cues, [0.0] * len(self.labels), [], {name for name in names if name in self.words}
        )
        if self.added is None:
            self._vote(sums, grams, names)
            return sums
        near = self.added.nearness(grams)
        self._vote(sums, grams, names, counts=1 - (1 - self.counts) * near)
        self.added._vote(sums, grams, names, leaning=near)
        sums.known.update(name for name in names if name in self.added.words)
        return sums

    def nearness(self, grams: Mapping[str, int]) -> float:
        """How much of a text (0 to 1) is made of words and pairs that this added model has met."""
        known, rest = self.mass(grams), self._rest(grams)
        return min(1.0, self.near * known / (known + rest)) if known else 0.0

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

    def _vote(
        self,
        sums: "_Sums",
        grams: Mapping[str, int],
        names: Iterable[str],
        counts: float = 1.0,
        leaning: float = 1.0,
    ) -> None:
        """Add this model's votes, each counting `counts` (and its bias `leaning` of that), to the totals. A
        text is as long as what is known of it; for a model on top of another as the whole of it, so that what
        shares little is hardly touched.
        """
        votes = [
            Vote(gram, 1 + math.log(n), row) for gram, n in grams.items() if (row := self.words.row(gram))
        ]
        own = sum(vote.factor**2 * vote.row[0] for vote in votes)
        length = self._length(own, self._rest(grams)) / counts
        votes = [Vote(gram, factor / length, row) for gram, factor, row in votes]
        cues = [(cue, self.cues[cue[1:-1]]) for cue in sums.cues if cue[1:-1] in self.cues]
        votes += [Vote(cue, CUE * counts, (0.0, *weights)) for cue, weights in cues]
        sums.votes.extend(votes)
        scaled = [[factor * number for number in row[1:]] for _, factor, row in votes]
        bias = [counts * leaning * number for number in self.bias]
        letters = [counts * number for number in self._letters_in(names)]
        for place, column in enumerate(zip(bias, letters, *scaled, strict=True)):
            sums.totals[place] += sum(column)

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


def _softmax(totals: Sequence[float]) -> list[float]:
    top = max(totals)
    powers = [math.exp(total - top) for total in totals]
    return [power / sum(powers) for power in powers]
