"""What notify holds of a person: the alerts about them."""

from typing import Any

from leadboard.leads.persons import Person, told
from leadboard.notify.models import Alert


def told_of(person: Person) -> dict[str, Any]:
    """Return the alerts about them."""
    return {"alerts": told(Alert.objects.filter(lead__in=person.ids).order_by("at"), "kind", "words", "at")}


def erase(person: Person) -> None:
    """Delete them."""
    Alert.objects.filter(lead__in=person.ids).delete()
