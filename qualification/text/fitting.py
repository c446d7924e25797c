"""How a word model is fitted. numpy, scipy and scikit-learn cost a second to import: only the process that
fits imports this module.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression

from qualification.text.cues import cue_names, cues_in
from qualification.text.grams import letter_grams, names_of, plain, tokens_of, word_grams
from qualification.text.words import CUE, Table, WordModel

Counts = dict[str, float]
Lengths = NDArray[np.float64] | None
# How much words count beside letters (on shops' enquiries 0.5 to 1 are alike).
WORDS = 0.85
# What a text is counted by is kept: the seed is counted in every fold of every fit.
MOST_KEPT = 8_000


class Grams:
    """The grams of some texts with their idf, and the rows that a text becomes by them."""

    def __init__(self, counted: Sequence[Counts], fewest: int = 1) -> None:
        met = Counter(gram for counts in counted for gram in counts)
        self.names = sorted(gram for gram, texts in met.items() if texts >= fewest)
        self.places = {gram: place for place, gram in enumerate(self.names)}
        self.idf = np.array([math.log((1 + len(counted)) / (1 + met[gram])) + 1 for gram in self.names])

    def values(self, counted: Sequence[Counts]) -> Any:
        """A row for each text: its counts × idf."""
        starts, places, values = [0], list[int](), list[float]()
        for counts in counted:
            known = [(self.places[gram], value) for gram, value in counts.items() if gram in self.places]
            places += [place for place, _ in known]
            values += [value for _, value in known]
            starts.append(len(places))
        matrix = csr_matrix((values, places, starts), shape=(len(counted), len(self.names)))
        return matrix @ diags(self.idf)


class Rows:
    """What texts (plain ones) become by their words, letters and cues; `fewest` texts have to hold a gram of
    letters.
    """

    def __init__(self, texts: Sequence[str], fewest: int = 2) -> None:
        self.words = Grams([words_in(text) for text in texts])
        self.letters = Grams([letters_in(names_in(text)) for text in texts], fewest)

    def of(
        self, texts: Sequence[str], words: Lengths = None, letters: Lengths = None, reach: float = 1.0
    ) -> Any:
        """A row for each text, its words and letters divided by their lengths: their own, or by what lies
        between them and these lengths of the whole.
        """
        by_word = self.words.values([words_in(text) for text in texts])
        by_letter, own = letter_sums(self.letters, [names_in(text) for text in texts])
        by_word = WORDS * divided(by_word, _between(lengths_of(by_word), words, reach))
        by_letter = divided(by_letter, _between(own, letters, reach))
        return hstack([by_word, by_letter, cue_rows(texts)]).tocsr()

    def model(
        self, labels: Sequence[str], weights: NDArray[np.float64], bias: Sequence[float], temperature: float
    ) -> WordModel:
        """The reader with these weights (labels × columns)."""
        cut, end = len(self.words.names), len(self.words.names) + len(self.letters.names)
        return WordModel(
            labels,
            table_of(self.words, WORDS * weights[:, :cut]),
            table_of(self.letters, weights[:, cut:end]),
            {name: list(map(float, weights[:, end + place])) for place, name in enumerate(cue_names())},
            [float(value) for value in bias],
            temperature,
        )


def fit_words(
    texts: Sequence[str], labels: Sequence[str], strength: float = 10.0, temperature: float = 1.0
) -> WordModel:
    """Fit on labelled texts; the same input gives the same model."""
    read = [plain(text) for text in texts]
    rows = Rows(read)
    regression = LogisticRegression(C=strength, class_weight="balanced", max_iter=300, tol=1e-3)
    regression.fit(rows.of(read), labels)
    named = [str(label) for label in regression.classes_]
    return rows.model(named, regression.coef_, regression.intercept_, temperature)


@lru_cache(maxsize=MOST_KEPT)
def names_in(text: str) -> dict[str, None]:
    """The different words of a plain text whose letters are read."""
    return names_of(tokens_of(text))


@lru_cache(maxsize=MOST_KEPT)
def counts_in(text: str) -> dict[str, int]:
    """How often each word, pair and denied word is in a plain text."""
    return Counter(word_grams(tokens_of(text)))


def words_in(text: str) -> Counts:
    """The same, sublinear."""
    return {gram: 1 + math.log(n) for gram, n in counts_in(text).items()}


def letters_in(names: Iterable[str]) -> Counts:
    """The letter grams of these words, each once."""
    return dict.fromkeys((gram for name in names for gram in letter_grams(name)), 1.0)


def letter_sums(letters: Grams, names: Sequence[dict[str, None]]) -> tuple[Any, NDArray[np.float64]]:
    """(the letters of the different words of each text, the root of the sum of squares of each word): so a
    word adds the same in every text.
    """
    known = sorted({name for many in names for name in many})
    per_word = letters.values([letters_in([name]) for name in known])
    places = {name: place for place, name in enumerate(known)}
    starts = np.cumsum([0, *map(len, names)])
    held = [places[name] for many in names for name in many]
    of_text = csr_matrix((np.ones(len(held)), held, starts), shape=(len(names), len(known)))
    return of_text @ per_word, np.sqrt(of_text @ lengths_of(per_word) ** 2)


def lengths_of(matrix: Any) -> NDArray[np.float64]:
    """The length of each row."""
    return np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())


def _between(own: NDArray[np.float64], rest: Lengths, reach: float) -> NDArray[np.float64]:
    return own if rest is None else own**reach * np.sqrt(own**2 + rest) ** (1 - reach)


def divided(matrix: Any, lengths: NDArray[np.float64]) -> Any:
    """Each row divided by its length."""
    return diags(1 / np.where(lengths == 0, 1.0, lengths)) @ matrix


def cue_rows(texts: Sequence[str]) -> Any:
    """A row for each plain text: CUE where the cue is in it, in the order of `cue_names`."""
    return csr_matrix([_cue_row(text) for text in texts])


@lru_cache(maxsize=MOST_KEPT)
def _cue_row(text: str) -> tuple[float, ...]:
    found = cues_in(text)
    return tuple(CUE if name in found else 0.0 for name in cue_names())


def table_of(grams: Grams, weights: NDArray[np.float64]) -> Table:
    """Grams with the square of their idf and their weights (labels × grams) × idf."""
    numbers = np.vstack([grams.idf**2, weights * grams.idf]).T
    return Table(grams.names, numbers.ravel().tolist(), numbers.shape[1])
