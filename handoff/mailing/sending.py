"""A mail from the decision to the mail server: at most once, and never silently lost.

The row is written before anybody is asked (`decided`). Right before the talk with the mail server a
transaction of its own turns it to `unknown`, because that is what it is from then on: whoever dies in
the middle leaves the truth behind. The server's answer makes it sent or failed, or decided again when
it says "later". Every one of these steps holds the lead's lock, as a claim and an unsubscribe do.
"""

import secrets
import time
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models.functions import Now
from django_q.models import OrmQ
from django_q.tasks import async_task

from handoff.mailing import mail
from handoff.mailing.addresses import is_mailable
from handoff.mailing.stop_list import is_suppressed
from handoff.models import Enrolment, EnrolmentState, Send, SendState
from handoff.timing import clocks
from leadboard.health.queue import is_awaited
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.playbook import versions
from leadboard.playbook.policy import Letter, polite_answer, track
from leadboard.playbook.schema import Playbook

JOB, MANY = "handoff.mailing.sending.deliver", "handoff.mailing.sending.deliver_all"
SECONDS_AT_ONCE = 2
FIRST_PAUSE = timedelta(minutes=1)  # after a "later"; from then on each pause doubles
GIVE_UP = timedelta(hours=24)
LOST_ANSWER = timedelta(minutes=10)
LONG_QUEUE = 1_000

# A job that was lost, or a pause that is over. The pause is the time since the decision: it doubles.
LEFT_BEHIND = """
SELECT id FROM handoff_send
WHERE state = 'decided' AND now() >= CASE WHEN handed_over_at IS NULL THEN decided_at + interval '30 seconds'
      ELSE handed_over_at + greatest(%s, handed_over_at - decided_at) END
ORDER BY decided_at LIMIT 500
"""


def obstacle(lead: Lead, listed: Container[str] | None = None) -> str:
    """Return why no mail may go to this lead ("" when nothing speaks against it). `listed` are the suppressed
    ones among many addresses, for who asked for them once.
    """
    if lead.erased_at or lead.do_not_contact:
        return "do_not_contact"
    if not is_mailable(lead.email):
        return "no_address"
    if is_suppressed(lead.email) if listed is None else lead.email in listed:
        return "suppressed"
    return "claimed" if lead.owner_id else ""


def decide_step(enrolment: Enrolment, step: int) -> Send:
    """Decide to send a step and enqueue its job, in the caller's transaction. A step whose earlier
    decision was cancelled (a claim came between) is decided anew: there is one row per step."""
    send, made = Send.objects.get_or_create(
        enrolment=enrolment, step=step, defaults={"lead": enrolment.lead, "token": secrets.token_urlsafe(24)}
    )
    if not made and not _reopen(send, SendState.CANCELLED):
        return send
    async_task(JOB, send.pk)
    return send


def cancel(lead: Lead, why: str) -> None:
    """Cancel the lead's mails that are decided and not handed over."""
    for send in Send.objects.filter(lead=lead, state=SendState.DECIDED):
        _cancel_one(send, why)


def hand_over(send_ids: Sequence[int]) -> None:
    """Enqueue decided mails, in the caller's transaction: one job for all of them."""
    if len(send_ids) == 1:
        async_task(JOB, send_ids[0])
    elif send_ids:
        async_task(MANY, list(send_ids))


def deliver_all(send_ids: Sequence[int]) -> None:
    """Job: hand over many decided mails, for two seconds; what is left follows behind who waits by then."""
    until = time.monotonic() + SECONDS_AT_ONCE
    for place, send_id in enumerate(send_ids):
        if place and (time.monotonic() > until or is_awaited()):
            hand_over(send_ids[place:])
            return
        deliver(send_id)


def deliver(send_id: int) -> None:
    """Job: hand one decided mail to the mail server. Run twice, or by two workers, it sends once."""
    taken = _take(send_id)
    if taken is not None:
        send, message = taken
        _record(send, mail.post(message))


def sweep() -> None:
    """Enqueue again what lost its job or waits for "later", and tell of answers that never came.

    While the queue is long nothing is lost, only slow: then nothing is added to it.
    """
    for send in Send.objects.filter(
        state=SendState.UNKNOWN, trouble="", handed_over_at__lt=Now() - LOST_ANSWER
    ).select_related("lead")[:500]:
        _record(send, mail.Answer(SendState.UNKNOWN, "The program ended before the mail server answered."))
    if OrmQ.objects.count() > LONG_QUEUE:
        return
    with connection.cursor() as cursor:
        cursor.execute(LEFT_BEHIND, [FIRST_PAUSE])  # type: ignore[list-item]  # psycopg takes a timedelta
        for (pk,) in cursor.fetchall():
            async_task(JOB, pk)


