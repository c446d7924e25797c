"""What tracking holds of a person: what they did, and by which browsers."""

from typing import Any

from leadboard.leads.persons import Person, told
from leadboard.tracking.models import Touch, Visitor
from leadboard.tracking.withdrawal import forget

TOUCH = (
    "at", "kind", "what", "title", "seconds", "device", "hour", "referrer",
    "source", "medium", "campaign", "term", "content",
)  # fmt: skip


def told_of(person: Person) -> dict[str, Any]:
    """Return what they did, and when which browser agreed to be followed."""
    touches = Touch.objects.filter(lead__in=person.ids).order_by("at")
    browsers = Visitor.objects.filter(lead__in=person.ids)
    return {
        "touches": told(touches, *TOUCH),
        "browsers": told(browsers, "uid", "consented_at", "withdrawn_at", "seen_at"),
    }


def erase(person: Person) -> None:
    """Delete what they did and which browsers were theirs."""
    for lead in person.leads:
        forget(lead)
