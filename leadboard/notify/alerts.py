"""Raise and close alerts."""

from django.db.models.functions import Now

from leadboard.notify.models import Alert


def alert(person, lead, kind, words, due_at=None):
    """Tell one person something about a lead; an open alert of the same kind is not repeated."""
    Alert.objects.bulk_create(
        [Alert(person=person, lead=lead, kind=kind, words=words, due_at=due_at)], ignore_conflicts=True
    )


def mark_seen(person, lead=None):
    """Close a person's open alerts, of one lead or all; return how many."""
    alerts = Alert.objects.filter(person=person, seen_at__isnull=True)
    return (alerts.filter(lead=lead) if lead else alerts).update(seen_at=Now())
