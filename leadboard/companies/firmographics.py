"""What is known of a lead's company from outside of the lead: our table first, then the providers, by age.

Each value comes with who says so, how it was found, and when. Signals count while they are fresh.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import prefetch_related_objects

from leadboard.companies.matching import Found, Trace, find_all, trace_of
from leadboard.companies.models import Company, ProviderAnswer
from leadboard.leads.models import Lead

FIELDS = ("employees", "industry", "tier", "country", "region", "city", "revenue", "language")
TABLE = "company table"
FRESH_DAYS = 365
BY = {"email": "by e-mail domain", "website": "by website", "name": "by company name"}


class Known(NamedTuple):
    """One value, who says so, by which method, and when they said it."""

    field: str
    value: Any
    source: str
    method: str
    at: datetime


def known_of(lead: Lead, today: date) -> list[Known]:
    """Return all that table and providers say, the most trusted first; the age of fresh signals with it."""
    return known_of_all([lead], today)[0]


def known_of_all(leads: Sequence[Lead], today: date) -> list[list[Known]]:
    """The same for many leads, in their order, in as few questions as for one."""
    traces = [trace_of(lead.email, lead.website, lead.company) for lead in leads]
    found = find_all(traces)
    prefetch_related_objects([one.company for one in found.values()], "signals")
    answers = _answers_to(
        {trace: _domains(trace, found[trace].company if trace in found else None) for trace in set(traces)}
    )
    known = {trace: _known(found.get(trace), told, today) for trace, told in answers.items()}
    return [known[trace] for trace in traces]


def _known(found: Found | None, answers: list[ProviderAnswer], today: date) -> list[Known]:
    told = list(_of_table(found.company, BY[found.by])) if found else []
    for answer in answers:
        told += _of_answer(answer)
    return told + list(_signals(found.company if found else None, answers, today))


class Said(NamedTuple):
    """One value that a provider says of a company; it counts where our own table says nothing."""

    label: str
    value: Any
    source: str
    at: datetime
    counts: bool
    is_same: bool


def said_of(company: Company) -> list[Said]:
    """Return what the providers say of a company of our table, the newest answer first."""
    said, seen = [], set()
    for answer in _answers_to({Trace(): _domains(Trace(), company)})[Trace()]:
        for one in _of_answer(answer):
            ours = getattr(company, one.field)
            is_same = str(ours).casefold() == str(one.value).casefold()
            counts = ours in (None, "") and one.field not in seen
            seen.add(one.field)
            said.append(Said(one.field.capitalize(), one.value, one.source, one.at, counts, is_same))
    return said


def domain_of(lead: Lead) -> str:
    """Return the domain under which providers know the lead's company, or ""."""
    trace = trace_of(lead.email, lead.website, "")
    return trace.mail or trace.site


def _of_table(company: Company, method: str) -> Iterator[Known]:
    said_by = f"{TABLE}: {company.source}"[:60] if company.source else TABLE
    for name in FIELDS:
        value = getattr(company, name)
        if value not in (None, ""):
            yield Known(name, value, said_by, method, company.updated_at)


def _domains(trace: Trace, company: Company | None) -> set[str]:
    domains = {domain for domain in (trace.mail or trace.site, company.domain if company else "") if domain}
    return domains | set(company.other_domains if company else ())


def _answers_to(asked: dict[Trace, set[str]]) -> dict[Trace, list[ProviderAnswer]]:
    """Return what providers answered about the domains of each, the newest answer first."""
    domains = set().union(*asked.values())
    answered = ProviderAnswer.objects.filter(
        domain__in=domains, answered_at__isnull=False, provider__active=True
    )
    every = answered.exclude(found={}).select_related("provider").order_by("-answered_at")
    answers = list(every) if domains else []
    return {trace: [one for one in answers if one.domain in theirs] for trace, theirs in asked.items()}


def _of_answer(answer: ProviderAnswer) -> Iterator[Known]:
    assert answer.answered_at is not None
    for name, value in answer.found.get("fields", {}).items():
        if name in FIELDS:
            yield Known(name, value, answer.provider.name, "asked by domain", answer.answered_at)


def _signals(company: Company | None, answers: list[ProviderAnswer], today: date) -> Iterator[Known]:
    """Yield `recent_<kind>_days` of the newest signal of each kind that is at most a year old."""
    newest: dict[str, tuple[date, str, datetime]] = {}
    for kind, day, source, at in [*_noted(company), *_told(answers)]:
        if 0 <= (today - day).days <= FRESH_DAYS and (kind not in newest or day > newest[kind][0]):
            newest[kind] = (day, source, at)
    for kind, (day, source, at) in newest.items():
        yield Known(f"recent_{kind}_days", (today - day).days, source[:60], f"dated {day.isoformat()}", at)


def _noted(company: Company | None) -> Iterator[tuple[str, date, str, datetime]]:
    for signal in company.signals.all()[:200] if company else ():
        yield signal.kind, signal.date, signal.source, signal.created_at


def _told(answers: list[ProviderAnswer]) -> Iterator[tuple[str, date, str, datetime]]:
    for answer in answers:
        assert answer.answered_at is not None
        for signal in answer.found.get("signals", ()):
            yield signal["kind"], date.fromisoformat(signal["date"]), answer.provider.name, answer.answered_at
