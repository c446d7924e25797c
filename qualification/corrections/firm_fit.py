"""What a firm taught, as votes on top of the shipped word model. Only fitting takes numpy and scipy."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import vstack

from qualification.fitting import Rows, counts_in, names_in
from qualification.grams import plain
from qualification.words import NEAREST, UNSEEN, WordModel

# Chosen on the learning curve of two shops' enquiries, 20 to 1,300 labels: how freely a correction is learnt,
# and how much each enquiry of the seed holds against it.
STRENGTH, ANCHOR = 100.0, 0.003
# With this many corrections what the shipped model says counts half as much as at the beginning.
HALF_AT = 10
# The more is known of a firm's texts, the further what it taught reaches to texts that share little with
# them.
NEARER_BY, REACHING_AT = 20, 50
# However many wrong corrections there are: at most this share of the shipped enquiries is read otherwise.
# and one more in so many for each correction, because a firm of another trade has reasons.
MOST_FLIPPED, ONE_MORE_IN = 0.03, 5_000
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


class _Reach(NamedTuple):
    """What the base still counts near the taught texts, and how far these reach (see WordModel)."""

    counts: float
    near: float
    reach: float


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
    near, reach = NEAREST + len(taught) / NEARER_BY, 1 - 1 / (1 + len(taught) / REACHING_AT)
    rows = _rows(base, taught)
    far = _Reach(counts, near, reach)
    task = _task(base, rows, taught, seed, far)
    votes, counts = _bounded(_solved(task), task, len(taught), _log_odds(base, seed[0]), far)
    added = rows.model(base.labels, votes.T, [0.0] * len(base.labels), base.temperature)
    return Fitted(added.reaching(near, reach), counts)


def _rows(base: WordModel, taught: Sequence[Taught]) -> Rows:
    """By the grams of the corrected texts, each as rare as the seed says."""
    rows = Rows([plain(one.text) for one in taught], 2 if len(taught) >= MANY else 1)
    for grams, table in ((rows.words, base.words), (rows.letters, base.letters)):
        known = [table.row(gram) for gram in grams.names]
        grams.idf = np.sqrt([row[0] if row else UNSEEN for row in known])
    return rows


def _task(
    base: WordModel, rows: Rows, taught: Sequence[Taught], seed: tuple[list[str], list[str]], reach: _Reach
) -> _Task:
    texts, held = [plain(one.text) for one in taught], [plain(text) for text in seed[0]]
    per_label = Counter(one.label for one in taught)
    fair = [STRENGTH * len(taught) / len(per_label) / per_label[one.label] for one in taught]
    before = np.vstack([[base.log_odds(one.text) for one in taught], _log_odds(base, seed[0])])
    near = np.array(
        _nearness(base, texts, texts, 2, reach.near) + _nearness(base, texts, held, 1, reach.near)
    )
    return _Task(
        vstack([_whole(base, rows, texts, reach.reach), _whole(base, rows, held, reach.reach)]).tocsr(),
        (1 - (1 - reach.counts) * near)[:, None] * before,
        np.array(
            [[float(label == one) for label in base.labels] for one in [t.label for t in taught] + seed[1]]
        ),
        np.array([*fair, *([STRENGTH * ANCHOR] * len(held))]),
        base.temperature,
    )


def _nearness(
    base: WordModel, taught: Sequence[str], texts: Sequence[str], fewest: int, nearest: float
) -> list[float]:
    """How near the texts are to the taught ones: by grams that so many of these have, so that a taught text
    is as near as a like one will be that comes.
    """
    met = Counter(gram for text in taught for gram in counts_in(text))
    found = []
    for text in texts:
        grams = counts_in(text)
        whole = base.mass(grams)
        known = base.mass({gram: n for gram, n in grams.items() if met[gram] >= fewest})
        found.append(min(1.0, nearest * known / whole) if whole else 0.0)
    return found


def _whole(base: WordModel, rows: Rows, texts: Sequence[str], reach: float) -> Any:
    """Rows by the length of the whole text, also of what no corrected text has."""
    words = np.array([base.mass(counts_in(text)) for text in texts])
    letters = np.array([base.letter_mass(names_in(text)) for text in texts])
    return rows.of(texts, np.sqrt(words), np.sqrt(letters), reach)


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
    factor, most = 1.0, MOST_FLIPPED + taught / ONE_MORE_IN
    while factor > SMALLEST:
        now = (shipped + factor * (lost + said)).argmax(axis=1)
        if (was_right & (now != truth)).mean() <= most:
            break
        factor *= SHRINKING
    factor = factor if factor > SMALLEST else 0.0
    return votes * factor, 1 - (1 - reach.counts) * factor
