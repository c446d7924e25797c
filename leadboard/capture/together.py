"""Deliveries of one moment kept and digested together, by the rules of one alone, in few statements.

Together goes what is plain: one entry each, of somebody whom nobody knows yet, without a sign of junk. What
is kept and is not plain is digested alone, as `intake` does it.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from leadboard.capture import entries, identity, junk, making, row_submissions
from leadboard.capture.digest import AlreadyDigested, person_in
from leadboard.capture.mapping import Person
from leadboard.capture.models import Submission, SubmissionState
from leadboard.capture.vendors import VENDORS
from leadboard.companies import known
from leadboard.leads.batch import capture_all
from leadboard.leads.models import Lead
from leadboard.playbook import versions
from leadboard.playbook.schema import Playbook

log = logging.getLogger(__name__)
# In the order of their keys, so that two batches with the same keys wait for each other and never deadlock;
# like `intake.KEEP`, which says what the time-out is for.
KEEP = """
WITH patience AS (SELECT set_config('lock_timeout', '1s', true) AS is_set)
INSERT INTO capture_submission
    (id, source_id, received_at, content_type, headers, body, body_hash, idempotency_key,
     state, problem, attempts)
SELECT i.id, i.source, now(), i.content_type, i.headers, i.body, i.body_hash, i.key, 'received', '', 0
FROM patience, unnest(%s::uuid[], %s::bigint[], %s::text[], %s::jsonb[], %s::bytea[], %s::bytea[], %s::text[])
    AS i (id, source, content_type, headers, body, body_hash, key)
WHERE is_set IS NOT NULL
ORDER BY i.source, i.key
ON CONFLICT (source_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id, received_at
"""


@dataclass
class Delivery:
    """A submission and what its body says; whom it speaks of, once that is read."""

    submission: Submission
    payload: Any
    keys: list[identity.Key] = field(default_factory=list)
    person: Person | None = None


def keep(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Insert submissions in one statement, committed by itself; return those whose idempotency key is new."""
    rows = [one.submission for one in deliveries]
    columns: list[list[Any]] = [
        [row.id for row in rows], [row.source_id for row in rows], [row.content_type for row in rows],
        [Jsonb(row.headers) for row in rows], [row.body for row in rows], [row.body_hash for row in rows],
        [row.idempotency_key for row in rows],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(KEEP, columns)
        received = dict(cursor.fetchall())
    fresh = [one for one in deliveries if one.submission.id in received]
    for one in fresh:
        one.submission.received_at = received[one.submission.id]
    return fresh


def digest(kept: Sequence[Delivery]) -> list[Delivery]:
    """Make leads of what is plain among kept deliveries, all in one transaction; return the others, which are
    still to be digested. A fault leaves all of them; nothing is raised.
    """
    new: list[Delivery] = []
    if not kept:
        return new
    try:
        playbook = versions.active()
        with transaction.atomic():
            new = _new([one for one in kept if _is_plain(one, playbook)])
            if new:
                _capture(new, playbook)
    except Exception:  # each is digested alone then, and keeps its own fault
        log.exception("%s deliveries could not be digested together", len(kept))
        connection.close()
        return list(kept)
    done = {one.submission.id for one in new}
    return [one for one in kept if one.submission.id not in done]


def _is_plain(one: Delivery, playbook: Playbook) -> bool:
    """Is it one entry that speaks of somebody who can be looked up, without a sign of junk?"""
    submission, vendor = one.submission, VENDORS[one.submission.source.vendor]
    documents = entries.documents(vendor, one.payload)
    if submission.is_trial or len(documents) != 1:
        return False
    entry = entries.read(vendor, documents[0])
    if entry.is_test or entry.external_id or entry.ignored or entry.problem:
        return False
    person = person_in(entry, submission)
    if not isinstance(person, Person):
        return False
    one.person, one.keys = person, identity.keys_of(person)
    return bool(one.keys) and junk.judge(submission, entry, person, playbook.door) is None


def _new(plain: list[Delivery]) -> list[Delivery]:
    """Return those whom nobody knows, none of them twice. All keys are locked, in one order as everywhere."""
    seen = set(identity.lock_all([key for one in plain for key in one.keys]))
    new = []
    for one in plain:
        if seen.isdisjoint(one.keys):
            new.append(one)
        seen.update(one.keys)
    return new


def _capture(new: list[Delivery], playbook: Playbook) -> None:
    people = [_person(one) for one in new]
    companies = known.recognise_all([person.fields for person in people])
    leads = [
        Lead(**making.columns_of(one.submission, person, playbook, company))
        for one, person, company in zip(new, people, companies, strict=True)
    ]
    facts = [making.facts_of(one.submission, lead.lead_type) for one, lead in zip(new, leads, strict=True)]
    capture_all(leads, facts, playbook_version=playbook.version)
    known.link_all([(lead, company) for lead, company in zip(leads, companies, strict=True) if company])
    identity.point_all(_pointed(new, leads))
    _settle(new, leads)


def _pointed(new: list[Delivery], leads: list[Lead]) -> dict[identity.Key, Lead]:
    """Return which keys point to which of the new leads: those that are needed."""
    pointed: dict[identity.Key, Lead] = {}
    for one, lead in zip(new, leads, strict=True):
        own = dict.fromkeys(one.keys, lead)
        pointed |= {key: lead for key in one.keys if not identity.is_needless(key, own, lead)}
    return pointed


def _settle(new: list[Delivery], leads: list[Lead]) -> None:
    """Write what became of them; AlreadyDigested when somebody else has digested one meanwhile."""
    ids = [one.submission.id for one in new]
    count = row_submissions.settle(
        [
            ids, [str(SubmissionState.CAPTURED)] * len(new), [""] * len(new), [lead.pk for lead in leads],
            [_person(one).submitted_at for one in new],
        ]
    )  # fmt: skip
    if count != len(new):
        raise AlreadyDigested(", ".join(map(str, ids)))


def _person(one: Delivery) -> Person:
    assert one.person is not None
    return one.person
