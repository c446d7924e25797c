"""A visitor gets a name: a form that was sent with its id, or a link of a mail to one lead.

What nobody owned until then belongs to the lead from then on, and so does what follows. What was another
lead's before (a shared computer) stays with that lead: two people are never mixed.
"""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from leadboard.capture.models import Submission
from leadboard.leads.models import Lead, LeadEvent
from leadboard.tracking import interest, marks
from leadboard.tracking.models import Touch, TouchKind, Visitor
from leadboard.tracking.tokens import visitor_in

# Most submissions carry neither: one look in the database saves reading their bodies.
TELLING = f"""
SELECT id FROM capture_submission
WHERE id = %s AND lower(encode(body, 'escape')) ~ 'lbv1[.]|{marks.TELLING}'
"""  # noqa: S608 - constants only
TELLING_OF_MANY = TELLING.replace("id = %s", "id = ANY(%s::uuid[])")


def join_visits(lead: Lead, event: LeadEvent) -> None:
    """React to `captured` and `joined`: keep what the form says of the campaign, and join the visitor that it
    names. A forged id names nobody, and the lead is captured all the same.
    """
    submission = _telling(event.facts.get("submission"))
    if submission is None:
        return
    uid = visitor_in(submission.text)
    visitor = identify(lead, uid) if uid else None
    _keep_form(lead, event, submission, visitor)


def join_all_visits(events: Sequence[LeadEvent]) -> None:
    """The same for many events: one look tells which of their submissions say anything of a visitor."""
    asked = [event.facts["submission"] for event in events if event.facts.get("submission")]
    with connection.cursor() as cursor:
        cursor.execute(TELLING_OF_MANY, [asked])
        telling = {str(row[0]) for row in cursor.fetchall()}
    for event in events:
        if event.facts.get("submission") in telling:
            join_visits(event.lead, event)


def identify(lead: Lead, uid: uuid.UUID) -> Visitor | None:
    """Let a visitor be this lead from now on, in the caller's transaction; None for one that withdrew. One
    that has an id and sent nothing yet (its first view is under way) is known from now on.
    """
    Visitor.objects.bulk_create([Visitor(uid=uid)], ignore_conflicts=True)
    visitor = Visitor.objects.select_for_update(no_key=True).filter(uid=uid, withdrawn_at=None).first()
    if visitor is None:
        return None
    if visitor.lead_id != lead.pk:
        Visitor.objects.filter(pk=visitor.pk).update(lead=lead, identified_at=Now())
        visitor.lead = lead
    Touch.objects.filter(visitor=visitor, lead=None).update(lead=lead)
    interest.know(lead.pk)
    return visitor


def follow_link(uid: uuid.UUID, lead_id: int, mail: str) -> bool:
    """Let a visitor that nobody knows yet be the lead to whom a mail with this link went; return whether it
    is.

    A link proves less than a form: mails are forwarded. So it never renames a visitor, and only the first
    browser that comes by the links of one mail is believed.
    """
    with transaction.atomic():
        lead = Lead.objects.select_for_update(of=("self",)).filter(pk=lead_id, erased_at=None).first()
        visitor = Visitor.objects.select_for_update(no_key=True).filter(uid=uid, withdrawn_at=None).first()
        if lead is None or lead.do_not_contact or visitor is None:
            return False
        if visitor.lead_id is not None:
            return visitor.lead_id == lead_id
        if _came_by(lead, mail, visitor):
            return False
        identify(lead, uid)
        Touch.objects.create(
            at=Now(), kind=TouchKind.CLICK, lead=lead, visitor=visitor, visit=visitor.visit, what="link",
            ref=_ref(mail),
        )  # fmt: skip
        interest.note(lead.pk, 1, is_hot=False)
    return True


def _ref(mail: str) -> str:
    return f"came by {mail}"


def _came_by(lead: Lead, mail: str, visitor: Visitor) -> bool:
    """Did another browser come by the links of this mail before?"""
    came = Touch.objects.filter(lead=lead, ref=_ref(mail), visitor__isnull=False)
    return came.exclude(visitor=visitor).exists()


def _telling(submission_id: Any) -> Submission | None:
    """Return the submission when its body speaks of a visitor or a campaign."""
    if not submission_id:
        return None
    with connection.cursor() as cursor:
        cursor.execute(TELLING, [submission_id])
        if cursor.fetchone() is None:
            return None
    return Submission.objects.select_related("source").get(pk=submission_id)


def _keep_form(lead: Lead, event: LeadEvent, submission: Submission, visitor: Visitor | None) -> None:
    """Store the form as a touch of its own, with the campaign that its fields name."""
    interest.know(lead.pk)
    Touch.objects.create(
        at=event.recorded_at, kind=TouchKind.FORM, lead=lead, visitor=visitor,
        visit=visitor.visit if visitor else 0, what=submission.source.name, **marks.marks_in(submission),
    )  # fmt: skip
