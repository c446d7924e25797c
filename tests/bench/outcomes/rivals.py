"""What one could use instead. Each rival is a function: facts and ends of known leads in, a function out
that gives the chance of others. They get the same facts, typed by the same rules; what each makes of them is
its own affair. Parameters: "Recommended start" of the measurements that this protocol comes from.
"""

import math
from collections import Counter, defaultdict

import numpy as np

from leadboard.playbook import policy
from qualification.learning.outcomes import Example
from qualification.learning.study import fit
from qualification.score import blend
from qualification.score.ridge import fit_curve
from qualification.score.values import as_number, as_word

LEAST_SHOWN = 0.1
NEED_BOTH_ENDS = {"CRM naive Bayes", "logistic regression", "HistGradientBoosting", "CatBoost", "LightGBM"}


def product(playbook):
    """The learner that `train` uses, from facts to chances."""

    def fit_product(rows, won):
        known = [Example(place, row, end) for place, (row, end) in enumerate(zip(rows, won, strict=True))]
        fitted = fit(known, playbook, {})
        return lambda others: fitted.chances(playbook, others)

    return fit_product


def scorecard(playbook):
    """Points / 100, whatever the ends were."""

    def fit_card(rows, won):
        return lambda others: np.clip(_points(playbook, others) / 100, 0.01, 0.99)

    return fit_card


def scorecard_platt(playbook):
    """The points on a curve that is shrunk to what was assumed."""

    def fit_card(rows, won):
        curve = fit_curve(blend.steps_of(_points(playbook, rows)), np.array(won, dtype=float))
        return lambda others: np.array(
            [blend.chance_of(curve.log_odds(points)) for points in _points(playbook, others)]
        )

    return fit_card


def _points(playbook, rows):
    return np.array([policy.scorecard(playbook, row).points for row in rows], dtype=float)


def majority(rows, won):
    """The rate so far."""
    rate = (sum(won) + 0.5) / (len(won) + 1)
    return lambda others: np.full(len(others), rate)


def crm_naive_bayes(rows, won):
    """The method of the leading open-source CRM: per field won and lost counts + 0.1, categories only,
    missing skipped, product of likelihoods × prior.
    """
    fields = [name for name in _names(rows) if not _is_number(rows, name)]
    counts = {0: defaultdict(Counter), 1: defaultdict(Counter)}
    for row, end in zip(rows, won, strict=True):
        for name in fields:
            word = as_word(row.get(name))
            if word is not None:
                counts[end][name][word] += 1
    totals = {end: {name: sum(counts[end][name].values()) for name in fields} for end in (0, 1)}
    wins, losses = sum(won) + LEAST_SHOWN, len(won) - sum(won) + LEAST_SHOWN

    def chance(row):
        odds = math.log(wins / losses)
        for name in fields:
            word = as_word(row.get(name))
            if word is None or (word not in counts[0][name] and word not in counts[1][name]):
                continue
            of_won = (counts[1][name][word] + LEAST_SHOWN) / (totals[1][name] + LEAST_SHOWN)
            of_lost = (counts[0][name][word] + LEAST_SHOWN) / (totals[0][name] + LEAST_SHOWN)
            odds += math.log(of_won / of_lost)
        return blend.chance_of(odds)

    return lambda others: np.array([chance(row) for row in others])


def logistic(rows, won):
    """One-hot and standardised logs, L2 with C = 1."""
    from sklearn.linear_model import LogisticRegression

    table = _Dense(rows)
    model = LogisticRegression(max_iter=2000).fit(table.of(rows), won)
    return lambda others: model.predict_proba(table.of(others))[:, 1]


