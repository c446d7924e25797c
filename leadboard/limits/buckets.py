"""Take from token buckets: one statement, whatever the number of processes that ask at once.

A bucket of "60 in a minute" holds 60, gives one for each that is let in, and fills by one a second. The
row's lock makes it exact: the next asker reads what the one before has left.
"""

import math
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import connection

LONGEST = timedelta(days=1)  # so that whoever was idle for a day has a full bucket, and the row may go
LEFT = "least(%(full{n})s, b.tokens + extract(epoch FROM clock_timestamp() - b.at) * %(rate{n})s)"
TAKE = f"""
bucket{{n}} AS (
    INSERT INTO limits_bucket AS b (key, tokens, at)
    SELECT %(key{{n}})s, %(full{{n}})s - %(count)s, clock_timestamp() {{after}}
    WHERE %(full{{n}})s >= %(count)s
    ON CONFLICT (key) DO UPDATE SET tokens = {LEFT} - %(count)s, at = greatest(b.at, clock_timestamp())
    WHERE {LEFT} >= %(count)s
    RETURNING 1 AS taken
)
"""
NEXT = """
SELECT (1 - tokens - extract(epoch FROM clock_timestamp() - at) * %s) / %s FROM limits_bucket WHERE key = %s
"""
FORGET = "DELETE FROM limits_bucket WHERE at < now() - %s"


class Rate(NamedTuple):
    """So many within a time: at once at most, and refilled evenly over the time."""

    most: int
    within: timedelta

    @property
    def per_second(self) -> float:
        """Return by how much a bucket fills in a second."""
        return self.most / self.within.total_seconds()


def take(asked: dict[str, Rate], count: int = 1) -> int | None:
    """Take one (or `count`) from each of these buckets, in their order, in one statement; return None when
    each had as many.

    Else return the whole seconds after which the first of the others has one again (1 at least). A bucket
    after such a one is not touched; one before it has given all the same.
    """
    values: dict[str, Any] = {"count": float(count)}
    for n, (key, rate) in enumerate(asked.items()):
        values |= {f"key{n}": key, f"full{n}": float(rate.most), f"rate{n}": rate.per_second}
    steps = [
        TAKE.format(
            n=n, after=f"FROM bucket{n - 1}" if n else ""
        )  # a step without a row before it does nothing
        for n in range(len(asked))
    ]
    counts = ", ".join(f"(SELECT count(*) FROM bucket{n})" for n in range(len(asked)))  # noqa: S608 - reason: numbers
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(steps)} SELECT {counts}", values)
        taken = cursor.fetchone()
    empty = next((key for key, given in zip(asked, taken, strict=True) if not given), None)
    return None if empty is None else _seconds(empty, asked[empty])


def _seconds(key: str, rate: Rate) -> int:
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [rate.per_second, rate.per_second, key])
        row = cursor.fetchone()
    return max(1, math.ceil(row[0])) if row else 1


def forget_idle() -> int:
    """Remove the buckets that nobody asked for a day: they are full. Return how many."""
    values: list[Any] = [LONGEST]
    with connection.cursor() as cursor:
        cursor.execute(FORGET, values)
        return cursor.rowcount
