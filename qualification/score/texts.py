"""What the words of a text are worth: a logistic regression over the words of each text column, whose sum
is one number of the row.

The number that the two halves are fitted on comes from readers that had not seen the lead's own end (five
shuffled folds), or else every text would look like proof.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from qualification.score.columns import Column, Facts, Plan
from qualification.score.matrix import matrix_of, slots_of
from qualification.score.values import words_of

STRENGTH = 3.0
FOLDS = 5
SEED = 20


def read_texts(plan: Plan, rows: Sequence[Facts], won: NDArray[Any]) -> tuple[Plan, NDArray[np.float64]]:
    """(the plan with the weights of its words, the matrix to fit on)."""
    readings: dict[str, NDArray[np.float64]] = {}
    columns: list[Column] = []
    for column in plan["columns"]:
        if column["kind"] == "text":
            column, readings[column["name"]] = _read(column, rows, won)
        columns.append(column)
    read: Plan = {"columns": columns, "left_out": plan["left_out"]}
    matrix = matrix_of(read, rows)
    for place, slot in _first_slots(read):
        if slot in readings:
            matrix[:, place] = readings[slot]
    return read, matrix


def _first_slots(plan: Plan) -> list[tuple[int, str]]:
    fields = [slot.field for slot in slots_of(plan)]
    return [(fields.index(name), name) for name in dict.fromkeys(fields)]


def _read(column: Column, rows: Sequence[Facts], won: NDArray[Any]) -> tuple[Column, NDArray[np.float64]]:
    """(the column with its weights, what readers of the other folds make of each text)."""
    table = {word: place for place, word in enumerate(column["values"])}
    words = _incidence([row.get(column["name"]) for row in rows], table)
    unseen = np.zeros(len(won))
    folds = min(FOLDS, int(won.sum()), int(len(won) - won.sum()))
    for known, others in StratifiedKFold(folds, shuffle=True, random_state=SEED).split(words, won):
        unseen[others] = words[others] @ _weights(words[known], won[known])
    weights = [float(weight) for weight in _weights(words, won)]
    read: Column = {"name": column["name"], "kind": "text", "values": column["values"], "weights": weights}
    return read, unseen


def _weights(words: Any, won: NDArray[Any]) -> NDArray[np.float64]:
    return LogisticRegression(C=STRENGTH, max_iter=300, tol=1e-3).fit(words, won).coef_[0]


def _incidence(texts: Sequence[Any], table: dict[str, int]) -> Any:
    """One row a text: 1/√k for each of its k known words."""
    data: list[float] = []
    places: list[int] = []
    starts = [0]
    for text in texts:
        known = [table[word] for word in words_of(text) if word in table]
        places += known
        data += [len(known) ** -0.5 for _ in known]
        starts.append(len(places))
    return csr_matrix((data, places, starts), shape=(len(texts), len(table)))
