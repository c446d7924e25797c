"""What a firm taught, as votes on top of the shipped word model. Only fitting takes numpy and scipy."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, hstack, vstack

from qualification.fitting import Grams, Rows
from qualification.grams import plain
from qualification.words import Table, WordModel

# Chosen on the learning curve of two shops' enquiries, 20 to 1,300 labels: how freely a correction is learnt,
# how much each enquiry of the seed holds against it, and how far all corrections may lean to one label.
STRENGTH, ANCHOR, LEANING = 30.0, 0.001, 0.7
# With this many corrections what the shipped model says counts half as much as at the beginning.
HALF_AT = 10
# However many wrong corrections there are: at most this share of the shipped enquiries is read otherwise.
MOST_FLIPPED = 0.05
SHRINKING, SMALLEST = 0.7, 0.05
# From here on letters that only one text has are left out.
MANY = 300
MOST_STEPS = 60
Numbers = NDArray[np.float64]


class Taught(NamedTuple):
    """A text and what it is."""

    text: str
    label: str


class Fitted(NamedTuple):
    """The votes to add, and how much the shipped model's own still count beside them."""

    added: WordModel
    shipped_counts: float


class _Task(NamedTuple):
    """Rows of the corrected texts, then of the seed; the log-odds before, the truth, how much each counts."""

    rows: Any
    before: Numbers
    truth: Numbers
    weights: Numbers
    temperature: float


def fit_added(base: WordModel, taught: Sequence[Taught], seed: tuple[list[str], list[str]]) -> Fitted:
    """The votes that make the base read the taught texts right and the shipped ones as before."""
    counts = 1 / (1 + len(taught) / HALF_AT)
    rows = _rows(base, taught, len(seed[0]))
    task = _task(base, rows, taught, seed, counts)
    votes = _bounded(_solved(task), task, len(taught), _log_odds(base, seed[0]))
    bias = [float(value * LEANING) for value in votes[-1]]
    return Fitted(rows.model(base.labels, votes[:-1].T, bias, base.temperature), counts)


def _rows(base: WordModel, taught: Sequence[Taught], seeds: int) -> Rows:
    """By the grams of the corrected texts; one that the seed knows keeps its share of rarity."""
    rows = Rows([plain(one.text) for one in taught], 2 if len(taught) >= MANY else 1)
    for grams, table in ((rows.words, base.words), (rows.letters, base.letters)):
        grams.idf = _joint_idf(grams, table, len(taught), seeds)
    return rows


def _task(
    base: WordModel, rows: Rows, taught: Sequence[Taught], seed: tuple[list[str], list[str]], counts: float
) -> _Task:
    texts, held = [plain(one.text) for one in taught], [plain(text) for text in seed[0]]
    per_label = Counter(one.label for one in taught)
    fair = [STRENGTH * len(taught) / len(per_label) / per_label[one.label] for one in taught]
    return _Task(
        vstack([_leaning(rows.of(texts)), _leaning(rows.of(held))]).tocsr(),
        counts * np.vstack([[base.log_odds(one.text) for one in taught], _log_odds(base, seed[0])]),
        np.array(
            [[float(label == one) for label in base.labels] for one in [t.label for t in taught] + seed[1]]
        ),
        np.array([*fair, *([STRENGTH * ANCHOR] * len(held))]),
        base.temperature,
    )


def _leaning(rows: Any) -> Any:
    """One more column that is the same in every row."""
    return hstack([rows, csr_matrix(np.full((rows.shape[0], 1), LEANING))])


_of_seed: dict[int, Numbers] = {}


def _log_odds(base: WordModel, texts: Sequence[str]) -> Numbers:
    """What the shipped model says of its own seed; kept, because it does not change."""
    if id(base) not in _of_seed:
        _of_seed.clear()
        _of_seed[id(base)] = np.array([base.log_odds(text) for text in texts])
    return _of_seed[id(base)]


def _joint_idf(grams: Grams, table: Table, taught: int, seeds: int) -> Numbers:
    """How rare a gram is in the seed and the corrected texts together."""
    rows = [table.row(gram) for gram in grams.names]
    in_seed = np.array([(1 + seeds) / np.exp(row[0] ** 0.5 - 1) - 1 if row else 0.0 for row in rows])
    in_taught = (1 + taught) / np.exp(grams.idf - 1) - 1
    joint: Numbers = np.log((1 + seeds + taught) / (1 + in_seed + in_taught)) + 1
    return joint


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


def _bounded(votes: Numbers, task: _Task, taught: int, shipped: Numbers) -> Numbers:
    """The votes, made smaller until they turn few of the shipped enquiries that had been read right."""
    said, truth = task.rows[taught:] @ votes, task.truth[taught:].argmax(axis=1)
    was_right, before = shipped.argmax(axis=1) == truth, task.before[taught:]
    factor = 1.0
    while factor > SMALLEST:
        now = (before + factor * said).argmax(axis=1)
        if (was_right & (now != truth)).mean() <= MOST_FLIPPED:
            return votes * factor
        factor *= SHRINKING
    return votes * 0.0
