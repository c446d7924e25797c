"""A wiring in which nothing hangs on any event: for tests of the log and the feed alone."""

AT_ONCE: dict[str, list[str]] = {}
LATER: dict[str, list[str]] = {}
