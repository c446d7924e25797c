"""Alerts to marketers and managers about the models."""

from leadboard.notify.alerts import alert_all
from leadboard.notify.models import Alert
from leadboard.people.models import User
from leadboard.people.rights import LEADS_MARKETING

PAGE = "/models/"


def tell(kind: str, words: str, page: str = PAGE) -> None:
    """Alert every active marketer, manager and admin; an open alert of the same kind is not repeated."""
    people = User.objects.filter(role__in=LEADS_MARKETING, is_active=True)
    alert_all([Alert(person=person, kind=kind, words=words, page=page) for person in people])
