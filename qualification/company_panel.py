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
    """One value as somebody says it."""

    label: str
    value: Any
    source: str
    method: str
    at: datetime | None


class Field(NamedTuple):
    """A field as the panel shows it: the value that counts, who else says the same, and what it outweighs."""

    first: Value
    same: list[Value]
    others: list[Value]


def company(lead: Any, viewer: Any) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel "Company": the most trusted first, as the score reads them."""
    found = find(trace_of(lead.email, lead.website, lead.company))
    values = list(_values(lead))
    signals = [value for value in values if value.label.startswith("recent")]
    known = fields([value for value in values if value not in signals])
    shown = {"company": found.company if found else None, "lead": lead, "signals": signals, "fields": known}
    return "qualification/company.html", shown | {"tells": said_of_company(lead.extra)}


def fields(values: list[Value]) -> list[Field]:
    """Return the values by field, in the order of trust: the first one counts."""
    by_label: dict[str, list[Value]] = {}
    for value in values:
        by_label.setdefault(value.label, []).append(value)
    return [
        Field(first, [one for one in rest if _says(one) == _says(first)],
              [one for one in rest if _says(one) != _says(first)])
        for first, *rest in by_label.values()
    ]  # fmt: skip


def _says(value: Value) -> str:
    return " ".join(str(value.value).casefold().split())


def _values(lead: Any):
    """Yield the values in the order of trust: the prospect, our table, providers, what was worked out."""
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
        yield Value(WORDS.get(name, name.replace("_", " ")), value, source, method, at)


def _said(lead: Any):
    yield from ((name, value) for name, value in said_of_company(lead.extra).items())
    if lead.country:
        yield "country", lead.country
