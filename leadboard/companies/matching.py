"""Which company a lead belongs to: by the domain of its address, else of its site, else by the name.

Where a name fits several companies nobody guesses. One query, for one lead or for many.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q

from leadboard.companies.domains import is_free_mail, registrable, site_domain
from leadboard.companies.models import Company
from leadboard.companies.names import folded_name


class Trace(NamedTuple):
    """What a lead tells of its company: domain of the address, domain of the site, folded name ("":
    nothing).
    """

    mail: str = ""
    site: str = ""
    name: str = ""


class Found(NamedTuple):
    """The company, and by what it was recognised: email, website or name."""

    company: Company
    by: str


def trace_of(email: str, website: str, company: str) -> Trace:
    """Return what these fields of a lead tell of its company; a free-mail host tells nothing."""
    host = email.strip().lower().rpartition("@")[2]
    mail = registrable(host) if host and not is_free_mail(host) else None
    return Trace(mail or "", site_domain(website) or "", folded_name(company))


def find(trace: Trace) -> Found | None:
    """Return the company of a lead, or None."""
    return find_all([trace]).get(trace)


def find_all(traces: Iterable[Trace]) -> dict[Trace, Found]:
    """Return the company of each trace that has one."""
    asked = [trace for trace in set(traces) if any(trace)]
    domains = {domain for trace in asked for domain in (trace.mail, trace.site) if domain}
    names = {trace.name for trace in asked if trace.name}
    if not asked:
        return {}
    meant = Q(domain__in=domains) | Q(folded__in=names) | Q(other_domains__overlap=list(domains))
    companies = list(Company.objects.filter(meant))
    by_domain = _by_domain(companies)
    by_name: dict[str, list[Company]] = {}
    for company in companies:
        by_name.setdefault(company.folded, []).append(company)
    answers = {trace: _choose(trace, by_domain, by_name) for trace in asked}
    return {trace: found for trace, found in answers.items() if found is not None}


def _by_domain(companies: list[Company]) -> dict[str, Company]:
    """Return the companies by all their domains; of another one that two claim nobody guesses whose it is."""
    claims = Counter(domain for company in companies for domain in company.other_domains)
    others = {
        domain: company for company in companies for domain in company.other_domains if claims[domain] == 1
    }
    return others | {company.domain: company for company in companies if company.domain}


def _choose(trace: Trace, by_domain: dict[str, Company], by_name: dict[str, list[Company]]) -> Found | None:
    if trace.mail in by_domain:
        return Found(by_domain[trace.mail], "email")
    if trace.site in by_domain:
        return Found(by_domain[trace.site], "website")
    named = by_name.get(trace.name, []) if trace.name else []
    return Found(named[0], "name") if len(named) == 1 else None
