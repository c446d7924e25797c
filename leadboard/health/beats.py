"""Signs of life: `beat("clocks")` says that a program works, `silence("clocks")` how long it said nothing."""

import logging
import time

from django.db import DatabaseError, InterfaceError, connection

log = logging.getLogger(__name__)
SECONDS_BETWEEN_JOB_BEATS = 1.0
_last_job_beat = 0.0


def beat(name: str) -> None:
    """Record that the program `name` is at work now.

    Call it every few seconds from a loop. A job that may take longer than ten seconds calls
    `beat("jobs")` as it goes, else the watch takes the cluster for hung.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO health_heartbeat (name, at) VALUES (%s, now())"
            " ON CONFLICT (name) DO UPDATE SET at = excluded.at",
            [name],
        )


def canary() -> None:
    """The job that does nothing: that it ran is the news (the signal of its start beats)."""


def silence(name: str) -> float | None:
    """Return the seconds since the last beat of `name`, None when it never beat."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM clock_timestamp() - at)::float8 FROM health_heartbeat WHERE name = %s",
            [name],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def note_job(**signal: object) -> None:
    """Beat for the jobs program, once a second at most and process.

    A failure is only logged: raised here it would end the worker and not the job.
    """
    global _last_job_beat
    if time.monotonic() - _last_job_beat < SECONDS_BETWEEN_JOB_BEATS:
        return
    _last_job_beat = time.monotonic()
    try:
        beat("jobs")
    except (DatabaseError, InterfaceError):
        log.warning("the jobs heartbeat could not be written", exc_info=True)
