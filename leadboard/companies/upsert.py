"""Put companies into the table: the known one is brought up to date, a new one is made; blank says nothing.

A row means the company of its domain, else the only company of its name. Upload, API and screen share this.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.companies.fields import can_be_recognised, read_signal
from leadboard.companies.models import Company, CompanySignal
from leadboard.companies.names import folded_name
from leadboard.leads.clock import db_now

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"
NOBODY = "It needs a domain or a name."
# Uploads of one table queue here, so that two of them never make the same company twice.
LOCK = "SELECT pg_advisory_xact_lock(%s)"
WRITING = 0x1EADC1


@dataclass
class Outcome:
    """What became of one row: the company with what was done, or why it was refused; `changed` are the fields
    that changed, as {field: (before, after)}.
    """

    done: str
    company: Company | None = None
    why: str = ""
    changed: dict[str, tuple[Any, Any]] | None = None


def put(rows: Iterable[dict[str, Any]], *, source: str, dry_run: bool = False) -> list[Outcome]:
    """Return what became of each row of fields; with `dry_run` what would, and nothing is stored."""
    with transaction.atomic():
        if not dry_run:
            with connection.cursor() as cursor:
                cursor.execute(LOCK, [WRITING])
        rows = list(rows)
        table = _Table(rows)
        return [_put(row, table, source[:120], dry_run) for row in rows]


class _Table:
    """The companies that some rows may mean; rows of one file find those made by the rows before."""

    def __init__(self, rows: list[dict[str, Any]]):
        domains = {row["domain"] for row in rows if row.get("domain")}
        names = {folded_name(row.get("name", "")) for row in rows} - {""}
        meant = Q(domain__in=domains) | Q(folded__in=names) | Q(other_domains__overlap=list(domains))
        found = Company.objects.filter(meant).order_by("pk")
        self.companies: list[Company] = []
        self.by_domain: dict[str, Company] = {}
        self.by_name: dict[str, list[Company]] = {}
        for company in found:
            self.add(company)

    def add(self, company: Company) -> None:
        """Let later rows find this company."""
        for domain in company.other_domains:
            self.by_domain.setdefault(domain, company)
        if company.domain:
            self.by_domain[company.domain] = company
        if company.folded and company not in self.by_name.setdefault(company.folded, []):
            self.by_name[company.folded].append(company)

    def find(self, domain: str | None, folded: str) -> Company | str | None:
        """Return the company that a row means, None without one, or a sentence when it is not clear."""
        if domain and domain in self.by_domain:
            return self.by_domain[domain]
        named = self.by_name.get(folded, []) if folded else []
        if domain:
            return next((company for company in named if not company.domain), None)
        if len(named) > 1:
            return f"{len(named)} companies have this name; say the domain."
        return named[0] if named else None


def _put(row: dict[str, Any], table: _Table, source: str, dry_run: bool) -> Outcome:
    signal: dict[str, Any] = row.get("signal") or {}
    row = {name: value for name, value in row.items() if name != "signal"}
    if not can_be_recognised(row):
        return Outcome(REFUSED, why=NOBODY)
    try:
        told = (
            read_signal(signal.get("signal", ""), signal.get("signal_date", ""), db_now().date())
            if signal
            else None
        )
    except ValueError as refusal:
        return Outcome(REFUSED, why=str(refusal))
    known = table.find(row.get("domain"), folded_name(row.get("name", "")))
    if isinstance(known, str):
        return Outcome(REFUSED, why=known)
    outcome = (
        _make(row, source, dry_run) if known is None else change(known, row, source=source, dry_run=dry_run)
    )
    assert outcome.company is not None
    table.add(outcome.company)
    if told and not dry_run and _note_signal(outcome.company, told, signal, source) and outcome.done == SAME:
        outcome.done = CHANGED
    return outcome


def _make(row: dict[str, Any], source: str, dry_run: bool) -> Outcome:
    company = Company(**row, folded=folded_name(row.get("name", "")), source=source)
    if not dry_run:
        company.save(force_insert=True)
    return Outcome(NEW, company)


def change(company: Company, row: dict[str, Any], *, source: str, dry_run: bool = False) -> Outcome:
    """Bring one company up to date, with `dry_run` only the object in hand; attributes are added to those it
    has.
    """
    row = dict(row)
    if row.get("domain") in company.other_domains:
        del row["domain"]  # it was recognised by another domain of its own
    if "other_domains" in row:
        theirs = {row.get("domain") or company.domain, *company.other_domains}
        row["other_domains"] = company.other_domains + [
            domain for domain in dict.fromkeys(row["other_domains"]) if domain not in theirs
        ]
    if "attributes" in row:
        row["attributes"] = company.attributes | row["attributes"]
    changed = {
        name: (getattr(company, name), value)
        for name, value in row.items()
        if getattr(company, name) != value
    }
    if not changed:
        return Outcome(SAME, company, changed={})
    values = {name: after for name, (_, after) in changed.items()}
    if dry_run:  # the next row of this company adds to what this one says
        company.__dict__.update(values)
        company.folded = folded_name(company.name)
    else:
        store(company, values, source)
    return Outcome(CHANGED, company, changed=changed)


def store(company: Company, values: dict[str, Any], source: str) -> None:
    """Store these values of a company, with who says so and when."""
    for name, value in values.items():
        setattr(company, name, value)
    company.folded, company.source, company.updated_at = folded_name(company.name), source, Now()
    company.save(update_fields=[*values, "folded", "source", "updated_at"])
    company.refresh_from_db(fields=["updated_at"])


def _note_signal(company: Company, told: tuple, signal: dict[str, Any], source: str) -> bool:
    kind, day = told
    _, is_new = CompanySignal.objects.get_or_create(
        company=company, kind=kind, date=day, source=str(signal.get("signal_source") or source)[:120],
        defaults={"url": web_address(signal.get("signal_url", ""))},
    )  # fmt: skip
    return is_new


def web_address(text: Any) -> str:
    """Return an http(s) address as it may be linked, else ""."""
    text = str(text).strip()
    return (
        text
        if text.lower().startswith(("https://", "http://")) and len(text) <= 500 and text.isprintable()
        else ""
    )


def is_taken(company: Company, values: dict[str, Any]) -> bool:
    """Has another company this domain, or this name where neither has a domain?"""
    others = Company.objects.exclude(pk=company.pk)
    if values["domain"]:
        return others.filter(domain=values["domain"]).exists()
    return others.filter(folded=folded_name(values["name"]), domain=None).exists()
