"""Raise and close alerts."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from leadboard.leads.inserts import insert_all
from leadboard.leads.models import Lead, LeadEvent
from leadboard.notify.models import Alert
from leadboard.people.models import User

# What only the rep who holds the lead can do something about.
OF_THE_OWNER = ("sla_soon", "stalled", "assigned", "rerouted", "wrote_again")


def alert(person: User, lead: Lead, kind: str, words: str, due_at: datetime | None = None) -> None:
    """Tell one person something about a lead; an open alert of the same kind is not repeated."""
    alert_all([Alert(person=person, lead=lead, kind=kind, words=words, due_at=due_at)])


def alert_all(alerts: Iterable[Alert]) -> None:
    """Tell many people at once, each by an unsaved Alert; open alerts of the same kind are not repeated."""
    insert_all(list(alerts), ignore_conflicts=True)


def open_alerts(person: User) -> QuerySet[Alert]:
    """Return what this person has not seen yet, newest first."""
    return Alert.objects.filter(person=person, seen_at__isnull=True).select_related("lead").order_by("-id")


def mark_seen(person: User, lead: Lead | None = None, only: int | None = None) -> int:
    """Close a person's open alerts: of one lead, only the one of this id, or all; return how many."""
    alerts = Alert.objects.filter(person=person, seen_at__isnull=True)
    if lead is not None:
        alerts = alerts.filter(lead=lead)
    if only is not None:
        alerts = alerts.filter(pk=only)
    return alerts.update(seen_at=Now())


def acted_on(lead: Lead, event: LeadEvent) -> None:
    """Close what a person was told of a lead once they did something with it: they know."""
    if event.actor is not None:
        mark_seen(event.actor, lead)


def left(lead: Lead, event: LeadEvent) -> None:
    """Close what was told of a lead to whoever does not hold it any more."""
    leave_all([event])


def leave_all(events: Sequence[LeadEvent]) -> None:
    """The same for many leads at once."""
    told = Alert.objects.filter(
        lead__in=[event.lead_id for event in events], seen_at__isnull=True, kind__in=OF_THE_OWNER
    )
    told.exclude(person=F("lead__owner")).update(seen_at=Now())
