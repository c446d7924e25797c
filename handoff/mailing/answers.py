"""The polite answer: one mail to somebody whom we cannot help, without selling time, once and never again."""

import secrets
from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models.functions import Lower

from handoff.mailing.sending import hand_over, obstacle
from handoff.mailing.stop_list import suppressed_of
from handoff.models import Send, SendState
from leadboard.capture.contact import email_kind
from leadboard.leads.batch import Move, move_all
from leadboard.leads.inserts import insert_all
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk
from leadboard.playbook import versions
from leadboard.playbook.policy import route

# The first half of the advisory locks that answers take, so that no other lock meets them.
ANSWERS = 5_323_043
# Several at once in one order everywhere, so that nobody waits in a circle.
HOLD = """
SELECT pg_advisory_xact_lock(%s, address) FROM (
    SELECT DISTINCT hashtext(one) AS address FROM unnest(%s::text[]) AS one ORDER BY address
) AS sorted
"""


class _Due(NamedTuple):
    """A lead, the code of the answer that the playbook has for it, and its address in small letters."""

    lead: Lead
    code: str
    address: str


def answer_all(closed: Sequence[tuple[Lead, str]]) -> list[int]:
    """Decide to send each of these leads (rows locked) the answer that the playbook has for its class; return
    the ids of the mails.

    None goes to spam, to a throw-away address, to a lead in quarantine, nor to somebody who was
    answered before or must not be mailed.
    """
    due = _due(closed)
    if not due:
        return []
    answered = _answered([one.address for one in due])
    decided: list[_Due] = []
    spared: list[Move] = []
    for one in due:
        if one.address in answered:
            # Who looks at the lead would else wait for a mail that the verdict speaks of.
            spared.append(Move(one.lead, {"answer": one.code}))
        else:
            answered.add(one.address)
            decided.append(one)
    move_all("answer_spared", spared)
    return _decide(decided)


def _due(closed: Sequence[tuple[Lead, str]]) -> list[_Due]:
    """Return those who get an answer, unless they had one."""
    if not closed:
        return []
    playbook = versions.active()
    listed = suppressed_of([lead.email for lead, _ in closed])
    kinds = _kinds([lead for lead, _ in closed])
    due = []
    for lead, enquiry_class in closed:
        code = route(playbook, enquiry_class=enquiry_class, band=lead.band or None).polite_answer
        if code and not obstacle(lead, listed) and not _is_junk(lead, kinds.get(lead.pk)):
            due.append(_Due(lead, code, lead.email.strip().lower()))
    return due


def _kinds(leads: Sequence[Lead]) -> dict[int, str]:
    """Return what kind of non-prospect the newest verdict on each lead says it is."""
    judged = LeadEvent.objects.filter(lead__in=[lead.pk for lead in leads], kind="qualified")
    newest = judged.order_by("lead", "-version").distinct("lead")
    return dict(newest.values_list("lead_id", "facts__kind"))


def _is_junk(lead: Lead, kind: str | None) -> bool:
    """Would an answer only tell a machine that somebody reads here?"""
    return lead.desk == Desk.QUARANTINE or email_kind(lead.email) == "disposable" or kind == "spam"


def _answered(addresses: Sequence[str]) -> set[str]:
    """Return which of these addresses got an answer before, as whichever lead. Two leads of one address wait
    for each other here.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [ANSWERS, list(addresses)])
    sent = Send.objects.exclude(answer="").exclude(state__in=(SendState.FAILED, SendState.CANCELLED))
    said = sent.annotate(address=Lower("lead__email")).filter(address__in=set(addresses))
    return set(said.values_list("address", flat=True))


def _decide(due: Sequence[_Due]) -> list[int]:
    if not due:
        return []
    sends = [Send(lead=one.lead, answer=one.code, token=secrets.token_urlsafe(24)) for one in due]
    insert_all(sends, ignore_conflicts=True)
    stored = Send.objects.filter(token__in=[send.token for send in sends])
    decided = list(stored.order_by("pk").values_list("pk", flat=True))
    hand_over(decided)
    return decided
