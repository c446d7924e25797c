"""After the table changed: every open lead belongs to the company it belongs to now, and bears its mark.

A job goes through the open leads in slices and enqueues itself for the rest, so that the work of leads that
come in meanwhile is never far behind it. It may run twice, and several may run at once.
"""

import time
from collections.abc import Iterator

from django.db import connection, transaction
from django_q.tasks import async_task

from leadboard.companies import known
from leadboard.companies.matching import Found, Trace, find_all, trace_of
from leadboard.leads.batch import Move, move_all
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk

JOB = "leadboard.companies.reconcile.run"
LOOKED_AT, MARKED, SECONDS = 2_000, 100, 10
MARK, UNMARK = "target_marked", "target_unmarked"
TOLD = ("pk", *known.TOLD_BY, "target_account", "company_match__company_id", "company_match__by")
WAIT = "SELECT pg_advisory_xact_lock(%s)"


def later() -> None:
    """Have all open leads looked at after the commit of this transaction."""
    transaction.on_commit(lambda: async_task(JOB))


def run(after: int = 0) -> int:
    """Look at the open leads behind this id until 10 seconds are over or 100 were changed; return how many
    were. What is left follows in a job of its own.
    """
    if not after:
        _wait_for_captures()
    until, marked = time.monotonic() + SECONDS, 0
    while time.monotonic() < until and marked < MARKED:
        rows = list(_open_leads().filter(pk__gt=after).order_by("pk").values(*TOLD)[:LOOKED_AT])
        if not rows:
            return marked
        done, after = _look_at(rows, MARKED - marked)
        marked += done
    async_task(JOB, after)
    return marked


def _wait_for_captures() -> None:
    """Return when every lead whose capture may have read the table as it was is stored."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WAIT, [known.LOCK])


def _open_leads():
    return Lead.objects.filter(erased_at=None).exclude(desk=Desk.CLOSED)


def _look_at(rows: list[dict], most: int) -> tuple[int, int]:
    """Set right what is wrong among these leads, at most so many marks; return how many, and the last id."""
    traces = {row["pk"]: trace_of(*(row[name] for name in known.TOLD_BY)) for row in rows}
    found = find_all(traces.values())
    wrong = [row["pk"] for row in rows if _is_wrong(row, found.get(traces[row["pk"]]))]
    if not wrong:
        return 0, rows[-1]["pk"]
    taken = wrong[:most]
    return _set_right(taken), taken[-1] if len(wrong) > most else rows[-1]["pk"]


def _is_wrong(row: dict, found: Found | None) -> bool:
    is_linked = (row["company_match__company_id"], row["company_match__by"])
    should_be = (found.company.pk, found.by) if found else (None, None)
    return is_linked != should_be or row["target_account"] != bool(found and found.company.target)


def _set_right(ids: list[int]) -> int:
    """Link and mark these leads as the table is now, under their locks; return how many marks changed."""
    with transaction.atomic():
        locked = _open_leads().select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
        leads = {lead: _trace_of(lead) for lead in locked}
        known.hold()
        found = find_all(leads.values())
        known.link_all([(lead, found.get(trace)) for lead, trace in leads.items()])
        for kind, is_target in ((MARK, True), (UNMARK, False)):
            move_all(kind, list(_moves(leads, found, is_target)))
        return len(leads)


def _moves(leads: dict[Lead, Trace], found: dict[Trace, Found], is_target: bool) -> Iterator[Move]:
    """Yield the moves of the leads whose mark has to become this."""
    for lead, trace in leads.items():
        company = found[trace].company if trace in found else None
        if bool(company and company.target) is is_target is not lead.target_account:
            yield Move(lead, {"company": company.pk if company else None}, {"target_account": is_target})


def _trace_of(lead: Lead) -> Trace:
    return trace_of(lead.email, lead.website, lead.company)
