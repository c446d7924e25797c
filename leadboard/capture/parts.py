"""The entries of a delivery that carried several: each is kept as a submission of its own."""

import json
import uuid
from typing import Any

from django.db import connection

from leadboard.capture import entries
from leadboard.capture.models import Submission
from leadboard.capture.vendors import VENDORS

# In the order of their keys, so that two deliveries of the same entries wait for each other and never
# deadlock. What came before, in whichever delivery, is there already.
KEEP = """
INSERT INTO capture_submission
    (id, source_id, received_at, content_type, headers, body, body_hash, idempotency_key,
     state, problem, attempts, part_of_id)
SELECT part.id, %s, %s, %s, '{}', part.body, sha256(part.body), part.key, 'received', '', 0, %s
FROM unnest(%s::uuid[], %s::bytea[], %s::text[]) AS part (id, body, key)
ORDER BY part.key
ON CONFLICT (source_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
"""


def keep(submission: Submission, documents: list[Any]) -> None:
    """Insert one submission per document; an entry that was received before is left out.

    An entry without an id of the vendor's has its place in this delivery for one.
    """
    vendor = submission.source.vendor
    keys = [
        entries.key_of(vendor, entries.read(VENDORS[vendor], document))
        or f"{entries.OURS}{submission.id} {place}"
        for place, document in enumerate(documents)
    ]
    bodies = [json.dumps(document, ensure_ascii=False).encode() for document in documents]
    values: list[Any] = [submission.source_id, submission.received_at, entries.PART, submission.id]
    ids = [uuid.uuid4() for _ in documents]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [*values, ids, bodies, keys])


def waiting(submission: Submission) -> list[Submission]:
    """Return the parts that are still to be digested."""
    return list(submission.parts.filter(state="received").select_related("source"))
