"""The clock engine: sleeps to the next due moment, takes what is due, fires it, and remembers nothing.

Any number may run. A batch is one transaction: rows that another engine or an act has locked are
skipped and looked at again; a row that fails is pushed forward before it is reported, so that it
holds nobody up. All times are the database's.
"""

import gc
import logging
import time
from datetime import timedelta
from threading import Event

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models.functions import Now

from handoff.models import Clock, ClockState
from handoff.timing import clocks, firing
from leadboard.health.beats import beat
from leadboard.leads import lifecycle, own_line

log = logging.getLogger(__name__)
BATCH = 100
LONGEST_SLEEP = 1.0
CONTENDED_SLEEP = 0.02  # what is due is locked by somebody else
BACKOFF = timedelta(minutes=1)
TRIES = 5
RETRY_STATES = {"40P01", "40001"}  # deadlock, serialization failure
SECONDS_BETWEEN_BEATS = 5.0
NEXT = """
SELECT extract(epoch FROM fires_at - statement_timestamp())::float8 FROM handoff_clock
WHERE state = 'running' ORDER BY fires_at, id LIMIT 1
"""


def fire_due(limit: int = BATCH) -> int:
    """Fire up to `limit` clocks that are due and return how many were taken; 0 when there is nothing to do.

    When the batch fails each clock is fired alone, and those that fail alone are put off.
    """
    try:
        return _retrying(lambda: _fire_batch(limit))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # one bad row must not stop the others; it is named below
        log.warning("a batch of clocks failed; firing them one by one", exc_info=True)
        return _fire_singly(limit)


def _take(limit: int, only: int | None = None) -> list[Clock]:
    """Lock and return due clocks with their leads, the longest overdue first, one per lead.

    `now()` in the condition, never `clock_timestamp()`: a volatile function would walk every clock.
    """
    due = Clock.objects.filter(state=ClockState.RUNNING, fires_at__lte=Now())
    if only is not None:
        due = due.filter(pk=only)
    locked = (
        due.select_related("lead")
        .order_by("fires_at", "pk")
        .select_for_update(of=("lead", "self"), skip_locked=True)
    )
    first: dict[int, Clock] = {}
    for clock in locked[:limit]:
        first.setdefault(clock.lead_id, clock)
    return list(first.values())


def _fire_batch(limit: int, only: int | None = None) -> int:
    """Fire one batch in one transaction."""
    with transaction.atomic():
        due = _take(limit, only)
        if due:
            firing.fire(due, clocks.moment())
        return len(due)


def _retrying(work):
    """Run `work` again when PostgreSQL ended it to resolve a deadlock; nothing of it has happened then."""
    for attempt in range(1, TRIES + 1):
        try:
            return work()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in RETRY_STATES or attempt == TRIES:
                raise
            time.sleep(0.01 * attempt)
    raise AssertionError("unreachable")


def _fire_singly(limit: int) -> int:
    """Fire the clocks that are due each in its own transaction; put off those that raise."""
    due = Clock.objects.filter(state=ClockState.RUNNING, fires_at__lte=Now()).order_by("fires_at", "pk")
    ids = list(due.values_list("pk", flat=True)[:limit])
    for pk in ids:
        try:
            _retrying(lambda pk=pk: _fire_batch(1, only=pk))
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            put_off(pk, error)
            log.exception("clock %s could not fire; it is tried again in %s", pk, BACKOFF)
    return len(ids)


def put_off(clock_id: int, error: Exception) -> None:
    """Push a clock that could not fire forward and say on the row why."""
    trouble = f"{type(error).__name__}: {error}"[:2_000].replace("\x00", "")
    with transaction.atomic():
        lead_id = Clock.objects.values_list("lead_id", flat=True).get(pk=clock_id)
        lifecycle.lock(lead_id)
        running = Clock.objects.filter(pk=clock_id, state=ClockState.RUNNING)
        running.update(fires_at=Now() + BACKOFF, trouble=trouble)


def seconds_to_next() -> float:
    """Return how long to sleep: to the next firing, at most a second; a little when what is due is locked."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        row = cursor.fetchone()
    if row is None:
        return LONGEST_SLEEP
    return min(LONGEST_SLEEP, row[0]) if row[0] > 0 else CONTENDED_SLEEP


class Engine:
    """The loop of one process; `stop` ends it after the batch at hand."""

    def __init__(self, stop: Event):
        self.stop = stop
        self._ears: psycopg.Connection | None = None
        self._last_beat = 0.0

    def run(self) -> None:
        """Fire clocks until stopped; a lost database is waited for.

        What is loaded by now stays for good: the collector need not walk it in the middle of a burst.
        """
        gc.collect()
        gc.freeze()
        while not self.stop.is_set():
            try:
                self._turn()
            except (DatabaseError, InterfaceError, psycopg.Error):
                log.warning("the database is away; trying again", exc_info=True)
                self._hang_up()
                self.stop.wait(LONGEST_SLEEP)
        self._hang_up()

    def _turn(self) -> None:
        """Beat, fire what is due, or sleep until something is."""
        if time.monotonic() - self._last_beat > SECONDS_BETWEEN_BEATS:
            beat("clocks")
            self._last_beat = time.monotonic()
        ears = self._listen()
        if not fire_due():
            for _ in ears.notifies(timeout=seconds_to_next(), stop_after=1):
                pass

    def _listen(self) -> psycopg.Connection:
        """Return the connection that hears when a clock with an earlier moment was started."""
        if self._ears is None or self._ears.closed:
            self._ears = own_line.connect("clocks")
            self._ears.execute(f"LISTEN {clocks.WAKE}")
        return self._ears

    def _hang_up(self) -> None:
        """Close both connections; the next turn opens them anew."""
        if self._ears is not None:
            self._ears.close()
        self._ears = None
        connection.close()
