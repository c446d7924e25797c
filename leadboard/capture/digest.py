"""What becomes of a submission once it is kept: a lead, a join, several of them, or a place in quarantine."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction

from leadboard.capture import arrival, awaiting, entries, identity, junk, making, mapping, parts
from leadboard.capture.entries import Entry
from leadboard.capture.mapping import Person
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.capture.screening import apart
from leadboard.capture.vendors import VENDORS
from leadboard.capture.vendors.vendor import Vendor
from leadboard.http import bodies
from leadboard.http.problems import Problem
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import versions

TEST = "test_lead"
SETTLE = """
UPDATE capture_submission SET state = %s, problem = %s, lead_id = %s, submitted_at = %s, digested_at = now()
WHERE id = %s AND state = %s
"""


class AlreadyDigested(Exception):
    """Another process was faster; what this one did is rolled back."""


@dataclass(frozen=True)
class Unusable:
    """A payload of which no lead can be made, and why in words."""

    words: str
    is_nothing: bool = False  # a list of nothing: nobody has to look


def digest(submission: Submission, payload: Any = None) -> None:
    """Make of a kept submission what it is, in one transaction; bring the object up to date.

    `payload` saves parsing the body again. One that carries several entries is split: each becomes a
    submission of its own, to be digested next. The row must still have the state of the object, else
    AlreadyDigested is raised and nothing is changed.
    """
    documents = _documents(submission, payload)
    with transaction.atomic():
        if isinstance(documents, Unusable):
            state = SubmissionState.IGNORED if documents.is_nothing else SubmissionState.QUARANTINED
            _settle(submission, state, problem=documents.words)
        elif len(documents) == 1:
            _digest_entry(submission, entries.read(vendor_of(submission), documents[0]))
        else:
            _settle(submission, SubmissionState.SPLIT)
            parts.keep(submission, documents)


def _digest_entry(submission: Submission, entry: Entry) -> None:
    if submission.is_trial:
        entry = replace(entry, is_test=True)
    if entry.ignored:
        _settle(submission, SubmissionState.IGNORED, problem=entry.ignored)
        return
    person = person_in(entry, submission)
    if isinstance(person, Unusable):
        _settle(submission, SubmissionState.QUARANTINED, problem=person.words)
        return
    lead, state = _lead_of(submission, entry, person)
    _settle(submission, state, lead=lead, submitted_at=person.submitted_at)


def _lead_of(submission: Submission, entry: Entry, person: Person) -> tuple[Lead, str]:
    """Return the lead that was made or joined, and which of the two. Nobody joins the lead of a test."""
    if entry.is_test:
        person.extra[TEST] = True
    if entry.external_id:
        return awaiting.receive(submission, entry, person)
    if entry.is_test:
        return making.capture(submission, person, desk=Desk.QUARANTINE), SubmissionState.CAPTURED
    playbook = versions.active()
    if sign := junk.judge(submission, entry, person, playbook.door):
        return apart.keep_apart(submission, person, sign, playbook), SubmissionState.CAPTURED
    return arrival.take_in(submission, person, identity.look_up(person), playbook)


def quarantine(submission: Submission, words: str) -> None:
    """Put a submission that could not be digested where people see it, with the problem in words."""
    _settle(submission, SubmissionState.QUARANTINED, problem=words)


def discard(submission: Submission) -> None:
    """Put a submission away for good; its raw body stays."""
    _settle(submission, SubmissionState.DISCARDED, problem=submission.problem)


def person_of(payload: dict[str, Any], source: Source, now) -> Person | Unusable:
    """Return whom a payload speaks of by the source's mapping, or why it is of no use."""
    person = mapping.read(payload, source.mapping, now=now)
    return person if person.is_usable() else _nobody(payload)


def person_in(entry: Entry, submission: Submission) -> Person | Unusable:
    """Return whom an entry speaks of, or why it is of no use; whoever is awaited may be unknown yet."""
    if entry.problem:
        return Unusable(entry.problem)
    now = submission.received_at
    person = mapping.read(entry.fields, entries.rules(entry, submission.source.mapping), now=now)
    person.submitted_at = entries.believable(entry.submitted_at, now) or person.submitted_at
    return person if entry.external_id or person.is_usable() else _nobody(entry.fields)


def entry_of(submission: Submission) -> Entry:
    """Return the entry that a submission carries; of several, and of none that can be read, a problem."""
    documents = _documents(submission, None)
    if isinstance(documents, Unusable):
        return Entry(problem=documents.words)
    if len(documents) > 1:
        return Entry(problem="It carried several entries; each is kept on its own.")
    return entries.read(vendor_of(submission), documents[0])


def vendor_of(submission: Submission) -> Vendor:
    """Return who reads a submission: its source's vendor; a row of a file is read as it is."""
    return VENDORS["generic" if submission.content_type == entries.ROW else submission.source.vendor]


def _nobody(payload: dict[str, Any]) -> Unusable:
    sent = ", ".join(list(payload)[:20])[:500]
    return Unusable(
        "Nobody was recognised in it: no e-mail address, phone number, name or company. "
        f"It has the fields {sent}. Map one of them in the source, then replay it."
    )


def _documents(submission: Submission, payload: Any) -> list[dict[str, Any]] | Unusable:
    """Return the documents of one entry each, of which at least one is there; or why it cannot be read."""
    vendor = vendor_of(submission)
    if payload is None:
        try:
            lists, body = vendor.split is not None, bytes(submission.body)
            payload = bodies.parse(submission.content_type, body, lists=lists, nothing=vendor.batches)
        except Problem as problem:
            return Unusable(f"It cannot be read: {problem.detail}")
    found = [payload] if submission.content_type == entries.PART else entries.documents(vendor, payload)
    return found or Unusable(f"{vendor.title} sent a list without entries.", is_nothing=vendor.batches)


def _settle(submission: Submission, state: str, *, problem: str = "", lead=None, submitted_at=None) -> None:
    with connection.cursor() as cursor:
        values = [state, problem, lead and lead.pk, submitted_at, submission.pk, submission.state]
        cursor.execute(SETTLE, values)
        if not cursor.rowcount:
            raise AlreadyDigested(str(submission.pk))
    submission.state, submission.problem, submission.lead, submission.submitted_at = (
        state,
        problem,
        lead,
        submitted_at,
    )
