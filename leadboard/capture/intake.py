"""The door: a delivery is kept first and committed, then digested; whatever goes wrong later, it is there."""

import hashlib
import logging
import re
import time
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import Error, OperationalError, connection, transaction
from django_q.tasks import async_task
from psycopg import errors
from psycopg.types.json import Jsonb

from leadboard.capture import entries, parts, trials
from leadboard.capture.digest import AlreadyDigested, digest, quarantine
from leadboard.capture.junk import DOUBT, Sign
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.capture.vendors import VENDORS
from leadboard.http.problems import Problem

log = logging.getLogger(__name__)
KEPT_HEADERS = ("User-Agent", "Referer", "Origin", "Accept-Language", "X-Request-Id")
LONGEST_HEADER = 500
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
TRIES, BATCH = 7, 100
PATIENCE = 2  # seconds that a sender waits at most while the entries of its delivery are digested
PARTS = "leadboard.capture.intake.digest_parts"
# The lock time-out is only for a twin whose insert has not committed: the key is in flight then.
KEEP = """
WITH patience AS (SELECT set_config('lock_timeout', '1s', true) AS is_set)
INSERT INTO capture_submission
    (id, source_id, received_at, content_type, headers, body, body_hash, idempotency_key,
     state, problem, attempts)
SELECT %s, %s, now(), %s, %s, %s, %s, %s, 'received', '', 0 FROM patience WHERE is_set IS NOT NULL
ON CONFLICT (source_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING received_at
"""
# Each try doubles the wait for the next: 10 s, 20 s, … about 20 minutes in all.
LEFT_BEHIND = """
UPDATE capture_submission SET attempts = attempts + 1
WHERE id IN (
    SELECT id FROM capture_submission
    WHERE state = 'received' AND received_at < now() - interval '10 seconds' * power(2, attempts)
    ORDER BY received_at LIMIT %s FOR UPDATE SKIP LOCKED
)
RETURNING id
"""


def accept(
    source: Source,
    content_type: str,
    body: bytes,
    payload: Any,
    *,
    headers: Mapping[str, str],
    idempotency_key: str | None = None,
    doubt: Sign | None = None,
) -> uuid.UUID:
    """Keep a delivery, then digest it; return the submission's id, the first one's for a key used again.
    `doubt` is the sign by which a program sent it: what is made of it goes to the junk desk.

    Without a key of the sender's the vendor's own id of the delivery is the key. Raises Problem 422 when the
    sender's key came with another body before, 409 while its twin is in flight, 400 for a list of nothing
    of a vendor that never sends one. Once the delivery is committed nothing is raised any more.
    """
    submission = submission_of(
        source, content_type, body, payload, headers=headers, idempotency_key=idempotency_key, doubt=doubt
    )
    received_at = keep(submission)
    if received_at is None:
        return first_of(submission).id
    submission.received_at = received_at
    digest_or_leave(submission, payload)
    return submission.id


def submission_of(
    source: Source,
    content_type: str,
    body: bytes,
    payload: Any,
    *,
    headers: Mapping[str, str],
    idempotency_key: str | None = None,
    doubt: Sign | None = None,
) -> Submission:
    """Return the unsaved submission of a delivery; Problem 400 for a list of nothing of a vendor that never
    sends one.
    """
    return Submission(
        source=source,
        content_type=content_type,
        body=body,
        body_hash=fingerprint(content_type, body),
        headers=_kept(headers)
        | trials.mark(source, headers, body)
        | ({DOUBT: " ".join(doubt)} if doubt else {}),
        idempotency_key=idempotency_key or vendors_key(source, body, payload),
    )


