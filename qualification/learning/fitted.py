"""The fitted pair as bytes and back (skops, never pickle). Only training reads it: to compare the live
model with a new one, and to score many leads at once.
"""

from typing import Any

from skops.io import dumps, get_untrusted_types, loads

from qualification.learning.fitted_nodes import faults_of
from qualification.score.learner import Learned
from qualification.store import ModelRefused, seal

# Whatever else a file names is refused before anything of it is built.
TYPES = [
    "functools.partial",
    "numpy.dtype",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "scipy.interpolate._bsplines.BSpline",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
]


def dump(learned: Learned) -> bytes:
    """The pair as bytes."""
    return dumps({"linear": learned.linear, "trees": learned.trees})


def read(content: bytes, sha256: str, card: dict[str, Any]) -> Learned:
    """The fitted pair of a stored model; raises ModelRefused."""
    if seal(content, card["served"]) != sha256:
        raise ModelRefused("its hash is not the one it was stored under")
    try:
        fault = faults_of(content)
        strange = set() if fault else set(get_untrusted_types(data=content)) - set(TYPES)
        parts = None if fault or strange else loads(content, trusted=TYPES)
    except Exception as unreadable:
        raise ModelRefused(f"it cannot be read: {type(unreadable).__name__}") from unreadable
    if fault:
        raise ModelRefused(fault)
    if parts is None:
        raise ModelRefused(f"it names types that are not on the list: {', '.join(sorted(strange))}")
    form = card["served"]["form"]
    return Learned(form["plan"], parts["linear"], parts["trees"], form["share"])
