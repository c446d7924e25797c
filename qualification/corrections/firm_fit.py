"""What a firm taught, as votes on top of the shipped word model. Only fitting takes numpy and scipy."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack, vstack

from qualification.fitting import Rows, counts_in, names_in
from qualification.grams import letter_grams, plain
from qualification.words import NEAREST, UNSEEN, WordModel

# Chosen on the learning curve of two shops' enquiries, 20 to 1,300 labels: how freely a correction is learnt,
# how much each enquiry of the seed holds against it, and how far a near text leans to what was often said.
STRENGTH, ANCHOR, LEANING = 30.0, 0.001, 1.0
# So many kinds more than one (by their entropy) are many.
MANY_KINDS = 1.5
# With this many corrections what the shipped model says counts half as much as at the beginning.
HALF_AT = 10
# The more is known of a firm's texts, the further what it taught reaches to texts that share little with
# them.
NEARER_BY, REACHING_AT = 4, 15
# However many wrong corrections there are: at most this share of the shipped enquiries is read otherwise,
# and one more in so many for each correction of many kinds, because a firm of another trade has reasons.
MOST_FLIPPED, ONE_MORE_IN = 0.03, 500
SHRINKING, SMALLEST = 0.85, 0.05
# From here on letters that only one text has are left out.
MANY = 300
MOST_STEPS = 60
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
    """The votes to add, and how much the shipped model's own still count beside them."""

    added: WordModel
    shipped_counts: float


class _Reach(NamedTuple):
    """What the base still counts near the taught texts, how far these reach (see WordModel), and the share of
    the shipped enquiries that they may turn.
    """

    counts: float
    near: float
    reach: float
    most_flipped: float


def _reach_of(taught: Sequence[Taught]) -> _Reach:
    """Corrections of many kinds tell of a firm's trade and reach far; many of one kind tell of that kind."""
    shares = [n / len(taught) for n in Counter(one.label for one in taught).values()]
    kinds = math.exp(-sum(share * math.log(share) for share in shares))
    told = len(taught) * min(1.0, (kinds - 1) / MANY_KINDS)
    return _Reach(
        1 / (1 + told / HALF_AT),
        NEAREST + told / NEARER_BY,
        1 - 1 / (1 + told / REACHING_AT),
        MOST_FLIPPED + told / ONE_MORE_IN,
    )


class _Task(NamedTuple):
    """Rows of the corrected texts, then of the seed; the log-odds before, the truth, how much each counts."""

    rows: Any
    before: Numbers
    truth: Numbers
    weights: Numbers
    temperature: float


def fit_added(base: WordModel, taught: Sequence[Taught], seed: tuple[list[str], list[str]]) -> Fitted:
    """The votes that make the base read the taught texts right and the shipped ones as before."""
    rows = _rows(base, taught, len(seed[0]))
    far = _reach_of(taught)
    task = _task(base, rows, taught, seed, far)
    votes, counts = _bounded(_solved(task), task, len(taught), _log_odds(base, seed[0]), far)
    added = rows.model(base.labels, votes[:-1].T, (LEANING * votes[-1]).tolist(), base.temperature)
    return Fitted(added.reaching(far.near, far.reach), counts)


def _rows(base: WordModel, taught: Sequence[Taught], seeds: int) -> Rows:
    """By the grams of the corrected texts, each as rare as it is in the seed and these together."""
    rows = Rows([plain(one.text) for one in taught], 2 if len(taught) >= MANY else 1)
    for grams, table in ((rows.words, base.words), (rows.letters, base.letters)):
        known = [table.row(gram) for gram in grams.names]
        in_seed = np.array([(1 + seeds) / np.exp(row[0] ** 0.5 - 1) - 1 if row else 0.0 for row in known])
        in_taught = (1 + len(taught)) / np.exp(grams.idf - 1) - 1
        grams.idf = np.log((1 + seeds + len(taught)) / (1 + in_seed + in_taught)) + 1
    return rows


def _task(
    base: WordModel, rows: Rows, taught: Sequence[Taught], seed: tuple[list[str], list[str]], reach: _Reach
) -> _Task:
    below = _Below(base, rows)
    texts, held = [plain(one.text) for one in taught], [plain(text) for text in seed[0]]
    per_label = Counter(one.label for one in taught)
    fair = [STRENGTH * len(taught) / len(per_label) / per_label[one.label] for one in taught]
    before = np.vstack([[base.log_odds(one.text) for one in taught], _log_odds(base, seed[0])])
    near: Numbers = np.hstack(
        [_nearness(below, texts, texts, 2, reach.near), _nearness(below, texts, held, 1, reach.near)]
    )
    parts = [_whole(below, rows, many, reach.reach) for many in (texts, held)]
    return _Task(
        hstack([vstack(parts), csr_matrix(LEANING * near[:, None])]).tocsr(),
        (1 - (1 - reach.counts) * near)[:, None] * before,
        np.array(
            [[float(label == one) for label in base.labels] for one in [t.label for t in taught] + seed[1]]
        ),
        np.array([*fair, *([STRENGTH * ANCHOR] * len(held))]),
        base.temperature,
    )


def _nearness(
    below: _Below, taught: Sequence[str], texts: Sequence[str], fewest: int, nearest: float
) -> Numbers:
    """How near the texts are to the taught ones: by grams that so many of these have, so that a taught text
    is as near as a like one will be that comes.
    """
    met = Counter(gram for text in taught for gram in counts_in(text))
    known = np.array(
        [below.known({g: n for g, n in counts_in(t).items() if met[g] >= fewest}) for t in texts]
    )
    whole = np.array([below.known(c := counts_in(t)) + below.rest(c) for t in texts])
    near: Numbers = np.minimum(1.0, nearest * known / np.where(whole == 0, 1.0, whole))
    return near


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


def _bounded(
    votes: Numbers, task: _Task, taught: int, shipped: Numbers, reach: _Reach
) -> tuple[Numbers, float]:
    """(the votes, what the base counts), both moved back to the base until few of the shipped enquiries that
    had been read right are read otherwise.
    """
    said, truth = task.rows[taught:] @ votes, task.truth[taught:].argmax(axis=1)
    was_right, lost = shipped.argmax(axis=1) == truth, task.before[taught:] - shipped
    factor = 1.0
    while factor > SMALLEST:
        now = (shipped + factor * (lost + said)).argmax(axis=1)
        if (was_right & (now != truth)).mean() <= reach.most_flipped:
            break
        factor *= SHRINKING
    factor = factor if factor > SMALLEST else 0.0
    return votes * factor, 1 - (1 - reach.counts) * factor
