"""Recognise the company of a lead as it comes in, so that its first event already knows a target account."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from leadboard.companies.matching import Found, Trace, find, find_all, trace_of
from leadboard.companies.models import CompanyMatch
from leadboard.leads.models import Lead

TOLD_BY = ("email", "website", "company")
# Shared by whoever captures, taken alone for a moment by whoever goes through the leads after a change of the
# table: so a lead either sees the change, or is seen by the one who looks for leads that did not.
LOCK = 0x1EADC0
HOLD = "SELECT pg_advisory_xact_lock_shared(%s)"


def recognise(said: Mapping[str, Any]) -> Found | None:
    """Return the company of whom these fields speak. Call it in the transaction that stores the lead."""
    trace = _trace(said)
    if not any(trace):
        return None
    hold()
    return find(trace)


def recognise_all(many: Sequence[Mapping[str, Any]]) -> list[Found | None]:
    """The same for many, in their order."""
    traces = [_trace(said) for said in many]
    hold()
    found = find_all(traces)
    return [found.get(trace) for trace in traces]


def hold() -> None:
    """Let nobody go through the leads for changed companies until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [LOCK])


def changes(lead: Lead, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return what else changes on a lead when its address, site or company does; its match follows."""
    if not changed.keys() & set(TOLD_BY):
        return {}
    found = recognise({name: changed.get(name) or getattr(lead, name) for name in TOLD_BY})
    link_all([(lead, found)])
    is_target = bool(found and found.company.target)
    return {} if is_target == lead.target_account else {"target_account": is_target}


def link_all(pairs: Sequence[tuple[Lead, Found | None]]) -> None:
    """Note to which company each stored lead belongs; a lead that belongs to none any more is taken off."""
    strays = [lead.pk for lead, found in pairs if found is None and lead.version > 0]
    if strays:
        CompanyMatch.objects.filter(lead__in=strays).delete()
    CompanyMatch.objects.bulk_create(
        [CompanyMatch(lead=lead, company=found.company, by=found.by) for lead, found in pairs if found],
        update_conflicts=True, unique_fields=["lead"], update_fields=["company", "by"],
    )  # fmt: skip


def _trace(said: Mapping[str, Any]) -> Trace:
    return trace_of(*(str(said.get(name) or "") for name in TOLD_BY))
