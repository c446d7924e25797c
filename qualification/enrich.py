"""What the contact data themselves tell: whose mailbox, which company and site, which country and time zone.

Nothing is asked of anybody outside. Each value keeps where it came from, by which method, and when.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import phonenumbers
from django.db import connection

from leadboard.capture.contact import email_kind
from leadboard.companies import firmographics
from leadboard.companies.domains import suffixes
from leadboard.leads.models import Lead
from qualification import zones

KEEP = """
INSERT INTO qualification_enrichment (lead_id, field, value, source, method, at)
SELECT lead, field, value, source, method, coalesce(at, now())
FROM jsonb_to_recordset(%s::jsonb)
    AS found (lead bigint, field text, value jsonb, source text, method text, at timestamptz)
ON CONFLICT (lead_id, field, source)
DO UPDATE SET value = excluded.value, method = excluded.method, at = excluded.at
"""


class Finding(NamedTuple):
    """One value that was found out, where, how, and when (None: just now)."""

    field: str
    value: Any
    source: str
    method: str
    at: datetime | None = None


def known_of_companies(leads: Sequence[Lead], now: datetime) -> list[list[Finding]]:
    """What the firm's own table and its providers say of the company of each lead, the most trusted first."""
    return [[Finding(*one) for one in known] for known in firmographics.known_of_all(leads, now.date())]


def find_out(email: str, phone: str, country: str, fields: Mapping[str, Any] | None = None) -> list[Finding]:
    """Everything that address, number, country and a state among the lead's own fields tell."""
    found = list(_from_email(email.strip().lower()))
    found += _from_phone(phone, country)
    known = country or next((finding.value for finding in found if finding.field == "country"), "")
    found += [Finding("time_zone", *told) for told in zones.told(known, fields or {})]
    return found + list(_from_country(known))


def _from_email(email: str) -> Iterator[Finding]:
    name, at, domain = email.rpartition("@")
    if not at or not name or "." not in domain:
        yield Finding("email_kind", "none", "email", "no address")
        return
    kind = email_kind(email)
    yield Finding("email_kind", kind, "email", "lists of free-mail, disposable and role addresses")
    if kind in ("work", "role"):
        yield from _from_domain(domain)


def _from_domain(domain: str) -> Iterator[Finding]:
    registered = suffixes().privatesuffix(domain) or domain
    name = registered.partition(".")[0].replace("-", " ").replace("_", " ")
    yield Finding(
        "company", name.title() if len(name) > 4 else name.upper(), "email domain", "registered name"
    )
    yield Finding("website", f"https://{registered}", "email domain", "registered domain")
    ending = registered.rpartition(".")[2].upper()
    ending = "GB" if ending == "UK" else ending
    if ending in zones.of_countries():
        yield Finding("country", ending, "email domain", "country ending")


def _from_phone(phone: str, country: str) -> list[Finding]:
    try:
        number = phonenumbers.parse(phone, country or None)
    except phonenumbers.NumberParseException:
        return []
    region = phonenumbers.region_code_for_number(number)
    return [Finding("country", region, "phone", "dialling code")] if region and region != "001" else []


def _from_country(country: str) -> Iterator[Finding]:
    known = zones.of_countries().get(country.upper(), ())
    if known:
        yield Finding("region", known[0].partition("/")[0].lower(), "country", "zone table")


def keep_all(found: Iterable[tuple[Lead, list[Finding]]]) -> None:
    """Store the findings; a newer value of the same source takes the place of the older."""
    rows = [{"lead": lead.pk, **one._asdict()} for lead, findings in found for one in findings]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [json.dumps(rows, default=datetime.isoformat)])
