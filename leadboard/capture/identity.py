"""Whose submission is it? The same person again joins the lead that is still open.

A person is known by e-mail address, else by phone number, else by company domain and name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from leadboard.capture import contact
from leadboard.capture.mapping import Person
from leadboard.leads.models import Lead
from leadboard.leads.stages import OVER, Desk

EMAIL, PHONE, COMPANY = "email", "phone", "company"
ORDER = (EMAIL, PHONE, COMPANY)
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(value, 0)) FROM unnest(%s::text[]) AS value"
OWNERS = """
SELECT kind, value, lead_id
FROM capture_identitykey JOIN unnest(%s::text[], %s::text[]) AS k (kind, value) USING (kind, value)
"""
POINT = """
INSERT INTO capture_identitykey (kind, value, lead_id)
SELECT kind, value, %s FROM unnest(%s::text[], %s::text[]) AS k (kind, value)
ON CONFLICT (kind, value) DO UPDATE SET lead_id = excluded.lead_id
"""

POINT_ALL = """
INSERT INTO capture_identitykey (kind, value, lead_id)
SELECT kind, value, lead FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS k (kind, value, lead)
ON CONFLICT (kind, value) DO UPDATE SET lead_id = excluded.lead_id
"""

Key = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """The open lead to join (None: nobody is known), and the keys that may point to it or to a new lead."""

    lead: Lead | None
    free: tuple[Key, ...]


def keys_of(person: Person) -> list[Key]:
    """Return the canonical keys of a person, the strongest first."""
    name = contact.folded(person.fields.get("name", ""))
    domain = contact.company_domain(person.email, person.fields.get("website", ""))
    keys = {
        EMAIL: person.email,
        PHONE: person.phone,
        COMPANY: f"{domain} {name}" if domain and name else None,
    }
    return [(kind, value) for kind in ORDER if (value := keys[kind])]


def look_up(person: Person) -> Found:
    """Return who this is, with the lead locked, and let no other transaction answer the same question
    meanwhile.

    To be called in a transaction, as its first act. The keys are locked in one order everywhere, and
    before the lead, so that two submissions of one person wait for each other and never deadlock.
    """
    keys = keys_of(person)
    if not keys:
        return Found(None, ())
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(f"{kind}:{value}" for kind, value in keys)])
    leads = _leads_of(keys)
    lead = choose(person, keys, leads)
    return Found(lead, tuple(key for key in keys if key not in leads or leads[key] == lead))


def choose(person: Person, keys: Sequence[Key], leads: Mapping[Key, Lead]) -> Lead | None:
    """Return the lead that a person joins: that of the strongest key that means the same person."""
    return next((leads[key] for key in keys if key in leads and _is_same(person, leads[key], key[0])), None)


def lock_all(keys: Sequence[Key]) -> dict[Key, Lead]:
    """Return the open leads of many people's keys, locked, as `look_up` does for one person."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted({f"{kind}:{value}" for kind, value in keys})])
    return _leads_of(list(keys))


def open_leads_of(keys: Sequence[Key]) -> dict[Key, Lead]:
    """The same for a preview: without a lock."""
    owners = _owners(list(keys)) if keys else {}
    leads = {lead.pk: lead for lead in Lead.objects.filter(pk__in=set(owners.values())) if is_open(lead)}
    return {key: leads[owner] for key, owner in owners.items() if owner in leads}


def point_all(pointed: Mapping[Key, Lead]) -> None:
    """Make each of these keys point to its lead."""
    if pointed:
        with connection.cursor() as cursor:
            cursor.execute(POINT_ALL, [*_columns(list(pointed)), [lead.pk for lead in pointed.values()]])


def point(found: Found, lead: Lead) -> None:
    """Make the free keys of a person point to this lead."""
    if found.free:
        with connection.cursor() as cursor:
            cursor.execute(POINT, [lead.pk, *_columns(found.free)])


def is_open(lead: Lead) -> bool:
    """May somebody still join this lead?"""
    return lead.stage not in OVER and lead.desk != Desk.CLOSED and lead.erased_at is None


def known(keys: list[Key]) -> bool:
    """Does any of these keys point to an open lead? (For previews; takes no lock.)"""
    return any(is_open(lead) for lead in Lead.objects.filter(pk__in=_owners(keys).values()))


def _columns(keys: Sequence[Key]) -> list[list[str]]:
    """Return the kinds and the values, as the SQL above takes them."""
    return [[kind for kind, _ in keys], [value for _, value in keys]]


def _owners(keys: list[Key]) -> dict[Key, int]:
    """Return to which lead's row each of the keys points now, open or not."""
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, _columns(keys))
        return {(kind, value): lead for kind, value, lead in cursor.fetchall()}


def _leads_of(keys: list[Key]) -> dict[Key, Lead]:
    """Return the open leads that the keys point to, locked in one order."""
    owners = _owners(keys)
    if not owners:
        return {}
    locked = Lead.objects.select_for_update(of=("self",)).filter(pk__in=set(owners.values())).order_by("pk")
    leads = {lead.pk: lead for lead in locked if is_open(lead)}
    return {key: leads[owner] for key, owner in owners.items() if owner in leads}


def _is_same(person: Person, lead: Lead, kind: str) -> bool:
    """A number alone may be a switchboard: with another address and another name it is somebody else."""
    if kind != PHONE:
        return True
    other = contact.canonical_email(lead.email)
    if not (person.email and other and person.email != other):
        return True
    return contact.folded(person.fields.get("name", "")) == contact.folded(lead.name) != ""
