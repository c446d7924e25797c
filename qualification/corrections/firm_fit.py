"""What a firm taught, as votes on top of the shipped word model. Only fitting takes numpy and scipy."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags, hstack, vstack
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from qualification.text.fitting import Rows, counts_in, names_in
from qualification.text.grams import letter_grams, plain
from qualification.text.words import OURS, UNSEEN, WordModel

# Chosen on the learning curve of two shops' enquiries, 20 to 1,300 labels: how freely a correction is learnt
# and how much each enquiry of the seed holds against it.
STRENGTH, ANCHOR = 50.0, 0.0006
# So many kinds more than one (by their entropy) are many.
MANY_KINDS = 1.5
# With so many texts that it had read wrong what the shipped model says counts half as much near them.
HALF_AT = 7
# The more is known of a firm's texts, the further a word of theirs reaches in texts that share little else.
REACHING_AT = 10
# How freely the texts of a firm are told from the seed; and how far below the middle between the two a text
# is still held for one of theirs: the more of theirs are known, the less is left open.
TELLING_APART = 10.0
OPEN, CLOSING, MOST_OPEN = 7.2, 0.7, 5.0
# However many wrong corrections there are: at most this share of the shipped enquiries is read otherwise,
# and one more in so many for each correction of many kinds, because a firm of another trade has reasons.
# Until then what is held for theirs is narrowed, step by step.
MOST_FLIPPED, ONE_MORE_IN = 0.03, 3_000
STEP, LEAST_OPEN = 0.5, -8.0
# From here on letters that only one text has are left out.
MANY = 300
MOST_STEPS = 60
# Log-odds of what is beyond doubt.
SURELY = 30.0
Numbers = NDArray[np.float64]


class Taught(NamedTuple):
    """A text and what it is."""

    text: str
    label: str


class _Below:
    """How long texts are by the grams of the corrected ones, and by the rest of their grams."""

    def __init__(self, base: WordModel, rows: Rows) -> None:
        self.base, self.places, self.idf = base, rows.words.places, rows.words.idf
        self.letters = rows.letters.places
        self.of_word = lru_cache(maxsize=None)(self._of_word)

    def known(self, grams: Mapping[str, int]) -> float:
        """The square of the length by what the corrected texts have."""
        held = ((self.places[gram], n) for gram, n in grams.items() if gram in self.places)
        return float(sum(((1 + math.log(n)) * self.idf[place]) ** 2 for place, n in held))

    def rest(self, grams: Mapping[str, int]) -> float:
        """The square of the length by what only the seed has, or nobody."""
        rest = [(n, self.base.words.row(gram)) for gram, n in grams.items() if gram not in self.places]
        return sum((1 + math.log(n)) ** 2 * (row[0] if row else UNSEEN) for n, row in rest)

    def letter_rest(self, names: Iterable[str]) -> float:
        """The same by the letters of these words."""
        return sum(self.of_word(name) for name in names)

    def _of_word(self, name: str) -> float:
        rest = [self.base.letters.row(gram) for gram in letter_grams(name) if gram not in self.letters]
        return sum(row[0] if row else UNSEEN for row in rest)


class Fitted(NamedTuple):
    """The votes to add, and how much near the taught texts the shipped ones still count beside them."""

    added: WordModel
    shipped_counts: float


class _Reach(NamedTuple):
    """What the base still counts near the taught texts, how far these reach (see WordModel), how open it is
    what texts are near, and the share of the shipped enquiries that they may turn.
    """

    counts: float
    reach: float
    opened: float
    most_flipped: float


def _reach_of(base: WordModel, taught: Sequence[Taught], shipped: Numbers) -> _Reach:
    """Corrections of many kinds tell of a trade and reach far; many of one kind tell of that kind. What
    the base had read right by itself is no reason to trust it less.
    """
    shares = [n / len(taught) for n in Counter(one.label for one in taught).values()]
    kinds = math.exp(-sum(share * math.log(share) for share in shares))
    read = [base.labels[place] for place in shipped.argmax(axis=1)]
    missed = sum(one.label != label for one, label in zip(taught, read, strict=True))
    told = missed * min(1.0, (kinds - 1) / MANY_KINDS)
    return _Reach(
        1 / (1 + told / HALF_AT),
        1 - 1 / (1 + told / REACHING_AT),
        min(MOST_OPEN, OPEN - CLOSING * math.log(len(taught))),
        MOST_FLIPPED + told / ONE_MORE_IN,
    )


class _Texts(NamedTuple):
    """The corrected texts, then those of the seed: their rows, what the base says of them, what they are."""

    rows: Any
    shipped: Numbers
    truth: Numbers
    taught: int


class _Task(NamedTuple):
    """The rows as they count, the log-odds before, the truth, how much each counts."""

    rows: Any
    before: Numbers
    truth: Numbers
    weights: Numbers
    temperature: float


def fit_added(base: WordModel, taught: Sequence[Taught], seed: tuple[list[str], list[str]]) -> Fitted:
    """The votes that make the base read the taught texts right, and others as before: on top of it a model of
    what texts are of the kind that was taught, and what these are.
    """
    shipped = np.array([base.log_odds(one.text) for one in taught])
    rows, reach = _rows(base, taught, len(seed[0])), _reach_of(base, taught, shipped)
    texts = _texts(base, rows, taught, seed, (reach.reach, shipped))
    kind = _kind_of(texts)
    votes = _solved(_task(base, texts, taught, expit(_theirs(texts, kind) + reach.opened), reach))
    opened = _bounded(votes, texts, _theirs(texts, kind), reach)
    weights = np.vstack([votes[:-1].T, kind.coef_])
    bias = [*votes[-1], kind.intercept_[0] + opened]
    added = rows.model([*base.labels, OURS], weights, bias, base.temperature)
    return Fitted(added.reaching(reach.reach), reach.counts)


def _kind_of(texts: _Texts) -> LogisticRegression:
    """Tells the texts of the firm from those of the seed."""
    theirs = np.arange(texts.rows.shape[0]) < texts.taught
    regression = LogisticRegression(C=TELLING_APART, class_weight="balanced", max_iter=200, tol=1e-3)
    return regression.fit(texts.rows, theirs)


def _theirs(texts: _Texts, kind: LogisticRegression) -> Numbers:
    """The log-odds that each text is one of theirs; a corrected one surely is."""
    odds: Numbers = kind.decision_function(texts.rows)
    odds[: texts.taught] = SURELY
    return odds


def _rows(base: WordModel, taught: Sequence[Taught], seeds: int) -> Rows:
    """By the grams of the corrected texts, each as rare as it is in the seed and these together."""
    rows = Rows([plain(one.text) for one in taught], 2 if len(taught) >= MANY else 1)
    for grams, table in ((rows.words, base.words), (rows.letters, base.letters)):
        known = [table.row(gram) for gram in grams.names]
        in_seed = np.array([(1 + seeds) / np.exp(row[0] ** 0.5 - 1) - 1 if row else 0.0 for row in known])
        in_taught = (1 + len(taught)) / np.exp(grams.idf - 1) - 1
        grams.idf = np.log((1 + seeds + len(taught)) / (1 + in_seed + in_taught)) + 1
    return rows


def _texts(
    base: WordModel,
    rows: Rows,
    taught: Sequence[Taught],
    seed: tuple[list[str], list[str]],
    known: tuple[float, Numbers],
) -> _Texts:
    """`known` is how far a word reaches, and what the base says of the corrected texts."""
    below, (reach, shipped) = _Below(base, rows), known
    parts = [[plain(one.text) for one in taught], [plain(text) for text in seed[0]]]
    labels = [one.label for one in taught] + seed[1]
    return _Texts(
        vstack([_whole(below, rows, part, reach) for part in parts]).tocsr(),
        np.vstack([shipped, _log_odds(base, seed[0])]),
        np.array([[float(label == one) for one in base.labels] for label in labels]),
        len(taught),
    )


def _task(base: WordModel, texts: _Texts, taught: Sequence[Taught], near: Numbers, reach: _Reach) -> _Task:
    """What is to be learnt, each text counting by how near it is; each label the same."""
    per_label = Counter(one.label for one in taught)
    fair = [STRENGTH * len(taught) / len(per_label) / per_label[one.label] for one in taught]
    held = len(near) - len(taught)
    return _Task(
        hstack([diags(near) @ texts.rows, csr_matrix(near[:, None])]).tocsr(),
        _left(texts, near, reach),
        texts.truth,
        np.array([*fair, *([STRENGTH * ANCHOR] * held)]),
        base.temperature,
    )


def _left(texts: _Texts, near: Numbers, reach: _Reach) -> Numbers:
    """What is left of the base's votes."""
    left: Numbers = (1 - (1 - reach.counts) * near)[:, None] * texts.shipped
    return left


