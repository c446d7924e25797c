"""Models are data: kept in the database under a hash, read with an explicit list of types, checked before use.

No pickle. A model is read once per process, when the first lead needs it. It is refused when the hash is another,
when it names a type that is not on the list, or when it does not give the numbers it gave when it was fitted; then
the rules go on alone.
"""

import hashlib
import io
import zipfile
from functools import lru_cache
from typing import Any

from qualification.models import ModelState, ScoringModel
from qualification.score.scorer import BlendScorer

LARGEST = 64 * 1024 * 1024
TOLERANCE = 1e-9
TYPES = [
    "functools.partial",
    "numpy.dtype",
    "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "scipy.interpolate._bsplines.BSpline",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
]


class ModelRefused(Exception):
    """The stored model may not be used; says why."""


def live_number() -> int | None:
    """The number of the live model, or None."""
    return ScoringModel.objects.filter(state=ModelState.LIVE).values_list("number", flat=True).first()


def live_scorer() -> tuple[BlendScorer | None, int | None]:
    """(scorer, id) of the live model, (None, None) when there is none; raises ModelRefused."""
    found = ScoringModel.objects.filter(state=ModelState.LIVE).values_list("pk", "sha256").first()
    if found is None:
        return None, None
    answer = _scorer(*found)
    if isinstance(answer, ModelRefused):
        raise answer
    return answer, found[0]


@lru_cache(maxsize=4)
def _scorer(pk: int, sha256: str) -> BlendScorer | ModelRefused:
    """A refusal is remembered too: reading a bad model again for each lead would only make each lead late."""
    model = ScoringModel.objects.get(pk=pk)
    try:
        return scorer_of(bytes(model.content), sha256, model.card)
    except ModelRefused as refusal:
        return refusal


def scorer_of(content: bytes, sha256: str, card: dict[str, Any]) -> BlendScorer:
    """The checked scorer in these bytes; raises ModelRefused."""
    # Compiling imports scikit-learn, a second of work that a process without a model never pays.
    from qualification.score.flat import Flat  # noqa: PLC0415

    learned = read(content, sha256, card)
    try:
        flat = Flat(learned)
        sample = card["sample"]
        pairs = zip(
            sample["log_odds"],
            map(flat.log_odds, sample["rows"]),
            learned.log_odds(sample["rows"]),
            strict=True,
        )
        worst = max(max(abs(stored - one), abs(stored - many)) for stored, one, many in pairs)
        scorer = BlendScorer(flat, card)
    except Exception as fault:
        raise ModelRefused(f"cannot be compiled: {type(fault).__name__}") from fault
    if not worst <= TOLERANCE:
        raise ModelRefused(f"gives other numbers than when it was fitted (by {worst:.1e})")
    return scorer


def read(content: bytes, sha256: str, card: dict[str, Any]) -> Any:
    """The fitted pair in these bytes; raises ModelRefused before anything of a tampered file is built."""
    from skops.io import get_untrusted_types, loads  # noqa: PLC0415

    from qualification.score.learner import Learned  # noqa: PLC0415

    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelRefused("its hash is not the one it was stored under")
    _refuse_a_bomb(content)
    try:
        strange = set(get_untrusted_types(data=content)) - set(TYPES)
        if strange:
            raise ModelRefused(f"it names types that are not on the list: {', '.join(sorted(strange))}")
        parts = loads(content, trusted=TYPES)
        return Learned(card["plan"], parts["linear"], parts["trees"])
    except ModelRefused:
        raise
    except Exception as fault:
        raise ModelRefused(f"cannot be read: {type(fault).__name__}") from fault


def _refuse_a_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as fault:
        raise ModelRefused("it is not a model file") from fault
    if size > LARGEST:
        raise ModelRefused("it would unpack to more than 64 MiB")


def dump(learned: Any) -> tuple[bytes, str]:
    """(bytes, sha256) of a fitted pair."""
    from skops.io import dumps  # noqa: PLC0415

    content = dumps({"linear": learned.linear, "trees": learned.trees})
    return content, hashlib.sha256(content).hexdigest()
