"""The fitted pair as bytes and back (skops, never pickle). Only training reads it: to compare the live
model with a new one, and to score many leads at once.
"""

import io
import zipfile
from typing import Any

from skops.io import dumps, get_untrusted_types, loads

from qualification.score.learner import Learned
from qualification.store import ModelRefused, seal

LARGEST = 64 * 1024 * 1024
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
    _refuse_a_bomb(content)
    try:
        strange = set(get_untrusted_types(data=content)) - set(TYPES)
        parts = None if strange else loads(content, trusted=TYPES)
    except Exception as fault:
        raise ModelRefused(f"it cannot be read: {type(fault).__name__}") from fault
    if parts is None:
        raise ModelRefused(f"it names types that are not on the list: {', '.join(sorted(strange))}")
    form = card["served"]["form"]
    return Learned(form["plan"], parts["linear"], parts["trees"], form["share"])


def _refuse_a_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as fault:
        raise ModelRefused("it is not a model file") from fault
    if size > LARGEST:
        raise ModelRefused("it would unpack to more than 64 MiB")
