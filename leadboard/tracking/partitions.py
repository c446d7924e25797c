"""The months of the touch table: made ahead of time, dropped when they are too old to be kept.

A month that nobody made in time loses nothing: its touches lie in the default partition and are moved
when the month is made.
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from leadboard.leads.clock import db_now

MONTHS_AHEAD = 3
LOCK = 0x70C4  # advisory: one program at a time changes the partitions
FIND = """
SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
WHERE inhparent = 'tracking_touch'::regclass AND child.relname ~ '^tracking_touch_\\d{4}_\\d{2}$'
"""
MAKE = """
CREATE TABLE {name} (LIKE tracking_touch INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES);
WITH late AS (
    DELETE FROM tracking_touch_default WHERE at >= '{begin}' AND at < '{end}' RETURNING *
)
INSERT INTO {name} SELECT * FROM late;
ALTER TABLE tracking_touch ATTACH PARTITION {name} FOR VALUES FROM ('{begin}') TO ('{end}');
"""


def month_of(at: datetime, ahead: int = 0) -> datetime:
    """Return the first moment (UTC) of the month of `at`, or of the one so many months later (or before)."""
    at = at.astimezone(UTC)
    months = at.year * 12 + at.month - 1 + ahead
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)


def keep_months() -> None:
    """Make this month and the next ones; drop those whose every touch is older than what is kept, and forget
    the browsers that were not seen since.
    """
    now = db_now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute("SELECT set_config('lock_timeout', '5s', true)")
        there = names(cursor)
        for month in (month_of(now, ahead) for ahead in range(MONTHS_AHEAD + 1)):
            if name_of(month) not in there:
                make(cursor, month)
        oldest = month_of(now, -settings.LEADBOARD_TOUCH_MONTHS)
        _drop_old(cursor, there, oldest)
        cursor.execute("DELETE FROM tracking_visitor WHERE seen_at < %s", [oldest])


def names(cursor: Any) -> set[str]:
    """Return the names of the months that are there."""
    cursor.execute(FIND)
    return {row[0] for row in cursor.fetchall()}


def name_of(month: datetime) -> str:
    """Return the name of the table of a month."""
    return f"tracking_touch_{month:%Y_%m}"


def make(cursor: Any, month: datetime) -> None:
    """Make the table of a month, with what had fallen into the default partition meanwhile."""
    cursor.execute(
        MAKE.format(name=name_of(month), begin=month.isoformat(), end=month_of(month, 1).isoformat())
    )


def _drop_old(cursor: Any, there: set[str], oldest: datetime) -> None:
    """Drop the months before `oldest`, and what is older in the default partition."""
    for name in sorted(name for name in there if name < name_of(oldest)):
        cursor.execute(f"DROP TABLE {name}")
    cursor.execute("DELETE FROM tracking_touch_default WHERE at < %s", [oldest])
