"""The periodic work of the wiring: each job runs in one program at a time, at most once per interval."""

import logging
import zlib
from collections.abc import Callable
from threading import Event

from django.db import DatabaseError, InterfaceError, connection
from django.utils.module_loading import import_string

from handoff.models import PeriodicRun
from leadboard.leads.reactions import wiring

log = logging.getLogger(__name__)
SECONDS_BETWEEN_LOOKS = 1.0
LOCKS = 0x1EADB0A2  # first half of the advisory locks of periodic jobs
# Whoever moves the row on runs the job: of several programs exactly one.
TAKE = """
INSERT INTO handoff_periodicrun (name, at, trouble) VALUES (%(name)s, now(), '')
ON CONFLICT (name) DO UPDATE SET at = now()
WHERE handoff_periodicrun.at <= now() - %(seconds)s * interval '1 second'
RETURNING name
"""


def run_due() -> list[str]:
    """Run every job whose interval is over; return the names of those that this process ran."""
    return [name for name, (function, seconds) in wiring().PERIODIC.items() if _run(name, function, seconds)]


def _run(name: str, function: str, seconds: int) -> bool:
    """Run one job if it is due and runs nowhere else; a job that fails says so on its row."""
    lock = zlib.crc32(name.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, lock])
        if not cursor.fetchone()[0]:
            return False
    try:
        return _take(name, seconds) and _do(name, function)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, lock])


def _take(name: str, seconds: int) -> bool:
    """Move the job's row on when its interval is over."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"name": name, "seconds": seconds})
        return cursor.fetchone() is not None


def _do(name: str, function: str) -> bool:
    """Call the job; whatever it raises is stored and logged, and its next turn comes."""
    trouble = ""
    try:
        import_string(function)()
    except (DatabaseError, InterfaceError):
        raise
    except Exception as error:
        trouble = f"{type(error).__name__}: {error}"[:2_000]
        log.exception("periodic job %r failed", name)
    PeriodicRun.objects.filter(name=name).update(trouble=trouble)
    return True


def run_until(stop: Event, is_wanted: Callable[[], bool]) -> None:
    """Run what is due once a second until stopped or not wanted any more; a lost database is waited for."""
    while is_wanted() and not stop.wait(SECONDS_BETWEEN_LOOKS):
        try:
            run_due()
        except (DatabaseError, InterfaceError):
            log.warning("periodic work: the database is away; trying again", exc_info=True)
            connection.close()
    connection.close()
