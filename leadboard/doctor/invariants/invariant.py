"""One invariant, and asking the database for it."""

from dataclasses import dataclass

from django.db import connection

from leadboard.playbook import policy, versions


@dataclass(frozen=True)
class Invariant:
    """A name, the promise in words, and the query for the rows that break it."""

    name: str
    promise: str
    sql: str


def violations(invariant: Invariant, limit: int = 10) -> list[tuple]:
    """Return up to `limit` rows that break it; [] when it holds."""
    cap = policy.cap(versions.active()).open_leads
    with connection.cursor() as cursor:
        cursor.execute(invariant.sql, {"limit": limit, "cap": cap})
        return cursor.fetchall()
