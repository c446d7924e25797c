"""The fixed protocol. Shuffled stratified folds (unshuffled ones turn a model upside down on leads in order
of time), the oldest 80 % against the newest 20 %, and two learning curves: fitted on n leads drawn at random
and looked at on leads that none of the draws holds; or fitted on n that came one after the other and looked
at on those that came next.
"""

import time
from typing import NamedTuple

import numpy as np

from qualification.score.figures import auc_of, ece_of, lift_of, log_loss_of
from tests.bench.outcomes.rivals import NEED_BOTH_ENDS

SIZES = (0, 10, 20, 50, 100, 150, 250, 400, 700, 1200, 2500, 5000)
MOST_HELD_OUT = 1500


class Line(NamedTuple):
    """One model's line of the table; CV figures are means over folds, ECE is pooled over a repeat."""

    auc: float
    pr_auc: float
    loss: float
    brier: float
    ece: float
    lift_10: float
    lift_20: float
    newest_auc: float
    newest_loss: float
    newest_ece: float
    fit_seconds: float


def line_of(rival, table, repeats):
    """Measure one rival on one table."""
    from sklearn.metrics import average_precision_score
    from sklearn.model_selection import StratifiedKFold

    won = np.array(table.won)
    parts, eces, spent = [], [], []
    for repeat in range(repeats):
        pooled = np.empty(len(won))
        for known, others in StratifiedKFold(5, shuffle=True, random_state=repeat).split(won, won):
            began = time.process_time()
            chances = rival(_take(table.facts, known), won[known].tolist())
            spent.append(time.process_time() - began)
            p = pooled[others] = chances(_take(table.facts, others))
            y = won[others].astype(float)
            parts.append((
                auc_of(y, p) or 0.5, average_precision_score(y, p), log_loss_of(y, p),
                float(((p - y) ** 2).mean()), lift_of(y, p, 0.1), lift_of(y, p, 0.2),
            ))  # fmt: skip
        eces.append(ece_of(won.astype(float), pooled))
    auc, pr, loss, brier, ten, twenty = np.mean(parts, axis=0)
    newest = newest_fifth(rival, table)
    return Line(auc, pr, loss, brier, float(np.mean(eces)), ten, twenty, *newest, float(np.mean(spent)))


def newest_fifth(rival, table):
    """(AUC, log-loss, ECE) on the newest 20 % after fitting on the oldest 80 %."""
    cut = int(len(table.won) * 0.8)
    chances = rival(table.facts[:cut], table.won[:cut])(table.facts[cut:])
    won = np.array(table.won[cut:], dtype=float)
    return auc_of(won, chances) or 0.5, log_loss_of(won, chances), ece_of(won, chances)


def curve_of(rivals, table, seeds, in_order=False):
    """{n: {name: (mean log-loss, mean AUC)}}; a rival that cannot learn from these leads is not in it.
    `in_order`: n that came one after the other, and those that came next.
    """
    total = len(table.won)
    held_out = min(MOST_HELD_OUT, total // 3)
    points = {}
    for n in (size for size in SIZES if size <= total - held_out):
        found = {name: [] for name in rivals}
        for seed in range(seeds):
            known, test = (_next if in_order else _drawn)(total, held_out, n, seed, seeds)
            for name, rival in rivals.items():
                if name not in NEED_BOTH_ENDS or len({table.won[place] for place in known}) > 1:
                    found[name].append(_looked_at(rival, table, known, test))
        points[n] = {name: tuple(np.mean(pairs, axis=0)) for name, pairs in found.items() if pairs}
    return points


def _drawn(total, held_out, n, seed, seeds):
    places = np.random.default_rng(seed).permutation(total)
    return np.sort(places[held_out : held_out + n]), places[:held_out]


def _next(total, held_out, n, seed, seeds):
    """The windows begin at even distances: the first with the oldest lead, the last ends with the newest."""
    begin = round((total - held_out - n) * seed / max(1, seeds - 1))
    return np.arange(begin, begin + n), np.arange(begin + n, begin + n + held_out)


def _looked_at(rival, table, known, test):
    won = [table.won[place] for place in known]
    chances = rival(_take(table.facts, known), won)(_take(table.facts, test))
    ends = np.array([table.won[place] for place in test], dtype=float)
    return log_loss_of(ends, chances), auc_of(ends, chances) or 0.5


def _take(rows, places):
    return [rows[place] for place in places]
