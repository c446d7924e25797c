"""What waits for a person: how many alerts, which, and how each kind looks."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from leadboard.notify.alerts import open_alerts
from leadboard.notify.models import Alert
from leadboard.people.models import User
from leadboard.people.rights import may

SHOWN, SEEN_BEFORE = 50, 20


class Face(NamedTuple):
    """How a kind of alert shows itself: icon, name, tone of its tag."""

    icon: str
    name: str
    tone: str = ""


FACES = {
    "sla_soon": Face("warn", "Due soon", "amber"),
    "stalled": Face("snooze", "Stalled", "amber"),
    "missed": Face("over", "Missed", "red"),
    "high_intent": Face("bolt", "High intent", "green"),
    "assigned": Face("route", "Assigned to you", "blue"),
    "rerouted": Face("route", "Offered to you", "blue"),
    "handed_back": Face("undo", "Handed back"),
    "model_drift": Face("warn", "Model drift", "amber"),
    "fairness": Face("warn", "Fairness"),
    "challenger": Face("up", "Challenger", "blue"),
    "wrote_again": Face("form", "Wrote again", "blue"),
}


class Entry(NamedTuple):
    """One alert as the page shows it."""

    alert: Alert
    face: Face


def open_count(person: User) -> int:
    """Return how many alerts the person has not seen yet."""
    return open_alerts(person).count()


def open_alerts_of(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the bell on every page: how many alerts wait (asked for only when shown)."""
    user = getattr(request, "user", None)
    return {"open_alerts": SimpleLazyObject(lambda: open_count(user) if may(user, "see_leads") else 0)}


def waiting(person: User) -> list[Entry]:
    """Return the newest alerts that the person has not seen yet."""
    return [_entry(alert) for alert in open_alerts(person)[:SHOWN]]


def seen_before(person: User) -> list[Entry]:
    """Return the alerts that the person saw last."""
    seen = (
        Alert.objects.filter(person=person, seen_at__isnull=False)
        .select_related("lead")
        .order_by("-seen_at", "-id")
    )
    return [_entry(alert) for alert in seen[:SEEN_BEFORE]]


def _entry(alert: Alert) -> Entry:
    """Return an alert with its face; a kind without one of its own is named by its code."""
    return Entry(alert, FACES.get(alert.kind) or Face("bell", alert.kind.replace("_", " ").capitalize()))
