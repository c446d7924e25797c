"""Gives committed events their dense `seq`, in commit-visible order, then tells everybody once.

Reading `id > last` loses events that commit late; a lock or a NOTIFY inside the writing
transaction costs group commit (measured: 3,735 → 345 transactions a second at 16 writers). So
writers insert plainly, and one sequencer (leader by advisory lock) numbers what it can see.

Why the order is right: a batch goes by id, and one lead's ids rise with its versions, because each
is drawn under the lock of the lead's row, which is held until the commit. So whoever sees a lead's
event sees all before it, with smaller ids. An event that commits late is numbered late, never lost.
Why no number is given twice: the lock lives in the session that stamps, so it is free only once that
session's last statement is over; the unique constraint on `seq` stands behind it.
"""

import logging
import threading

import psycopg
from django.db import connection

from leadboard.leads import own_line

log = logging.getLogger(__name__)

LEADER = 0x1EADB0A2D  # the advisory lock of the sequencer
WAKE, NUMBERED = "leadboard_event", "leadboard_seq"
BATCH = 500
LOOK = 0.25
STAND_BY = 0.5
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0

# A number that was told to browsers must survive a crash, whatever the server's default is.
DURABLE = """
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""
STAMP = """
WITH fresh AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM (
        SELECT id FROM leads_leadevent WHERE seq IS NULL ORDER BY id LIMIT %(limit)s
    ) unnumbered
), last AS (SELECT coalesce(max(seq), 0) AS seq FROM leads_leadevent),
stamped AS (
    UPDATE leads_leadevent e SET seq = last.seq + fresh.place
    FROM fresh, last WHERE e.id = fresh.id
    RETURNING e.seq
)
SELECT count(*), max(seq) FROM stamped
"""


def wake():
    """Tell the sequencer that something was committed (own autocommit statement, after the commit)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE])


def stamp(line: psycopg.Connection, limit: int = BATCH) -> int:
    """Number up to `limit` committed events, tell the listeners the last number; return how many it were.

    Only for the holder of the LEADER lock. The NOTIFY is a statement of its own after the commit.
    """
    row = line.execute(STAMP, {"limit": limit}).fetchone()
    assert row is not None, "a count always has its row"
    count, last = row
    if count:
        line.execute("SELECT pg_notify(%s, %s)", [NUMBERED, str(last)])
    return count


class Sequencer:
    """One contender for the numbering; `run()` it in a thread. Any number may run, one at a time leads."""

    def __init__(self, stop: threading.Event, dsn: str | None = None):
        self.stop = stop
        self.dsn = dsn
        self.is_leader = False
        self._pause = FIRST_PAUSE

    def run(self) -> None:
        """Number events until `stop` is set; a database that goes away is waited for, at most 1 s a try."""
        while not self.stop.is_set():
            try:
                with own_line.connect("sequencer", self.dsn) as line:
                    self._serve(line)
            except psycopg.Error as error:
                log.warning("sequencer: %s; trying again in %.1f s", str(error).strip(), self._pause)
                self.stop.wait(self._pause)
                self._pause = min(self._pause * 2, LONGEST_PAUSE)
            finally:
                self.is_leader = False

    def _serve(self, line):
        """Stand by until this session leads, then number what is there and whatever comes."""
        while not self._leads(line):
            if self.stop.wait(STAND_BY):
                return
        line.execute(DURABLE)
        line.execute(f"LISTEN {WAKE}")
        while not self.stop.is_set():
            if stamp(line) < BATCH:
                self._pause = FIRST_PAUSE
                _hear(line)

    def _leads(self, line):
        """Is the lock ours now?"""
        self.is_leader = line.execute("SELECT pg_try_advisory_lock(%s)", [LEADER]).fetchone()[0]
        if self.is_leader:
            log.info("sequencer: leading")
        return self.is_leader


def _hear(line):
    """Wait for a wake-up, LOOK seconds at most."""
    for _ in line.notifies(timeout=LOOK, stop_after=1):
        pass
