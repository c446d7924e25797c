"""How each source does: when something came last, how late it comes, how much of it is refused or waits."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# Per source by its own index. Entries, not the deliveries that carried them; and no tests of ours.
ENTRIES = """
SELECT s.id,
    (SELECT max(received_at) FROM capture_submission WHERE source_id = s.id),
    (SELECT count(*) FROM capture_submission WHERE source_id = s.id AND state = 'quarantined'),
    count(e.*) FILTER (WHERE is_of_day), count(e.*),
    count(e.*) FILTER (WHERE is_of_day AND failed), count(e.*) FILTER (WHERE failed),
    percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY lag) FILTER (WHERE is_of_day),
    percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY lag)
FROM capture_source s LEFT JOIN LATERAL (
    SELECT received_at > now() - interval '24 hours' AS is_of_day,
        state IN ('quarantined', 'discarded') AS failed,
        CASE WHEN submitted_at IS NOT NULL
            THEN greatest(extract(epoch FROM received_at - submitted_at), 0)::double precision END AS lag
    FROM capture_submission
    WHERE source_id = s.id AND received_at > now() - interval '7 days'
        AND state <> 'split' AND NOT headers ? 'X-Leadboard-Test'
) e ON true
WHERE s.id = ANY(%s) GROUP BY s.id
"""
REFUSALS = """
SELECT source_id,
    coalesce(sum(times) FILTER (WHERE hour > now() - interval '24 hours'), 0)::int, sum(times)::int
FROM capture_refusal WHERE source_id = ANY(%s) AND hour > now() - interval '7 days' GROUP BY source_id
"""


@dataclass(frozen=True)
class Period:
    """Entries that came in a period, how many of them failed or were refused, and their lag in seconds."""

    entries: int
    failed: int
    refused: int
    lag: tuple[float, float] | None  # p50, p95 of received − submitted; None where no vendor told a time

    @property
    def error_rate(self) -> float | None:
        """Return which share of all that was sent was refused, waits or was put away; None for nothing."""
        sent = self.entries + self.refused
        return (self.failed + self.refused) / sent if sent else None


@dataclass(frozen=True)
class Figures:
    """What a source did: its newest arrival, how many wait, the last 24 hours and the last seven days."""

    newest: datetime | None
    waiting: int
    day: Period
    week: Period


def of(source_ids: list[int]) -> dict[int, Figures]:
    """Return the figures of sources, two queries for all of them."""
    with connection.cursor() as cursor:
        cursor.execute(REFUSALS, [source_ids])
        refused = {row[0]: row[1:] for row in cursor.fetchall()}
        cursor.execute(ENTRIES, [source_ids])
        rows = cursor.fetchall()
    return {row[0]: _figures(row, refused.get(row[0], (0, 0))) for row in rows}


def _figures(row, refused: tuple[int, int]) -> Figures:
    _, newest, waiting, day, week, day_failed, week_failed, day_lag, week_lag = row
    return Figures(
        newest,
        waiting,
        Period(day, day_failed, refused[0], _lag(day_lag)),
        Period(week, week_failed, refused[1], _lag(week_lag)),
    )


def _lag(percentiles: list[float | None] | None) -> tuple[float, float] | None:
    if not percentiles or percentiles[0] is None or percentiles[1] is None:
        return None
    return round(percentiles[0], 3), round(percentiles[1], 3)
