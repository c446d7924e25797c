"""Rows of a file kept as submissions, many in one statement; what became of each is written as quickly."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg.types.json import Jsonb

from leadboard.capture import entries, intake
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.leads.clock import db_now
from leadboard.sheets.reading import Row

KEEP = """
INSERT INTO capture_submission
    (id, source_id, received_at, content_type, headers, body, body_hash, idempotency_key,
     state, problem, attempts)
SELECT i.id, %s, now(), %s, i.headers, i.body, i.body_hash, i.key, 'received', '', 0
FROM unnest(%s::uuid[], %s::jsonb[], %s::bytea[], %s::bytea[], %s::text[])
    AS i (id, headers, body, body_hash, key)
ON CONFLICT (source_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id
"""
SETTLE = """
UPDATE capture_submission s
SET state = i.state, problem = i.problem, lead_id = i.lead, submitted_at = i.submitted_at, digested_at = now()
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
    AS i (id, state, problem, lead, submitted_at)
WHERE s.id = i.id AND s.state IN ('received', 'quarantined')
"""
Kept = tuple[Row, Submission]


def keep(rows: Sequence[Row], source: Source, file_hash: str) -> list[Kept]:
    """Keep the rows that are new; return them, and those that an earlier run kept without making a lead."""
    made = {_key(row, file_hash): (row, _submission(row, source, file_hash)) for row in rows}
    if not made:
        return []
    fresh = [one for _, one in made.values()]
    values: list[Any] = [source.pk, entries.ROW, [one.id for one in fresh]]
    values += [[Jsonb(one.headers) for one in fresh], [one.body for one in fresh]]
    values += [[one.body_hash for one in fresh], list(made)]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)
        stored = {row[0] for row in cursor.fetchall()}
    now = db_now()
    for one in fresh:
        one.received_at = now
    waiting = _waiting([key for key, (_, one) in made.items() if one.id not in stored], source)
    kept = [(row, one if one.id in stored else waiting.get(key)) for key, (row, one) in made.items()]
    return [(row, one) for row, one in kept if one is not None]


def settle(columns: Sequence[list[Any]]) -> int:
    """Write what became of submissions: their ids, states, problems, leads and submit times, each a list.
    Return how many still waited for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, list(columns))
        return cursor.rowcount


def payload_of(row: Row) -> dict[str, Any]:
    """Return a row as a delivery: its cells that say something, by column."""
    return {name: cell for name, cell in row.cells.items() if cell not in ("", None)} or {"row": row.number}


def _waiting(keys: list[str], source: Source) -> Mapping[str, Submission]:
    """Return the submissions of earlier runs that made no lead yet, locked."""
    if not keys:
        return {}
    earlier = Submission.objects.select_for_update(of=("self",)).filter(
        source=source, idempotency_key__in=keys
    )
    left = earlier.filter(state__in=[SubmissionState.RECEIVED, SubmissionState.QUARANTINED]).order_by("id")
    found = {str(one.idempotency_key): one for one in left}
    for one in found.values():
        one.source = source
    return found


def _key(row: Row, file_hash: str) -> str:
    return f"{entries.OURS}import {file_hash} {row.number}"


def _submission(row: Row, source: Source, file_hash: str) -> Submission:
    body = json.dumps(payload_of(row), ensure_ascii=False).encode()
    return Submission(
        source=source, content_type=entries.ROW, body=body, headers={"Row": row.number},
        body_hash=intake.fingerprint(entries.ROW, body), idempotency_key=_key(row, file_hash),
    )  # fmt: skip
