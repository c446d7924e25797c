"""A text classifier in plain Python, fitted by scikit-learn: TF-IDF of words (1–2) and letters (2–5), and
cues, in a logistic regression. Fitting takes sklearn and some seconds; reading a text takes neither numpy nor
more than a few milliseconds. A fitted one is plain JSON.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, NamedTuple

from qualification.cues import cue_names, cues_in

_TOKEN = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")
_SPACE = re.compile(r"\s\s+")
LONGEST_TEXT = 2000
Weights = dict[str, list[float]]
# How much a cue counts beside a text of length 1 (out-of-fold on the seed 0.3 to 0.5 are alike).
CUE = 0.3


class Judged(NamedTuple):
    """Chance of each label, what each word, pair of words or cue added to each label, the share of known
    words, and where each of them stands first in the text.
    """

    chances: dict[str, float]
    words: dict[str, list[float]]
    known: float
    places: dict[str, tuple[int, int]]


class WordModel:
    """Each known gram has [idf, weight per label…], words apart from letters, each cue its weights;
    `temperature` divides the log-odds so that a promised chance is kept.
    """

    def __init__(
        self,
        labels: Sequence[str],
        words: Weights,
        letters: Weights,
        cues: Weights,
        bias: Sequence[float],
        temperature: float = 1.0,
    ) -> None:
        self.labels, self.bias, self.temperature = list(labels), list(bias), temperature
        self._words, self._letters, self._cues = words, letters, cues

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "WordModel":
        parts = ("labels", "words", "letters", "cues", "bias", "temperature")
        return cls(*(saved[part] for part in parts))

    def to_json(self) -> dict[str, Any]:
        return {
            "labels": self.labels,
            "words": self._words,
            "letters": self._letters,
            "cues": self._cues,
            "bias": self.bias,
            "temperature": self.temperature,
        }

    def judge(self, text: str) -> Judged:
        """Read one text; only its first 2,000 characters count."""
        text = plain(text)
        tokens = [(found.group(), found.start(), found.end()) for found in _TOKEN.finditer(text)]
        cues = {f"[{name}]": span for name, span in cues_in(text).items() if name in self._cues}
        text = _NUMBER.sub("0", text)
        shares = {
            gram: [value * weight for weight in self._words[gram][1:]]
            for gram, value in _scaled(self._words, _word_grams(text)).items()
        }
        shares |= {cue: [CUE * weight for weight in self._cues[cue[1:-1]]] for cue in cues}
        totals = [float(sum(column)) for column in zip(self.bias, *shares.values(), strict=True)]
        for gram, value in _scaled(self._letters, _letter_grams(text)).items():
            for place, weight in enumerate(self._letters[gram][1:]):
                totals[place] += value * weight
        chances = _softmax([total / self.temperature for total in totals])
        known = sum(_NUMBER.sub("0", token) in self._words for token, _, _ in tokens) / max(2, len(tokens))
        return Judged(dict(zip(self.labels, chances, strict=True)), shares, known, _places(tokens) | cues)


def plain(text: str) -> str:
    """What counts of a text: its first 2,000 characters in small letters, each still in its place."""
    text = text[:LONGEST_TEXT]
    lowered = text.lower()
    return (
        lowered
        if len(lowered) == len(text)
        else "".join(c if len(c.lower()) > 1 else c.lower() for c in text)
    )


def _places(tokens: Sequence[tuple[str, int, int]]) -> dict[str, tuple[int, int]]:
    places: dict[str, tuple[int, int]] = {}
    named = [(_NUMBER.sub("0", token), start, end) for token, start, end in tokens]
    for token, start, end in named:
        places.setdefault(token, (start, end))
    for (one, start, _), (two, _, end) in pairwise(named):
        places.setdefault(f"{one} {two}", (start, end))
    return places


def _scaled(weights: Weights, grams: Iterable[str]) -> dict[str, float]:
    """Known gram → its weight in this text: sublinear count × idf, divided by the length of the whole."""
    counts = Counter(gram for gram in grams if gram in weights)
    known = {gram: (1 + math.log(n)) * weights[gram][0] for gram, n in counts.items()}
    length = math.sqrt(sum(value * value for value in known.values())) or 1.0
    return {gram: value / length for gram, value in known.items()}


def fit_words(
    texts: Sequence[str],
    labels: Sequence[str],
    strength: float = 10.0,
    weights: Sequence[float] | None = None,
    temperature: float = 1.0,
) -> WordModel:
    """Fit on labelled texts, each with its weight (1 by default); the same input gives the same model."""
    # scikit-learn costs a second to import: only the process that fits pays for it.
    from scipy.sparse import hstack  # noqa: PLC0415 - reason: 1 s to import
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - reason: 1 s to import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - reason: 1 s to import

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_TOKEN.pattern)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    read = [plain(text) for text in texts]
    lowered = [_NUMBER.sub("0", text) for text in read]
    matrix = hstack([words.fit_transform(lowered), letters.fit_transform(lowered), cue_rows(read)]).tocsr()
    regression = LogisticRegression(C=strength, class_weight="balanced", max_iter=300, tol=1e-3).fit(
        matrix, labels, sample_weight=weights
    )
    weights_of, cut = regression.coef_, len(words.vocabulary_)
    end = cut + len(letters.vocabulary_)
    cues = {name: list(map(float, weights_of[:, end + place])) for place, name in enumerate(cue_names())}
    return WordModel(
        [str(label) for label in regression.classes_],
        _weights_of(words, weights_of[:, :cut]),
        _weights_of(letters, weights_of[:, cut:end]),
        cues,
        [float(value) for value in regression.intercept_],
        temperature,
    )


def cue_rows(texts: Sequence[str]) -> list[list[float]]:
    """A row for each text: CUE where the cue is in it, in the order of `cue_names`."""
    return [[CUE if name in found else 0.0 for name in cue_names()] for found in map(cues_in, texts)]


def _weights_of(vectorizer: Any, weights: Any) -> Weights:
    return {
        gram: [float(vectorizer.idf_[place]), *map(float, weights[:, place])]
        for gram, place in vectorizer.vocabulary_.items()
    }


def _word_grams(text: str) -> Iterator[str]:
    tokens = _TOKEN.findall(text)
    yield from tokens
    yield from map(" ".join, pairwise(tokens))


def _letter_grams(text: str) -> Iterator[str]:
    """Letters inside words with a blank at both ends, as scikit-learn's `char_wb` counts them."""
    return chain.from_iterable(map(_grams_of_word, _SPACE.sub(" ", text).split()))


@lru_cache(maxsize=20_000)
def _grams_of_word(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    grams: list[str] = []
    for size in range(2, 6):
        last = len(padded) - size
        grams += [padded[start : start + size] for start in range(max(last, 0) + 1)]
        if last <= 0:
            break
    return tuple(grams)


def _softmax(totals: Sequence[float]) -> list[float]:
    top = max(totals)
    powers = [math.exp(total - top) for total in totals]
    return [power / sum(powers) for power in powers]
