"""All checks in a sensible order."""

from collections.abc import Iterator

from leadboard.doctor import database, machine
from leadboard.doctor.finding import Finding


def examine() -> Iterator[Finding]:
    """Yield what each check found; what hangs on a missing database or table is left out."""
    yield from (check() for check in machine.CHECKS)
    reachable = database.reachable()
    yield reachable
    if not reachable.is_ok:
        return
    migrations = database.migrations()
    yield migrations
    if migrations.is_ok:
        yield from (check() for check in database.CHECKS)