def keep(submission: Submission) -> datetime | None:
    """Insert a submission; return when it was received, or None if its idempotency key is known already."""
    values: list[Any] = [
        submission.id,
        submission.source_id,
        submission.content_type,
        Jsonb(submission.headers),
        submission.body,
        submission.body_hash,
        submission.idempotency_key,
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(KEEP, values)
            row = cursor.fetchone()
    except OperationalError as error:
        if isinstance(error.__cause__, errors.LockNotAvailable):
            raise Problem(
                409,
                "in_flight",
                "The same Idempotency-Key is being received right now; ask again.",
                headers={"Retry-After": "1"},
            ) from None
        raise
    return row[0] if row else None


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are kept, bounded, and without NUL, which PostgreSQL cannot store."""
    kept = ((name, headers.get(name, "")[:LONGEST_HEADER].replace("\x00", "")) for name in KEPT_HEADERS)
    return {name: value for name, value in kept if value}


def first_of(submission: Submission) -> Submission:
    """Return the submission that used this key first; Problem 422 when its body was another."""
    first = Submission.objects.only("id", "body_hash", "state").get(
        source=submission.source, idempotency_key=submission.idempotency_key
    )
    is_senders = not str(submission.idempotency_key).startswith(entries.OURS)
    if is_senders and bytes(first.body_hash) != submission.body_hash:
        raise Problem(422, "key_reused", "This Idempotency-Key came with another body before.")
    return first


def vendors_key(source: Source, body: bytes, payload: Any) -> str | None:
    """Return the vendor's own id of a delivery, or of the one entry in it, as a key; None when it has none.

    Several entries have their keys each; their delivery has the hash of its body.
    """
    vendor = VENDORS[source.vendor]
    carried = entries.documents(vendor, payload)
    if not carried and not vendor.batches:
        raise Problem(400, "empty", "The delivery carries no entries.")
    if len(carried) != 1:
        return f"{entries.OURS}{source.vendor} delivery {hashlib.sha256(body).hexdigest()}"
    return entries.key_of(source.vendor, entries.read(vendor, carried[0]))


def fingerprint(content_type: str, body: bytes) -> bytes:
    """Return what makes two deliveries the same: sha256 of content type and body."""
    return hashlib.sha256(content_type.encode() + b"\n" + body).digest()


def idempotency_key(headers: Mapping[str, str]) -> str | None:
    """Return the Idempotency-Key, None without one; Problem 400 unless it is 1 to 255 printable ASCII
    characters.
    """
    key = headers.get("Idempotency-Key")
    if key is not None and not IDEMPOTENCY_KEY.fullmatch(key):
        raise Problem(400, "bad_key", "An Idempotency-Key has 1 to 255 printable ASCII characters.")
    return key


def digest_or_leave(submission: Submission, payload: Any = None) -> Exception | None:
    """Digest a kept submission, with its parts; on any fault leave it for the sweep and return the fault, so
    that nothing is lost.
    """
    try:
        digest(submission, payload)
    except AlreadyDigested:
        return None
    except Exception as fault:  # whatever it is: the submission is kept and tried again
        log.exception(
            "submission %s could not be digested; it stays received and is tried again", submission.pk
        )
        return fault
    if submission.state == SubmissionState.SPLIT:
        digest_parts(submission.pk)
    return None


def digest_parts(submission_id: uuid.UUID | str) -> int:
    """Digest what a delivery carried, each on its own; return how many are left for a job.

    One that fails stays received, like any submission, and holds up nothing.
    """
    until = time.monotonic() + PATIENCE
    waiting = parts.waiting(Submission(pk=submission_id))
    for done, part in enumerate(waiting):
        if time.monotonic() > until:
            async_task(PARTS, str(submission_id))
            return len(waiting) - done
        digest_or_leave(part)
    return 0


def digest_left_behind() -> int:
    """Digest what was received and left (a crash, a fault); return how many were tried.

    Several processes may run it at once. After seven tries, in some twenty minutes, a submission goes into
    quarantine with the fault in words.
    """
    with connection.cursor() as cursor:
        cursor.execute(LEFT_BEHIND, [BATCH])
        waiting = [row[0] for row in cursor.fetchall()]
    for submission in (
        Submission.objects.filter(pk__in=waiting).select_related("source").order_by("received_at")
    ):
        fault = digest_or_leave(submission)
        if fault and submission.attempts >= TRIES:
            _give_up(submission, fault)
    return len(waiting)


def _give_up(submission: Submission, fault: Exception) -> None:
    words = f"It could not be made a lead in {TRIES} tries: {type(fault).__name__}: {str(fault)[:300]}"
    try:
        with transaction.atomic():
            quarantine(submission, words)
    except (AlreadyDigested, Error):
        log.exception("submission %s could not be put into quarantine; it stays received", submission.pk)
