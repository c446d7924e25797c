"""What handoff holds of a person: how they were worked and written to."""

from typing import Any

from handoff.mailing.stop_list import add
from handoff.mailing.suppression import close
from handoff.models import Action, Breach, Claim, Clock, Send
from leadboard.leads.persons import Person, told


def told_of(person: Person) -> dict[str, Any]:
    """Return who held them when, what was done, which mails went out, and which promises were missed."""
    ids = person.ids
    claims = Claim.objects.filter(lead__in=ids).order_by("started_at")
    actions = Action.objects.filter(lead__in=ids).order_by("at")
    mails = Send.objects.filter(lead__in=ids).order_by("decided_at")
    return {
        "claims": told(claims, "rep__name", "started_at", "ended_at", "end", "reason", "note"),
        "actions": told(actions, "actor__name", "kind", "outcome", "note", "recording", "at"),
        "mails": told(mails, "enrolment__track", "step", "answer", "state", "decided_at"),
        "missed promises": told(Breach.objects.filter(lead__in=ids), "due_at", "cause", "note"),
    }


def erase(person: Person) -> None:
    """End whatever is under way with them, keep a keyed hash of each address so that nobody writes to them
    again, and empty what people wrote down.
    """
    for email in person.emails:
        add(email, "erased")
    for lead in person.leads:
        close(lead, "erased")
    ids = person.ids
    Action.objects.filter(lead__in=ids).update(note="", recording="")
    for noted in (Claim, Breach):
        noted.objects.filter(lead__in=ids).update(note="")
    Send.objects.filter(lead__in=ids).update(trouble="", message_id="")
    Clock.objects.filter(lead__in=ids).update(trouble="")