def boosted(rows, won):
    """scikit-learn's histogram gradient boosting, 150 trees."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    table = _Coded(rows)
    model = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.06, max_leaf_nodes=15, l2_regularization=1.0, max_features=0.5,
        min_samples_leaf=20, categorical_features=table.categories or None, random_state=0,
        early_stopping=False,
    ).fit(table.of(rows), won)  # fmt: skip
    return lambda others: model.predict_proba(table.of(others))[:, 1]


def catboost(rows, won):
    """CatBoost with its own way of categories."""
    from catboost import CatBoostClassifier

    table = _Coded(rows)
    model = CatBoostClassifier(
        iterations=400, learning_rate=0.06, depth=6, l2_leaf_reg=5, random_seed=0, verbose=0,
        thread_count=1, allow_writing_files=False, cat_features=table.categories,
    )  # fmt: skip
    model.fit(table.mixed(rows), won)
    return lambda others: model.predict_proba(table.mixed(others))[:, 1]


def lightgbm(rows, won):
    """LightGBM with categories."""
    from lightgbm import Dataset, train

    table = _Coded(rows)
    data = Dataset(table.of(rows), np.asarray(won), categorical_feature=table.categories, free_raw_data=False)
    options = {
        "objective": "binary", "learning_rate": 0.06, "num_leaves": 15, "min_data_in_leaf": 20,
        "lambda_l2": 1.0, "feature_fraction": 0.5, "num_threads": 1, "seed": 0, "verbose": -1,
    }  # fmt: skip
    model = train(options, data, num_boost_round=150)
    return lambda others: model.predict(table.of(others))


def all_rivals(playbook):
    """Name → rival, the product first; what is not installed is not in it."""
    from importlib.util import find_spec

    rivals = {
        "leadboard": product(playbook), "majority": majority, "scorecard (points / 100)": scorecard(playbook),
        "scorecard + shrunk Platt": scorecard_platt(playbook), "CRM naive Bayes": crm_naive_bayes,
        "logistic regression": logistic, "HistGradientBoosting": boosted,
    }  # fmt: skip
    for name, rival in (("catboost", catboost), ("lightgbm", lightgbm)):
        if find_spec(name):
            rivals["CatBoost" if name == "catboost" else "LightGBM"] = rival
    return rivals


def _names(rows):
    return sorted({name for row in rows for name in row})


def _is_number(rows, name):
    said = [row[name] for row in rows if as_word(row.get(name)) is not None]
    return sum(as_number(value) is not None for value in said) >= 0.95 * len(said)


class _Coded:
    """Numbers as they are, categories as codes by how common they are (the rarest in one)."""

    def __init__(self, rows, most=200):
        self.numbers = [name for name in _names(rows) if _is_number(rows, name)]
        self.words = {}
        for name in _names(rows):
            counts = Counter(as_word(row.get(name)) for row in rows)
            common = [word for word, count in counts.most_common(most) if word is not None and count >= 5]
            if name not in self.numbers and common:
                self.words[name] = {word: code for code, word in enumerate(common, 2)}
        self.categories = list(range(len(self.numbers), len(self.numbers) + len(self.words)))

    def of(self, rows):
        """Return the matrix of floats."""
        columns = [[_number_or_nan(row.get(name)) for row in rows] for name in self.numbers]
        for name, codes in self.words.items():
            words = (as_word(row.get(name)) for row in rows)
            columns.append([0.0 if word is None else float(codes.get(word, 1)) for word in words])
        matrix = np.array(columns, dtype=float).T if columns else np.zeros((len(rows), 1))
        # A column that is missing everywhere stops scikit-learn's trees.
        matrix[:, np.isnan(matrix).all(axis=0)] = 0.0
        return matrix

    def mixed(self, rows):
        """Return rows with categories as whole numbers, as CatBoost wants them."""
        cut = len(self.numbers)
        return [[*row[:cut], *map(int, row[cut:])] for row in self.of(rows).tolist()]


class _Dense(_Coded):
    """One-hot and standardised logs for a linear model."""

    def __init__(self, rows):
        super().__init__(rows)
        logs = self._logs(super().of(rows))
        with np.errstate(all="ignore"):
            self.middle, self.width = np.nanmean(logs, axis=0), np.nanstd(logs, axis=0)
        self.middle, self.width = np.nan_to_num(self.middle), np.where(self.width > 0, self.width, 1.0)

    def _logs(self, matrix):
        cut = matrix[:, : len(self.numbers)]
        return np.copysign(np.log1p(np.abs(cut)), cut)

    def of(self, rows):
        """Return the design."""
        matrix = super().of(rows)
        logs = (self._logs(matrix) - self.middle) / self.width
        hot = [
            (matrix[:, [place]] == np.arange(len(codes) + 2)).astype(float)
            for place, codes in zip(self.categories, self.words.values(), strict=True)
        ]
        return np.hstack([np.nan_to_num(logs), np.isnan(logs).astype(float), *hot])


def _number_or_nan(value):
    number = as_number(value)
    return math.nan if number is None else number
