"""The polite answer: one mail to somebody whom we cannot help, without selling time, once and never again."""

import secrets

from django.db import connection
from django_q.tasks import async_task

from handoff.models import Send, SendState
from handoff.sending import JOB, obstacle
from leadboard.capture.contact import email_kind
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import versions
from leadboard.playbook.policy import route

# The first half of the advisory locks that answers take, so that no other lock meets them.
ANSWERS = 5_323_043


def answer(lead: Lead, enquiry_class: str) -> Send | None:
    """Decide to send the answer that the playbook has for this class; return None when there is none to send.

    None goes to spam, to a throw-away address, to a lead in quarantine, nor to somebody who was
    answered before or must not be mailed.
    """
    fresh = lifecycle.lock(lead.pk)
    code = route(versions.active(), enquiry_class=enquiry_class, band=fresh.band or None).polite_answer
    if not code or obstacle(fresh) or _is_junk(fresh):
        return None
    if _was_answered(fresh.email):
        # Who looks at the lead would else wait for a mail that the verdict speaks of.
        lifecycle.move(lead, "answer_spared", facts={"answer": code})
        return None
    send = Send(lead=lead, answer=code, token=secrets.token_urlsafe(24))
    Send.objects.bulk_create([send], ignore_conflicts=True)
    decided = Send.objects.filter(token=send.token).first()
    if decided is not None:
        async_task(JOB, decided.pk)
    return decided


def _was_answered(email: str) -> bool:
    """Did this address get an answer before, as whichever lead? Two leads of it wait for each other here."""
    address = email.strip().lower()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [ANSWERS, address])
    sent = Send.objects.exclude(answer="").exclude(state__in=(SendState.FAILED, SendState.CANCELLED))
    return sent.filter(lead__email__iexact=address).exists()


def _is_junk(lead: Lead) -> bool:
    """Would an answer only tell a machine that somebody reads here?"""
    if lead.desk == Desk.QUARANTINE or email_kind(lead.email) == "disposable":
        return True
    verdict = (
        lead.events.filter(kind="qualified").order_by("-version").values_list("facts", flat=True).first()
    )
    return (verdict or {}).get("kind") == "spam"
