"""A wiring in which nothing hangs on any event: for tests of the log and the feed alone."""

from leadboard.wiring import AUDITED

__all__ = ["AT_ONCE", "AUDITED", "LATER"]
AT_ONCE: dict[str, list[str]] = {}
LATER: dict[str, list[str]] = {}
