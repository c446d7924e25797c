"""Whose submission is it? The same person again joins the lead that is still open.

A person is known by e-mail address, else by phone number, else by company domain and name.
"""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from leadboard.capture import contact
from leadboard.capture.mapping import Person
from leadboard.capture.models import IdentityKey
from leadboard.leads.models import Lead
from leadboard.leads.stages import OVER, Desk

EMAIL, PHONE, COMPANY = "email", "phone", "company"
ORDER = (EMAIL, PHONE, COMPANY)
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(value, 0)) FROM unnest(%s::text[]) AS value"
POINT = """
INSERT INTO capture_identitykey (kind, value, lead_id)
SELECT kind, value, %s FROM unnest(%s::text[], %s::text[]) AS k (kind, value)
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
    keys = {EMAIL: person.email, PHONE: person.phone, COMPANY: f"{domain} {name}" if domain and name else None}
    return [(kind, keys[kind]) for kind in ORDER if keys[kind]]


def look_up(person: Person) -> Found:
    """Return who this is, with the lead locked, and let no other transaction answer the same question meanwhile.

    To be called in a transaction, as its first act. The keys are locked in one order everywhere, and
    before the lead, so that two submissions of one person wait for each other and never deadlock.
    """
    keys = keys_of(person)
    if not keys:
        return Found(None, ())
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted(f"{kind}:{value}" for kind, value in keys)])
    leads = _leads_of(keys)
    lead = next((leads[key] for key in keys if key in leads and _is_same(person, leads[key], key[0])), None)
    return Found(lead, tuple(key for key in keys if key not in leads or leads[key] == lead))


def point(found: Found, lead: Lead) -> None:
    """Make the free keys of a person point to this lead."""
    kinds, values = [kind for kind, _ in found.free], [value for _, value in found.free]
    if kinds:
        with connection.cursor() as cursor:
            cursor.execute(POINT, [lead.pk, kinds, values])


def is_open(lead: Lead) -> bool:
    """May somebody still join this lead?"""
    return lead.stage not in OVER and lead.desk != Desk.CLOSED and lead.erased_at is None


def known(keys: list[Key]) -> bool:
    """Does any of these keys point to an open lead? (For previews; takes no lock.)"""
    return any(is_open(row.lead) for row in _rows(keys).select_related("lead"))


def _rows(keys: list[Key]):
    wanted = Q()
    for kind, value in keys:
        wanted |= Q(kind=kind, value=value)
    return IdentityKey.objects.filter(wanted) if keys else IdentityKey.objects.none()


def _leads_of(keys: list[Key]) -> dict[Key, Lead]:
    """Return the open leads that the keys point to, locked in one order."""
    rows = list(_rows(keys))
    if not rows:
        return {}
    locked = Lead.objects.select_for_update(of=("self",)).filter(pk__in={row.lead_id for row in rows}).order_by("pk")
    leads = {lead.pk: lead for lead in locked if is_open(lead)}
    return {(row.kind, row.value): leads[row.lead_id] for row in rows if row.lead_id in leads}


def _is_same(person: Person, lead: Lead, kind: str) -> bool:
    """A number alone may be a switchboard: with another address and another name it is somebody else."""
    if kind != PHONE:
        return True
    other = contact.canonical_email(lead.email)
    if not (person.email and other and person.email != other):
        return True
    return contact.folded(person.fields.get("name", "")) == contact.folded(lead.name) != ""
