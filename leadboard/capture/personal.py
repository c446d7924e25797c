"""What capture holds of a person: what they sent, raw, and by what they are recognised."""

from typing import Any
from urllib.parse import quote

from django.db import connection
from django.db.models import Q

from leadboard.capture.duplicates.models import Merge, PossibleDuplicate
from leadboard.capture.models import Awaited, IdentityKey, Submission, SubmissionState
from leadboard.capture.screening.models import Junk
from leadboard.leads.persons import Person, told

# A delivery that made no lead may still speak of the person, spelled as its format spells an address. One
# that is being digested right now is not touched: what it makes meets the list of those not to be contacted.
SPEAKS_OF = """
SELECT id FROM capture_submission
WHERE lead_id IS NULL AND state NOT IN ('received', 'split')
  AND lower(encode(body, 'escape')) LIKE ANY(%s)
"""
SENT = ("source__name", "received_at", "submitted_at", "content_type", "headers", "body")


def told_of(person: Person) -> dict[str, Any]:
    """Return what they sent, as it came, and the keys by which they are recognised."""
    sent = Submission.objects.filter(pk__in=_sent_by(person)).order_by("received_at")
    junk = Junk.objects.filter(lead__in=person.ids)
    return {
        "submissions": told(sent, *SENT),
        "recognised by": told(IdentityKey.objects.filter(lead__in=person.ids), "kind", "value"),
        "taken for junk": told(junk, "reason", "detail", "at"),
    }  # fmt: skip


def erase(person: Person) -> None:
    """Empty what they sent, also where it came with others', and forget by what they are recognised."""
    theirs = _sent_by(person)
    came_with = Submission.objects.filter(Q(pk__in=theirs) | Q(parts__in=theirs))
    came_with.update(body=b"", body_hash=b"", headers={}, problem="", idempotency_key=None)
    Submission.objects.filter(pk__in=theirs, lead=None).update(state=SubmissionState.DISCARDED)
    either = Q(kept_lead__in=person.ids) | Q(gone_lead__in=person.ids)
    Merge.objects.filter(either).update(before={}, after={}, kept={})
    PossibleDuplicate.objects.filter(Q(one__in=person.ids) | Q(other__in=person.ids)).delete()
    Junk.objects.filter(lead__in=person.ids).update(detail="")
    for held in (IdentityKey, Awaited):
        held.objects.filter(lead__in=person.ids).delete()


def _sent_by(person: Person) -> list[Any]:
    theirs = list(Submission.objects.filter(lead__in=person.ids).values_list("pk", flat=True))
    spelled = [f"%{_literal(form)}%" for email in person.emails for form in _forms(email)]
    if not spelled:
        return theirs
    with connection.cursor() as cursor:
        cursor.execute(SPEAKS_OF, [spelled])
        return theirs + [row[0] for row in cursor.fetchall()]


def _forms(email: str) -> set[str]:
    """Return an address as JSON, a form and JSON in ASCII write it; `escape` doubles a backslash."""
    local, _, domain = email.rpartition("@")
    return {email, quote(email, safe="").lower(), f"{local}\\\\u0040{domain}"}


def _literal(text: str) -> str:
    """Return a text for LIKE in which nothing stands for anything else."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
