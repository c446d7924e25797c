"""Ask the vendor for the details of leads that await them, with the firm's token, until they come."""

import json
import logging

from django.db import connection
from django_q.tasks import async_task

from leadboard.capture import intake
from leadboard.capture.entries import OURS, PART, digest_of
from leadboard.capture.models import Awaited, Source, Submission
from leadboard.capture.vendors import VENDORS
from leadboard.capture.vendors.asking import NotAnswered

log = logging.getLogger(__name__)
JOB = "leadboard.capture.fetching.fetch"
TRIES, BATCH = 12, 100
# Each try doubles the wait for the next: half a minute, a minute, … seventeen hours before the last.
# The claim on the row is the try itself, so that a job that runs twice asks once.
CLAIM = """
UPDATE capture_awaited SET asked = asked + 1, ask_at = now() + interval '30 seconds' * power(2, asked)
WHERE id = %s AND arrived_at IS NULL AND ask_at <= now() AND asked < %s
"""
DUE = """
SELECT a.id FROM capture_awaited a JOIN capture_source s ON s.id = a.source_id
WHERE a.arrived_at IS NULL AND a.asked < %s AND a.ask_at <= now() - interval '10 seconds'
  AND s.active AND s.token <> '' AND s.vendor = ANY(%s)
ORDER BY a.ask_at LIMIT %s
"""
NOTE = """
UPDATE capture_awaited
SET problem = %s, ask_at = CASE WHEN %s THEN NULL ELSE greatest(ask_at, now() + %s * interval '1 second') END
WHERE id = %s
"""
# Whoever presses the button, or brings another token, begins the tries anew.
ANEW = """
UPDATE capture_awaited SET asked = 0, ask_at = now()
WHERE source_id = %s AND arrived_at IS NULL
    AND lead_id IN (SELECT id FROM leads_lead WHERE NOT extra ? 'test_lead')
RETURNING id
"""


def fetch(awaited_id: int) -> bool:
    """Ask for the details of one lead; True when they came. Asking twice at once asks once."""
    awaited = Awaited.objects.select_related("source").filter(pk=awaited_id, arrived_at=None).first()
    if awaited is None or not awaited.source.token:
        return False
    ask = VENDORS[awaited.source.vendor].fetch
    if ask is None or not _claim(awaited_id):
        return False
    try:
        document = ask(awaited.external_id, awaited.source.token)
    except NotAnswered as refusal:
        log.warning("details of awaited lead %s did not come: %s", awaited_id, refusal)
        is_over = refusal.is_final or awaited.asked + 1 >= TRIES
        _note(awaited_id, str(refusal), is_over=is_over, after=refusal.after)
        return False
    _keep(awaited, document)
    return True


def ask_anew(source: Source) -> int:
    """Ask the vendor again about every lead of a source that awaits details; return how many are asked now.

    The sweep asks the others, so many that the queue stays short.
    """
    if not source.token or VENDORS[source.vendor].fetch is None:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ANEW, [source.pk])
        waiting = [row[0] for row in cursor.fetchall()]
    for awaited_id in waiting[:BATCH]:
        async_task(JOB, awaited_id)
    return len(waiting)


def fetch_left_behind() -> int:
    """Enqueue a job for every lead whose vendor is to be asked now and has not been; return how many."""
    askable = [name for name, vendor in VENDORS.items() if vendor.fetch]
    with connection.cursor() as cursor:
        cursor.execute(DUE, [TRIES, askable, BATCH])
        due = [row[0] for row in cursor.fetchall()]
    for awaited_id in due:
        async_task(JOB, awaited_id)
    return len(due)


def _claim(awaited_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [awaited_id, TRIES])
        return bool(cursor.rowcount)


def _note(awaited_id: int, words: str, *, is_over: bool, after: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [words[:500], is_over, after, awaited_id])


def _keep(awaited: Awaited, document: dict) -> None:
    """Take the vendor's answer in by the door of all submissions: kept first, then digested."""
    body = json.dumps(document, ensure_ascii=False).encode()
    submission = Submission(
        source=awaited.source,
        content_type=PART,
        body=body,
        body_hash=intake.fingerprint(PART, body),
        idempotency_key=f"{OURS}fetched {awaited.pk} {digest_of(document)}",
    )
    received_at = intake.keep(submission)
    if received_at is not None:
        submission.received_at = received_at
        intake.digest_or_leave(submission)
