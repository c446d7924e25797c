"""Somebody must not be contacted any more: what that ends, in one transaction."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction

from handoff import spells
from handoff.mailing import stop_list
from handoff.mailing.addresses import BARE_NAME, bare_name, canonical
from handoff.mailing.stop_list import is_suppressed
from handoff.models import ClaimEnd
from handoff.nurturing import nurture
from handoff.timing import clocks
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import OVER, Desk, Stage

__all__ = ["close", "is_suppressed", "mark_suppressed", "suppress"]

SPELLINGS = f"SELECT id, email FROM leads_lead WHERE {BARE_NAME} = %s ORDER BY id"  # noqa: S608 - reason: ours


@transaction.atomic
def suppress(email: str, why: str, *, kind: str = "suppressed", actor: Any = None) -> int:
    """Put an address on the list and close its leads; return how many were closed. Twice is once.

    Every lead of the address becomes do-not-contact: its enrolment stops, mails that were only
    decided are cancelled, an open claim ends, clocks stop. The leads are locked before the list is
    written, so whoever decides about one of them comes wholly before or wholly after.
    """
    leads = [lead for lead in _lock_all(email) if not lead.do_not_contact]
    stop_list.add(email, why)
    for lead in leads:
        close(lead, why, kind, actor)
    return len(leads)


def mark_suppressed(lead: Lead, event: LeadEvent) -> None:
    """At once after a capture: a suppressed person who comes in again is closed from the start, also one who
    comes as do-not-contact because another lead of theirs is.
    """
    if lead.desk != Desk.CLOSED and (lead.do_not_contact or is_suppressed(lead.email)):
        close(lead, "suppressed", "suppressed", None)


def mark_all_suppressed(events: Sequence[LeadEvent]) -> None:
    """The same for many events, with one question to the list."""
    leads = [event.lead for event in events if event.lead.desk != Desk.CLOSED]
    listed = stop_list.suppressed_of([lead.email for lead in leads])
    for lead in leads:
        if lead.do_not_contact or lead.email in listed:
            close(lead, "suppressed", "suppressed", None)


def _lock_all(email: str) -> list[Lead]:
    """Lock and return the leads of this address in any spelling, in the order of their ids."""
    wanted = canonical(email)
    with connection.cursor() as cursor:
        cursor.execute(SPELLINGS, [bare_name(email)])
        ids = [pk for pk, spelling in cursor.fetchall() if canonical(spelling) == wanted]
    return [lead for lead in map(lifecycle.lock, ids) if lead is not None]


def close(lead: Lead, why: str, kind: str = "suppressed", actor: Any = None) -> None:
    """Nobody contacts this lead any more, whose row is locked: end whatever would."""
    now = clocks.moment()
    nurture.stop(lead, why)
    held = spells.open_claim(lead)
    spells.end_all([held] if held else [], ClaimEnd.CLOSED, now, reason=why)
    clocks.cancel(clocks.running(lead), now)
    stage = lead.stage if lead.stage in OVER else Stage.DISQUALIFIED
    facts = {"reason": why, "desk": str(Desk.CLOSED), "stage": str(stage), "owner": None}
    lifecycle.move(
        lead, kind, actor=actor, facts=facts, do_not_contact=True, closed_at=now,
        **spells.without_owner(lead, Desk.CLOSED, stage, **clocks.NOTHING_DUE),
    )  # fmt: skip
