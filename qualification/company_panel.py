"""What is known of a lead's company, each value with who says so and when; what weighs less is struck."""

from datetime import datetime
from typing import Any, NamedTuple

from leadboard.companies import firmographics
from leadboard.companies.matching import find, trace_of
from qualification.facts import said_of_company
from qualification.models import Enrichment

SHOWN = ("employees", "industry", "tier", "country", "region", "city", "revenue", "language", "time_zone")
WORDS = {"email_kind": "mailbox", "time_zone": "time zone"}
SAID = "said by the prospect"


class Value(NamedTuple):
    """One value as the panel shows it; `counts` is false for one that another outweighs."""

    label: str
    value: Any
    source: str
    method: str
    at: datetime | None
    counts: bool


def company(lead: Any, viewer: Any) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel "Company": the most trusted first, as the score reads them."""
    found = find(trace_of(lead.email, lead.website, lead.company))
    values = list(_values(lead))
    signals = [value for value in values if value.label.startswith("recent")]
    shown = {"company": found.company if found else None, "lead": lead, "signals": signals}
    return "qualification/company.html", shown | {"values": [one for one in values if one not in signals]}


def _values(lead: Any):
    """Yield the values in the order of trust: the prospect, our table, providers, what was worked out."""
    seen: set[str] = set()
    rows: list[tuple[str, Any, str, str, datetime | None]] = [
        (name, value, SAID, "", None) for name, value in _said(lead)
    ]
    rows += [
        tuple(known) for known in firmographics.known_of(lead, datetime.now(tz=lead.created_at.tzinfo).date())
    ]
    stored = Enrichment.objects.filter(lead=lead, field__in=SHOWN).order_by("id")
    told = {(row[0], row[2]) for row in rows}
    rows += [
        (one.field, one.value, one.source, one.method, one.at)
        for one in stored
        if (one.field, one.source) not in told
    ]
    for name, value, source, method, at in rows:
        yield Value(WORDS.get(name, name.replace("_", " ")), value, source, method, at, name not in seen)
        seen.add(name)


def _said(lead: Any):
    yield from ((name, value) for name, value in said_of_company(lead.extra).items())
    if lead.country:
        yield "country", lead.country
