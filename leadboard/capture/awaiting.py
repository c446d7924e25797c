"""Leads that await details: a vendor sent an id, the person comes later, and joins the same lead."""

from typing import Any

from django.db import connection
from django_q.tasks import async_task

from leadboard.capture import arrival, identity, making
from leadboard.capture.entries import Entry
from leadboard.capture.mapping import Person
from leadboard.capture.models import Awaited, Source, Submission, SubmissionState
from leadboard.capture.vendors import VENDORS
from leadboard.companies import known
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import versions

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
JOB = "leadboard.capture.fetching.fetch"
AWAITING = "awaiting_details"


def receive(submission: Submission, entry: Entry, person: Person) -> tuple[Lead, str]:
    """Return the lead of the vendor's id, and whether the submission made it or joined it.

    Called in a transaction, as its first act. There is one lead per id. Until the person can be reached it
    waits on the quarantine desk under a name of ours.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"awaited:{submission.source_id}:{entry.external_id}"])
    found = identity.look_up(person)
    awaited = Awaited.objects.filter(source=submission.source, external_id=entry.external_id).first()
    if awaited is not None:
        return _more(submission, entry, person, awaited, found), SubmissionState.JOINED
    if is_reachable(entry, person):
        return _whole(submission, entry, person, found)
    return _expect(submission, entry, person), SubmissionState.CAPTURED


def waiting_of(source: Source) -> dict[str, Any]:
    """Return how many leads of a source await details, and what the vendor last said why not. No tests."""
    waiting = source.awaited.filter(arrived_at=None).exclude(lead__extra__has_key="test_lead")
    told = waiting.exclude(problem="").order_by("-asked", "-id").first()
    return {"count": waiting.count(), "problem": told.problem if told else ""}


def is_reachable(entry: Entry, person: Person) -> bool:
    """Is there an e-mail address or phone number by which sales can begin? Nobody begins with a test."""
    return bool(person.email or person.phone) and not entry.is_test


def _expect(submission: Submission, entry: Entry, person: Person) -> Lead:
    """Make a lead that awaits its details, and ask the vendor for them when the firm's token is there.

    Nothing is asked about a test: its id is invented.
    """
    extra = person.extra | {AWAITING: True}
    lead = making.capture(
        submission, person, desk=Desk.QUARANTINE, extra=extra, name=person.fields.get("name") or entry.name
    )
    source = submission.source
    awaited = Awaited.objects.create(
        source=source,
        external_id=entry.external_id,
        lead=lead,
        ask_at=None if entry.is_test else submission.received_at,
    )
    if source.token and not entry.is_test and VENDORS[source.vendor].fetch:
        async_task(JOB, awaited.pk)
    return lead


def _whole(
    submission: Submission, entry: Entry, person: Person, found: identity.Found
) -> tuple[Lead, SubmissionState]:
    """Make or join a lead by details that came before, or without, their id alone."""
    lead, state = arrival.take_in(submission, person, found, versions.active())
    Awaited.objects.create(
        source=submission.source,
        external_id=entry.external_id,
        lead=lead,
        ask_at=None,
        arrived_at=submission.received_at,
    )
    return lead, state


def _more(
    submission: Submission, entry: Entry, person: Person, awaited: Awaited, found: identity.Found
) -> Lead:
    """Add what came to the lead of the id; on first being reachable it goes to the board."""
    lead = lifecycle.lock(awaited.lead_id)
    if lead is None or not identity.is_open(lead):
        return awaited.lead
    arrives = awaited.arrived_at is None and is_reachable(entry, person)
    if arrives and found.lead is not None and found.lead.pk != lead.pk:
        return _is_known(submission, person, awaited, lead, found.lead)
    changes = making.filled(person, lead, submission.received_at)
    changes |= known.changes(lead, changes)
    if awaited.arrived_at is None and (arrives or person.fields.get("name")):
        changes["name"] = person.fields.get("name", "")
    if not lead.message and person.fields.get("message"):
        changes["message"] = person.fields["message"]
    if arrives:
        changes |= _out_of_quarantine(changes, lead)
        identity.point(found, lead)
        _arrived(awaited, submission, lead)
    if changes:
        _details(submission, person, lead, changes)
    return lead


def _out_of_quarantine(changes: dict, lead: Lead) -> dict:
    extra = {name: value for name, value in changes.get("extra", lead.extra).items() if name != AWAITING}
    return {"extra": extra} | ({"desk": Desk.BOARD} if lead.desk == Desk.QUARANTINE else {})


def _details(submission: Submission, person: Person, lead: Lead, changes: dict) -> None:
    playbook = versions.active()
    lead_type = making.lead_type_of(playbook, submission.source, person)
    if not lead.lead_type:
        changes["lead_type"] = lead_type
    facts = making.facts_of(submission, lead_type) | (
        {"desk": str(changes["desk"])} if "desk" in changes else {}
    )
    lifecycle.move(lead, "details_arrived", facts=facts, playbook_version=playbook.version, **changes)


def _is_known(submission: Submission, person: Person, awaited: Awaited, lead: Lead, known: Lead) -> Lead:
    """The person has an open lead already: they join it, and the one that waited is closed as merged."""
    making.join(submission, person, known)
    lifecycle.move(
        lead,
        "merged",
        facts={"into": str(known.uid), "desk": str(Desk.CLOSED)},
        desk=Desk.CLOSED,
        merged_into=known,
        closed_at=submission.received_at,
    )
    _arrived(awaited, submission, known)
    return known


def _arrived(awaited: Awaited, submission: Submission, lead: Lead) -> None:
    Awaited.objects.filter(pk=awaited.pk).update(
        arrived_at=submission.received_at, ask_at=None, problem="", lead=lead
    )
