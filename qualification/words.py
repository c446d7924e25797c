"""A text classifier in plain Python, fitted by scikit-learn: TF-IDF of words (1–2) and letters (2–5),
logistic regression. Fitting takes sklearn and under two seconds; reading a text takes neither numpy nor
more than a few milliseconds. A fitted one is plain JSON.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, NamedTuple

_TOKEN = re.compile(r"\b\w\w+\b")
_SPACE = re.compile(r"\s\s+")
LONGEST_TEXT = 2000
Weights = dict[str, list[float]]


class Judged(NamedTuple):
    """Chance of each label, what each word or pair of words added to each label, and the share of known
    words.
    """

    chances: dict[str, float]
    words: dict[str, list[float]]
    known: float


class WordModel:
    """`grams` maps each known gram to [idf, weight per label…], words apart from letters."""

    def __init__(
        self, labels: Sequence[str], words: Weights, letters: Weights, bias: Sequence[float]
    ) -> None:
        self.labels, self.bias = list(labels), list(bias)
        self._words, self._letters = words, letters

    @classmethod
    def from_json(cls, saved: Mapping[str, Any]) -> "WordModel":
        return cls(saved["labels"], saved["words"], saved["letters"], saved["bias"])

    def to_json(self) -> dict[str, Any]:
        return {"labels": self.labels, "words": self._words, "letters": self._letters, "bias": self.bias}

    def judge(self, text: str) -> Judged:
        """Read one text; only its first 2,000 characters count."""
        text = text[:LONGEST_TEXT].lower()
        shares = {
            gram: [value * weight for weight in self._words[gram][1:]]
            for gram, value in _scaled(self._words, _word_grams(text)).items()
        }
        totals = [float(sum(column)) for column in zip(self.bias, *shares.values(), strict=True)]
        for gram, value in _scaled(self._letters, _letter_grams(text)).items():
            for place, weight in enumerate(self._letters[gram][1:]):
                totals[place] += value * weight
        tokens = _TOKEN.findall(text)
        known = sum(token in self._words for token in tokens) / max(2, len(tokens))
        return Judged(dict(zip(self.labels, _softmax(totals), strict=True)), shares, known)


def _scaled(weights: Weights, grams: Iterable[str]) -> dict[str, float]:
    """Known gram → its weight in this text: sublinear count × idf, divided by the length of the whole."""
    counts = Counter(gram for gram in grams if gram in weights)
    known = {gram: (1 + math.log(n)) * weights[gram][0] for gram, n in counts.items()}
    length = math.sqrt(sum(value * value for value in known.values())) or 1.0
    return {gram: value / length for gram, value in known.items()}


def fit_words(texts: Sequence[str], labels: Sequence[str], strength: float = 10.0) -> WordModel:
    """Fit on labelled texts; the same input gives the same model."""
    # scikit-learn costs a second to import: only the process that fits pays for it.
    from scipy.sparse import hstack  # noqa: PLC0415 - reason: 1 s to import
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - reason: 1 s to import
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - reason: 1 s to import

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3)
    lowered = [text[:LONGEST_TEXT].lower() for text in texts]
    matrix = hstack([words.fit_transform(lowered), letters.fit_transform(lowered)]).tocsr()
    regression = LogisticRegression(C=strength, class_weight="balanced", max_iter=300, tol=1e-3).fit(
        matrix, labels
    )
    cut = len(words.vocabulary_)
    return WordModel(
        [str(label) for label in regression.classes_],
        _weights_of(words, regression.coef_[:, :cut]),
        _weights_of(letters, regression.coef_[:, cut:]),
        [float(value) for value in regression.intercept_],
    )


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
