"""The live model, ready to judge. Models are data: kept in the database, sealed by a hash, checked before
use.

What is needed for one lead is plain JSON, so that neither the web nor the jobs ever load scikit-learn. A
model is read once per process, when the first lead needs it. It is refused when the seal is broken or when
it does not give the numbers that its pipeline gave when it was fitted; then the rules go on alone.
"""

import hashlib
import json
import time
from functools import lru_cache
from typing import Any

from django.db import connection

from qualification.models import ModelState, ScoringModel
from qualification.score.flat import Flat
from qualification.score.scorer import BlendScorer

TOLERANCE = 1e-9
# Asked for each lead, so in plain SQL: half the price of the same by the ORM.
LIVE = "SELECT id, sha256 FROM qualification_scoringmodel WHERE state = 'live'"
# Seconds of work a lead: a model that takes longer would make each lead late, so it is not used at all.
SLOWEST = 0.02
# The walk of one lead is bounded by these, whatever the model says.
MOST_TREES, MOST_PARTS, MOST_SAMPLES, DEEPEST, MOST_LEAVES = 1_000, 5_000, 1_000, 64, 64


class ModelRefused(Exception):
    """The stored model may not be used; says why."""


def live_id() -> int | None:
    """The key of the live model, or None."""
    return ScoringModel.objects.filter(state=ModelState.LIVE).values_list("pk", flat=True).first()


def live_scorer() -> tuple[BlendScorer | None, int | None]:
    """(scorer, id) of the live model, (None, None) when there is none; raises ModelRefused."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE)
        found = cursor.fetchone()
    if found is None:
        return None, None
    return scorer(*found), found[0]


def scorer(pk: int, sha256: str) -> BlendScorer:
    """The checked scorer of any stored model, live or not; raises ModelRefused."""
    answer = _scorer(pk, sha256)
    if isinstance(answer, ModelRefused):
        raise answer
    return answer


@lru_cache(maxsize=4)
def _scorer(pk: int, sha256: str) -> BlendScorer | ModelRefused:
    """A refusal is remembered too: reading a bad model again for each lead would only make each lead late."""
    model = ScoringModel.objects.get(pk=pk)
    try:
        return scorer_of(bytes(model.content), sha256, model.card)
    except ModelRefused as refusal:
        return refusal


def scorer_of(content: bytes, sha256: str, card: dict[str, Any]) -> BlendScorer:
    """The checked scorer of a stored model; raises ModelRefused."""
    try:
        served, sample = card["served"], card["sample"]
        if seal(content, served) != sha256:
            raise ModelRefused("its hash is not the one it was stored under")
        _refuse_a_giant(served["form"], sample["rows"])
        flat = Flat(served["form"])
        began = time.thread_time()
        pairs = zip(sample["log_odds"], map(flat.log_odds, sample["rows"]), strict=True)
        worst = max(abs(fitted - flattened) for fitted, flattened in pairs)
        spent = (time.thread_time() - began) / len(sample["rows"])
        scorer = BlendScorer(flat, served)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as fault:
        raise ModelRefused(f"it cannot be read: {type(fault).__name__}") from fault
    if not worst <= TOLERANCE:
        raise ModelRefused(f"it gives other numbers than when it was fitted (by {worst:.1e})")
    if spent > SLOWEST:
        raise ModelRefused(f"it takes {spent * 1000:.0f} ms a lead")
    return scorer


def _refuse_a_giant(form: dict[str, Any], sample: list[Any]) -> None:
    shapes = [_shape(tree) for tree in form["trees"]]
    counts = (len(form["trees"]), len(form["parts"]), len(sample))
    if any(many > most for many, most in zip(counts, (MOST_TREES, MOST_PARTS, MOST_SAMPLES), strict=True)):
        raise ModelRefused("it has more trees, parts or samples than any model of ours")
    if any(depth > DEEPEST or leaves > MOST_LEAVES for depth, leaves in shapes):
        raise ModelRefused("its trees are deeper or broader than any of ours")


def _shape(tree: list[Any]) -> tuple[int, int]:
    """How deep a tree is and how many leaves it has, level by level; it stops looking beyond the deepest that
    may be.
    """
    level, depth, leaves = [tree], 0, 0
    while level and depth <= DEEPEST and leaves <= MOST_LEAVES:
        leaves += sum(len(node) == 1 for node in level)
        level, depth = [child for node in level if len(node) > 1 for child in node[-2:]], depth + 1
    return depth, leaves


def _number(text: str) -> float:
    return float(text) + 0.0


def seal(content: bytes, served: dict[str, Any]) -> str:
    """The hash over the fitted pair and over all that judges with it."""
    # PostgreSQL gives a large round number back without its point and -0.0 without its sign: the same number
    # must give the same seal.
    numbers = json.loads(json.dumps(served), parse_int=_number, parse_float=_number)
    return hashlib.sha256(content + json.dumps(numbers, sort_keys=True).encode()).hexdigest()
