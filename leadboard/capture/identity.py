"""Whose submission is it? The same person again joins the lead that is still open.

A person is known by e-mail address, else by phone number, else by company domain and full name. Whoever
shares a number or a role mailbox (info@) with somebody of another name is known by both together: two people
that become one lead are worse than one that becomes two.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from leadboard.capture import contact, naming, numbers
from leadboard.capture.mapping import Person
from leadboard.leads.models import Lead
from leadboard.leads.stages import OVER, Desk

EMAIL, PHONE, COMPANY, SHARED = "email", "phone", "company", "shared"
ORDER = (EMAIL, PHONE, COMPANY)
AND = " | "  # between what is shared and the name
SIBLINGS = re.compile(r"(.*?)\d*@(.*)", re.DOTALL)
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
LOOKS = 5  # a merge in between is rare, a second one in the same moment no accident

Key = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """The open lead to join (None: nobody is known), the keys that may point to it or to a new lead, and the
    other leads that seem to be of the same person, locked.
    """

    lead: Lead | None
    free: tuple[Key, ...]
    others: tuple[Lead, ...] = ()


def keys_of(person: Person) -> list[Key]:
    """Return the canonical keys of a person, the strongest first."""
    name = naming.key_of(person.fields.get("name", ""))
    domain = _company_of(person)
    keys = {
        EMAIL: person.email,
        PHONE: person.phone,
        COMPANY: f"{domain} {name}" if domain and name else None,
    }
    shared = [person.email] if person.email and contact.is_role_mailbox(person.email) else []
    shared += [person.phone] if person.phone else []
    own = [(kind, value) for kind in ORDER if (value := keys[kind])]
    return [*own, *((SHARED, f"{value}{AND}{name}") for value in shared if name)]


def is_needless(key: Key, owners: Mapping[Key, Any], lead: Any) -> bool:
    """Is it what several share together with a name, while the shared thing alone means this lead?"""
    kind, value = key
    alone = [(each, value.partition(AND)[0]) for each in (EMAIL, PHONE)]
    return kind == SHARED and any(key in owners and owners[key] == lead for key in alone)


def person_of(lead: Lead) -> Person:
    """Return the person of a lead, as far as keys are concerned."""
    fields = {"name": lead.name, "website": lead.website}
    phone = numbers.phone_key(lead.phone, lead.country)
    return Person(fields, {}, None, contact.canonical_email(lead.email), phone)


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
    owned = _locked(keys)
    open_ones = {key: lead for key, lead in owned.items() if may_be_joined(lead)}
    lead = choose(person, keys, open_ones)
    free = [key for key in keys if key not in open_ones or open_ones[key] == lead]
    mine = dict.fromkeys(free, lead)
    needed = tuple(key for key in free if not is_needless(key, mine, lead))
    return Found(lead, needed, tuple(others(person, lead, owned)))


def others(person: Person, lead: Lead | None, owned: Mapping[Key, Lead]) -> list[Lead]:
    """Return the leads besides this one that seem to be of the same person, by the keys they own."""
    same = {
        owned[key].pk: owned[key]
        for key in keys_of(person)
        if key in owned and _is_same(person, owned[key], key[0])
    }
    return [same[pk] for pk in sorted(same) if lead is None or pk != lead.pk]


def choose(person: Person, keys: Sequence[Key], leads: Mapping[Key, Lead]) -> Lead | None:
    """Return the lead that a person joins: that of the strongest key that means the same person."""
    return next((leads[key] for key in keys if key in leads and _is_same(person, leads[key], key[0])), None)


def lock_all(keys: Sequence[Key]) -> dict[Key, Lead]:
    """Return the leads of many people's keys, open or over, locked, as `look_up` does for one person."""
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted({f"{kind}:{value}" for kind, value in keys})])
    return _locked(list(keys))


def open_leads_of(keys: Sequence[Key]) -> dict[Key, Lead]:
    """The same for a preview: without a lock."""
    owners = _owners(list(keys)) if keys else {}
    leads = {
        lead.pk: lead for lead in Lead.objects.filter(pk__in=set(owners.values())) if may_be_joined(lead)
    }
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
    """Does this lead go on?"""
    return lead.stage not in OVER and lead.desk != Desk.CLOSED and lead.erased_at is None


def may_be_joined(lead: Lead) -> bool:
    """Does a new submission of this person belong here? Not to junk, nor to what awaits its details."""
    return is_open(lead) and lead.desk != Desk.QUARANTINE


def known(keys: list[Key]) -> bool:
    """Does any of these keys point to an open lead? (For previews; takes no lock.)"""
    return any(may_be_joined(lead) for lead in Lead.objects.filter(pk__in=_owners(keys).values()))


def _columns(keys: Sequence[Key]) -> list[list[str]]:
    """Return the kinds and the values, as the SQL above takes them."""
    return [[kind for kind, _ in keys], [value for _, value in keys]]


def _owners(keys: list[Key]) -> dict[Key, int]:
    """Return to which lead's row each of the keys points now, open or not."""
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, _columns(keys))
        return {(kind, value): lead for kind, value, lead in cursor.fetchall()}


def _locked(keys: list[Key]) -> dict[Key, Lead]:
    """Return the leads that the keys point to, open or over, locked in one order; no erased one.

    A lead that was merged while we waited for its lock has given its keys away: then they are read again.
    """
    for _ in range(LOOKS):
        owners = _owners(keys)
        rows = Lead.objects.select_for_update(of=("self",)).filter(pk__in=set(owners.values()))
        leads = {lead.pk: lead for lead in rows.order_by("pk")} if owners else {}
        if not any(lead.merged_into_id for lead in leads.values()):
            break
    return {
        key: leads[owner]
        for key, owner in owners.items()
        if owner in leads and leads[owner].erased_at is None
    }


def _company_of(person: Person) -> str | None:
    """Return the domain of the company; a throw-away address names none."""
    is_thrown_away = person.email and contact.email_kind(person.email) == "disposable"
    return contact.company_domain(None if is_thrown_away else person.email, person.fields.get("website", ""))


def _is_same(person: Person, lead: Lead, kind: str) -> bool:
    """Does a key that both have mean one person?

    A number may be a switchboard's or a family's, a role mailbox is read by several, and two of one name may
    work in one firm: another name, or a neighbour's address, makes it somebody else.
    """
    name, other = person.fields.get("name", ""), contact.canonical_email(lead.email)
    has_other_address = bool(person.email and other and person.email != other)
    if kind == EMAIL:
        return not (contact.is_role_mailbox(person.email or "") and naming.contradict(name, lead.name))
    if kind == COMPANY:
        return not (has_other_address and _are_numbered(person.email or "", other or ""))
    if has_other_address:
        return naming.agree(name, lead.name)
    return not naming.contradict(name, lead.name)


def _are_numbered(one: str, other: str) -> bool:
    """Are they the addresses of two people of one name: j.smith@ and j.smith2@?"""
    return bool(SIBLINGS.fullmatch(one)) and SIBLINGS.sub(r"\1@\2", one) == SIBLINGS.sub(r"\1@\2", other)
