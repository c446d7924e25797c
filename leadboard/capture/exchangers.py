"""Does the domain of an address take mail? Asked of the DNS only when the firm allows it (LEADBOARD_ASK_DNS),
by a job after the lead is there: it holds up nothing, and an answer that does not come marks nothing.
"""

import time
from collections import defaultdict
from datetime import timedelta

import dns.exception
import dns.resolver
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django_q.tasks import async_task

from leadboard.capture import contact, marks
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead

JOB = "leadboard.capture.exchangers.ask"
BATCH = 200
ASKED_FOR = timedelta(days=1)
PATIENCE = 2.0  # seconds for one domain
LONGEST = 20.0  # seconds for one run; the rest waits for the next
NULL_EXCHANGER = "."  # RFC 7505: the domain says that it takes no mail


def ask_when_allowed() -> bool:
    """Enqueue a job when the firm allows it and an address of the last leads was not asked for yet."""
    if not settings.LEADBOARD_ASK_DNS or not _waiting():
        return False
    async_task(JOB)
    return True


def ask(resolver: dns.resolver.Resolver | None = None) -> int:
    """Mark the addresses of leads that came lately by what their domains answer; return how many were."""
    until = time.monotonic() + LONGEST
    by_domain: dict[str, list[Lead]] = defaultdict(list)
    for lead in _waiting():
        by_domain[contact.one_spelling(lead.email).rpartition("@")[2]].append(lead)
    marked = 0
    for domain, leads in by_domain.items():
        takes = takes_mail(domain, resolver) if time.monotonic() < until else None
        if takes is not None:
            marked += sum(_mark(lead, "email_mx" if takes else "email_no_mx") for lead in leads)
    return marked


def takes_mail(domain: str, resolver: dns.resolver.Resolver | None = None) -> bool | None:
    """Return whether a domain has a mail exchanger, or an address that stands for one (RFC 5321, 5.1); None
    when the DNS gives no answer.
    """
    resolver = resolver or dns.resolver.Resolver()
    try:
        found = resolver.resolve(domain, "MX", lifetime=PATIENCE, raise_on_no_answer=False)
        if found.rrset is not None:
            return any(str(record.exchange) != NULL_EXCHANGER for record in found)
        kinds = ("A", "AAAA")
        return any(
            resolver.resolve(domain, kind, lifetime=PATIENCE, raise_on_no_answer=False).rrset
            for kind in kinds
        )
    except dns.resolver.NXDOMAIN:
        return False
    except dns.exception.DNSException:
        return None


def _waiting() -> list[Lead]:
    """Return the newest leads whose address can be asked for and was not."""
    lately = Lead.objects.filter(erased_at=None, do_not_contact=False).exclude(email="")
    newest = lately.filter(created_at__gt=Now() - ASKED_FOR).order_by("-pk")[:BATCH]
    return [lead for lead in newest if not _is_judged(lead)]


def _is_judged(lead: Lead) -> bool:
    return any(
        one["field"] == marks.EMAIL and (one["source"] == marks.DNS or one["mark"] == "email_invalid")
        for one in lead.marks
    )


def _mark(lead: Lead, code: str) -> bool:
    """Add the mark, unless the address changed or somebody was faster."""
    with transaction.atomic():
        fresh = lifecycle.lock(lead.pk)
        if fresh is None or fresh.email != lead.email or _is_judged(fresh):
            return False
        new = [*fresh.marks, marks.mark(marks.EMAIL, code, marks.DNS, db_now())]
        lifecycle.move(fresh, "marked", facts={"reason": code}, marks=new)
        return True