@transaction.atomic
def settle(send: Send, how: str, actor: Any) -> bool:
    """A person says what became of an unknown mail: `arrived`, `lost`, or `again` (send it once more).

    Return False, changing nothing, when it is not unknown any more, or when a later step is already out.
    """
    lead = lifecycle.lock(send.lead_id)
    send = Send.objects.select_related("enrolment").get(pk=send.pk)
    if not send.trouble:  # the talk with the mail server may still go on
        return False
    if how == "again":
        return _send_again(lead, send)
    state = SendState.SENT if how == "arrived" else SendState.FAILED
    changed = Send.objects.filter(pk=send.pk, state=SendState.UNKNOWN).update(state=state)
    if changed and state == SendState.SENT:
        _tell(lead, send, "sent", actor=actor)
    return bool(changed)


def _send_again(lead: Lead, send: Send) -> bool:
    """Decide an unknown mail once more, unless its track went on or nobody may write to the lead."""
    enrolment = send.enrolment
    went_on = enrolment and (enrolment.step > send.step or enrolment.state != EnrolmentState.ACTIVE)
    if went_on or obstacle(lead) or not _reopen(send, SendState.UNKNOWN):
        return False
    async_task(JOB, send.pk)
    return True


def _reopen(send: Send, old: SendState) -> bool:
    """Decide a send anew if it is still in this state."""
    return bool(
        Send.objects.filter(pk=send.pk, state=old).update(
            state=SendState.DECIDED, decided_at=Now(), handed_over_at=None, trouble=""
        )
    )


@transaction.atomic
def _take(send_id: int) -> tuple[Send, EmailMultiAlternatives] | None:
    """Claim a decided send for this program and return it with its mail; None when there is nothing to do."""
    lead = lifecycle.lock(Send.objects.values_list("lead_id", flat=True).get(pk=send_id))
    send = Send.objects.select_related("enrolment", "lead").get(pk=send_id)
    now = clocks.moment()
    if lead is None or not _is_due(send, now):
        return None
    why, found = _why_not(lead, send), _letter(send)
    if why or found is None:
        _cancel_one(send, why or "no_letter")
        return None
    send.handed_over_at, send.message_id = now, mail.message_id(send)
    message = mail.compose(send, *found)
    send.state, send.trouble = SendState.UNKNOWN, ""
    send.save(update_fields=["state", "trouble", "handed_over_at", "message_id"])
    return send, message


def _cancel_one(send: Send, why: str) -> None:
    """Cancel one decided mail; its step counts as not decided, so it comes again when the track goes on."""
    Send.objects.filter(pk=send.pk, state=SendState.DECIDED).update(state=SendState.CANCELLED, trouble=why)
    if send.enrolment_id:
        Enrolment.objects.filter(pk=send.enrolment_id, step=send.step).update(step=send.step - 1)


def _is_due(send: Send, now: datetime) -> bool:
    """Is it this send's turn? After a "later" its pause must be over."""
    if send.state != SendState.DECIDED:
        return False
    tried_at = send.handed_over_at
    return tried_at is None or now >= tried_at + max(FIRST_PAUSE, tried_at - send.decided_at)


def _why_not(lead: Lead, send: Send) -> str:
    """Return why this send must not go out after all ("" when it may)."""
    if send.enrolment and send.enrolment.state != EnrolmentState.ACTIVE:
        return str(send.enrolment.state)
    return obstacle(lead)


def _letter(send: Send) -> tuple[Letter, Playbook] | None:
    """Return what to write, from the playbook version that the enrolment follows."""
    if send.enrolment is None:
        playbook = versions.active()
        answer = polite_answer(playbook, send.answer)
        return (answer.letter, playbook) if answer else None
    playbook = versions.by_number(send.enrolment.playbook_version)
    programme = track(playbook, send.enrolment.track)
    return (programme.steps[send.step - 1], playbook) if programme else None


@transaction.atomic
def _record(send: Send, answer: mail.Answer) -> None:
    """Write what became of a handed-over mail, once, with its event."""
    lead, handed_over_at = lifecycle.lock(send.lead_id), send.handed_over_at
    assert handed_over_at is not None, "only what was handed over has a fate"
    handed_over = Send.objects.filter(pk=send.pk, state=SendState.UNKNOWN, handed_over_at=handed_over_at)
    state = answer.state
    if state == SendState.DECIDED and handed_over_at - send.decided_at >= GIVE_UP:
        state = SendState.FAILED
    if (
        not handed_over.filter(trouble="").update(state=state, trouble=answer.words)
        or state == SendState.DECIDED
    ):
        return
    if state == SendState.SENT:
        _tell(lead, send, "sent")
    else:
        reason = "undeliverable" if answer.is_undeliverable else str(state)
        _tell(lead, send, "failed", reason=reason)


def _tell(lead: Lead, send: Send, what: str, *, actor: Any = None, **facts: Any) -> None:
    """Write the event of a mail's fate; facts are codes, never the address or the server's words."""
    if send.enrolment is None:
        kind = "answered" if what == "sent" else "answer_failed"
        facts |= {"class": send.answer}
    else:
        kind = f"nurture_{what}"
        facts |= {"track": send.enrolment.track, "step": send.step}
    lifecycle.move(lead, kind, actor=actor, facts={"send": send.pk, "basis": lead.basis, **facts})
