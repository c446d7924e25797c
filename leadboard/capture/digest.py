"""What becomes of a submission once it is kept: a lead, a join, or a place in quarantine."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from leadboard.capture import identity, mapping
from leadboard.capture.mapping import Person
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.http import bodies
from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.playbook import policy, versions

COLUMNS = ("name", "email", "phone", "company", "title", "country", "website", "campaign", "basis")
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


def digest(submission: Submission, payload: dict[str, Any] | None = None) -> None:
    """Make of a kept submission what it is, in one transaction; bring the object up to date.

    `payload` saves parsing the body again. The row must still have the state of the object, else
    AlreadyDigested is raised and nothing is changed.
    """
    person = _read(submission, payload)
    with transaction.atomic():
        if isinstance(person, Unusable):
            _settle(submission, SubmissionState.QUARANTINED, problem=person.words)
            return
        found = identity.look_up(person)
        if found.lead is None:
            lead, state = _capture(submission, person), SubmissionState.CAPTURED
        else:
            lead, state = _join(submission, person, found.lead), SubmissionState.JOINED
        identity.point(found, lead)
        _settle(submission, state, lead=lead, submitted_at=person.submitted_at)


def quarantine(submission: Submission, words: str) -> None:
    """Put a submission that could not be digested where people see it, with the problem in words."""
    _settle(submission, SubmissionState.QUARANTINED, problem=words)


def discard(submission: Submission) -> None:
    """Put a submission away for good; its raw body stays."""
    _settle(submission, SubmissionState.DISCARDED, problem=submission.problem)


def person_of(payload: dict[str, Any], source: Source, now) -> Person | Unusable:
    """Return whom a payload speaks of by the source's mapping, or why it is of no use."""
    person = mapping.read(payload, source.mapping, now=now)
    if person.is_usable():
        return person
    sent = ", ".join(list(payload)[:20])[:500]
    return Unusable(
        "Nobody was recognised in it: no e-mail address, phone number, name or company. "
        f"It has the fields {sent}. Map one of them in the source, then replay it."
    )


def _read(submission: Submission, payload: dict[str, Any] | None) -> Person | Unusable:
    if payload is None:
        try:
            payload = bodies.parse(submission.content_type, bytes(submission.body))
        except Problem as problem:
            return Unusable(f"It cannot be read: {problem.detail}")
    return person_of(payload, submission.source, submission.received_at)


def _capture(submission: Submission, person: Person) -> Lead:
    source, fields = submission.source, person.fields
    playbook = versions.active()
    lead_type = _lead_type(playbook, source, person)
    lead, _ = lifecycle.capture(
        {name: fields[name] for name in COLUMNS if name in fields}
        | {
            "uid": submission.id,
            "message": fields.get("message", ""),
            "extra": person.extra,
            "source": source.name,
            "campaign": fields.get("campaign") or source.campaign,
            "lead_type": lead_type,
            "submitted_at": person.submitted_at,
            "last_touch_at": submission.received_at,
        },
        facts=_facts(submission, lead_type),
        playbook_version=playbook.version,
    )
    return lead


def _join(submission: Submission, person: Person, lead: Lead) -> Lead:
    """Record that a person wrote again: fill what is empty, take the newer message, count the touch."""
    fields = person.fields
    playbook = versions.active()
    lead_type = _lead_type(playbook, submission.source, person)
    changes = {name: fields[name] for name in COLUMNS if fields.get(name) and not getattr(lead, name)}
    if fields.get("message"):
        changes["message"] = fields["message"]
    if not lead.lead_type:
        changes["lead_type"] = lead_type
    extra = person.extra | lead.extra
    if extra != lead.extra:
        changes["extra"] = extra
    lifecycle.move(
        lead,
        "joined",
        facts=_facts(submission, lead_type),
        playbook_version=playbook.version,
        last_touch_at=submission.received_at,
        **changes,
    )
    return lead


def _lead_type(playbook, source: Source, person: Person) -> str:
    """Return the type that the source declares, else the one that the playbook sees in the content."""
    declared = source.lead_type or person.fields.get("lead_type", "")
    facts = (
        {"form": source.name} | person.extra | person.fields | {"source": source.name, "lead_type": declared}
    )
    return policy.lead_type(playbook, facts=facts)


def _facts(submission: Submission, lead_type: str) -> dict[str, str]:
    """Return the facts of the event: ids and codes, nothing of the person."""
    return {"submission": str(submission.id), "source": submission.source.name, "lead_type": lead_type}


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