def _whole(below: _Below, rows: Rows, texts: Sequence[str], reach: float) -> Any:
    """Rows by the length of the whole text, also of what no corrected text has."""
    words = np.array([below.rest(counts_in(text)) for text in texts])
    letters = np.array([below.letter_rest(names_in(text)) for text in texts])
    return rows.of(texts, words, letters, reach)


_of_seed: dict[int, Numbers] = {}


def _log_odds(base: WordModel, texts: Sequence[str]) -> Numbers:
    """What the shipped model says of its own seed; kept, because it does not change."""
    if id(base) not in _of_seed:
        _of_seed.clear()
        _of_seed[id(base)] = np.array([base.log_odds(text) for text in texts])
    return _of_seed[id(base)]


def _solved(task: _Task) -> Numbers:
    """Multinomial logistic regression with what the base says as its offset."""
    shape = (task.rows.shape[1], task.truth.shape[1])

    def loss(flat: Numbers) -> tuple[float, Numbers]:
        votes = flat.reshape(shape)
        odds = (task.before + task.rows @ votes) / task.temperature
        odds -= odds.max(axis=1, keepdims=True)
        logs = odds - np.log(np.exp(odds).sum(axis=1, keepdims=True))
        missed = task.weights[:, None] * (np.exp(logs) - task.truth) / task.temperature
        value = 0.5 * (votes * votes).sum() - (task.weights * (logs * task.truth).sum(axis=1)).sum()
        return float(value), (task.rows.T @ missed + votes).ravel()

    start = np.zeros(shape).ravel()
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": MOST_STEPS})
    solved: Numbers = found.x.reshape(shape)
    return solved


def _bounded(votes: Numbers, texts: _Texts, theirs: Numbers, reach: _Reach) -> float:
    """How open it may be what texts are near, so that few of the shipped enquiries that had been read right
    are read otherwise.
    """
    said, truth = texts.rows @ votes[:-1] + votes[-1], texts.truth.argmax(axis=1)
    was_right = texts.shipped.argmax(axis=1) == truth
    was_right[: texts.taught] = False
    opened = reach.opened
    while opened > LEAST_OPEN:
        near = expit(theirs + opened)
        now = (_left(texts, near, reach) + near[:, None] * said).argmax(axis=1)
        if (was_right & (now != truth)).sum() <= reach.most_flipped * (len(truth) - texts.taught):
            break
        opened -= STEP
    return opened
