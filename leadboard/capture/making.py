"""A lead made of a submission, or joined by it."""

from datetime import datetime
from typing import Any

from leadboard.capture import marks
from leadboard.capture.mapping import Person
from leadboard.capture.models import Source, Submission
from leadboard.companies import known
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.playbook import policy, versions
from leadboard.playbook.schema import Playbook

CONTACT = ("email", "phone", "country")
# What somebody says anew replaces what they said before: the scores of a form of ours, what they agreed to.
NEWEST = (
    "budget_score", "authority_score", "need_score", "timing_score", "answers_score", "answers_result",
    "consent_to", "consent_version", "consent_at",
)  # fmt: skip
COLUMNS = ("name", "email", "phone", "company", "title", "country", "website", "campaign", "basis")


def capture(
    submission: Submission,
    person: Person,
    playbook: Playbook | None = None,
    *,
    desk: str | None = None,
    told: dict[str, str] | None = None,
    **fields: Any,
) -> Lead:
    """Return the new lead of a submission, which bears its id; `fields` go over what the person says, `told`
    are more facts of the event.

    Its company is recognised first, so that the first event finds a target account marked.
    """
    playbook = playbook or versions.active()
    found = known.recognise(person.fields)
    columns = columns_of(submission, person, playbook, found) | ({"desk": desk} if desk else {}) | fields
    facts = facts_of(submission, columns["lead_type"]) | ({"desk": str(desk)} if desk else {}) | (told or {})
    lead, _ = lifecycle.capture(columns, facts=facts, playbook_version=playbook.version)
    if found:
        known.link_all([(lead, found)])
    return lead


def columns_of(
    submission: Submission, person: Person, playbook: Playbook, found: known.Found | None
) -> dict[str, Any]:
    """Return the columns of a new lead: what the person says, and what the source and the table know."""
    source, said = submission.source, person.fields
    email, phone, country = (said.get(name, "") for name in CONTACT)
    return {name: said[name] for name in COLUMNS if name in said} | {
        "uid": submission.id,
        "message": said.get("message", ""),
        "extra": person.extra,
        "marks": marks.of(email, phone, country, submission.received_at),
        "source": source.name,
        "campaign": said.get("campaign") or source.campaign,
        "lead_type": lead_type_of(playbook, source, person),
        "submitted_at": person.submitted_at,
        "last_touch_at": submission.received_at,
        "target_account": bool(found and found.company.target),
    }


def join(
    submission: Submission,
    person: Person,
    lead: Lead,
    playbook: Playbook | None = None,
    *,
    quiet: bool = False,
) -> Lead:
    """Record that a person wrote again: fill what is empty, take the newer message, count the touch.

    A `quiet` one wakes nobody: it is one of many in a short time.
    """
    playbook = playbook or versions.active()
    changes, facts = joined(submission, person, lead, playbook)
    kind = "repeated" if quiet else "joined"
    lifecycle.move(lead, kind, facts=facts, playbook_version=playbook.version, **changes)
    return lead


def joined(
    submission: Submission, person: Person, lead: Lead, playbook: Playbook
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the columns that change when a person writes again, and the facts of the event; one that comes
    while somebody has the lead says so.
    """
    lead_type = lead_type_of(playbook, submission.source, person)
    changes = filled(person, lead, submission.received_at) | {"last_touch_at": submission.received_at}
    if person.fields.get("message"):
        changes["message"] = person.fields["message"]
    if not lead.lead_type:
        changes["lead_type"] = lead_type
    late = {"late": "claimed"} if lead.owner_id else {}
    return changes | known.changes(lead, changes), facts_of(submission, lead_type) | late


def filled(person: Person, lead: Lead, at: datetime) -> dict[str, Any]:
    """Return the columns of a lead that are empty and that the person fills, with the fields of the firm and
    the marks of new contact data.
    """
    said = person.fields
    changes: dict[str, Any] = {
        name: said[name] for name in COLUMNS if said.get(name) and not getattr(lead, name)
    }
    newest = {name: person.extra[name] for name in NEWEST if name in person.extra}
    extra = person.extra | lead.extra | newest
    changes |= {"extra": extra} if extra != lead.extra else {}
    if changes.keys() & set(CONTACT):
        before = {name: getattr(lead, name) for name in CONTACT}
        changes["marks"] = marks.renewed(lead.marks, before, before | changes, at)
    return changes


def lead_type_of(playbook, source: Source, person: Person) -> str:
    """Return the type that the source declares, else the one that the playbook sees in the content."""
    declared = source.lead_type or person.fields.get("lead_type", "")
    facts = (
        {"form": source.name} | person.extra | person.fields | {"source": source.name, "lead_type": declared}
    )
    return policy.lead_type(playbook, facts=facts)


def facts_of(submission: Submission, lead_type: str) -> dict[str, str]:
    """Return the facts of the event: ids and codes, nothing of the person."""
    return {"submission": str(submission.id), "source": submission.source.name, "lead_type": lead_type}
