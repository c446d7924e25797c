"""A model that fails or dawdles on lead after lead is left alone for a while: the card judges at once, and
the flag says why. Each process finds out for itself and tries again after five minutes.

A single lead is never held: the flat form has a bounded size (`store`), and its walk stops when it has used
up its time (`score.flat`). What this spares is every further lead paying for it.
"""

import time
from collections.abc import Callable

from qualification.score.scorer import Judgement
from qualification.store import ModelRefused

IN_A_ROW = 3
SLOW = 0.05
LEFT_ALONE = 300.0

_bad: dict[int, int] = {}
_until: dict[int, float] = {}


def is_left_alone(model: int) -> bool:
    """Did this model fail or dawdle so often that it is not asked for now?"""
    return time.monotonic() < _until.get(model, 0.0)


def judged(model: int, judge: Callable[[], Judgement]) -> Judgement:
    """What `judge` gives by this model; raises ModelRefused while it is left alone, else what it raises."""
    if is_left_alone(model):
        raise ModelRefused(f"it was slow or failed on {IN_A_ROW} leads in a row")
    began = time.thread_time()
    try:
        found = judge()
    except Exception:
        _count(model)
        raise
    if time.thread_time() - began > SLOW:
        _count(model)
    else:
        _bad.pop(model, None)
    return found


def _count(model: int) -> None:
    _bad[model] = _bad.get(model, 0) + 1
    if _bad[model] >= IN_A_ROW:
        _until[model] = time.monotonic() + LEFT_ALONE
        del _bad[model]


def forget() -> None:
    """Trust every model again."""
    _bad.clear()
    _until.clear()
