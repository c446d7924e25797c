"""What this web process knows of its own live-update listener (kept in memory: it is about this process)."""

import time

PATIENCE = 10.0
_last_look: float | None = None


def looked() -> None:
    """Called by the board's relay after each look at the events that succeeded (at least every second)."""
    global _last_look
    _last_look = time.monotonic()


def is_deaf() -> bool:
    """Did the listener of this process run and then stop looking? False while no browser needed it yet."""
    return _last_look is not None and time.monotonic() - _last_look > PATIENCE


def forget() -> None:
    """Called by the relay when the last browser left and it stops looking on purpose."""
    global _last_look
    _last_look = None
