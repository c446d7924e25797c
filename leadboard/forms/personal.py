"""What forms hold of a person: what they were shown after sending; the answers are in the submission."""

from typing import Any

from leadboard.forms.models import Sending
from leadboard.leads.persons import Person, told


def told_of(person: Person) -> dict[str, Any]:
    """Return which forms they sent, and the result that they saw."""
    sent = Sending.objects.filter(submission__lead__in=person.ids).order_by("at")
    return {"forms": told(sent, "form__name", "at", "outcome")}


def erase(person: Person) -> None:
    """Empty the results; the form counts on."""
    Sending.objects.filter(submission__lead__in=person.ids).update(outcome={}, digest=b"")
