"""When to call: inside the lead's own business hours, and at the hour at which they are usually there."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadboard.leads.clock import db_now
from leadboard.leads.models import LeadEvent
from qualification.models import Enrichment

OPENS, CLOSES = 9, 17
WEEKEND = 5
# What a prospect does with their own hands.
THEIR_DOING = ("captured", "joined", "touched")
FEWEST_TIMES = 3


def best_time(lead: Any) -> str:
    """A sentence; empty when nobody knows where the lead lives."""
    zone = Enrichment.objects.filter(lead=lead, field="time_zone").values_list("value", flat=True).first()
    if not isinstance(zone, str):
        return ""
    place = ZoneInfo(zone)
    now = db_now().astimezone(place)
    words = _now_or_then(now, zone)
    hour = _usual_hour(lead, place)
    return words if hour is None else f"{words} They are usually active around {hour:02d}:00 their time."


def _now_or_then(now: datetime, zone: str) -> str:
    if now.weekday() < WEEKEND and OPENS <= now.hour < CLOSES:
        return f"Good time to call: it is {now:%H:%M} there ({zone})."
    then = now.replace(hour=OPENS, minute=0) + timedelta(days=int(now.hour >= OPENS))
    while then.weekday() >= WEEKEND:
        then += timedelta(days=1)
    return f"Call from {then:%a %H:%M} their time ({zone}); it is {now:%a %H:%M} there now."


def _usual_hour(lead: Any, place: ZoneInfo) -> int | None:
    """The hour of most of what they did, when they did enough of it."""
    times = LeadEvent.objects.filter(lead=lead, kind__in=THEIR_DOING).order_by("-version")
    hours = [at.astimezone(place).hour for at in times.values_list("at", flat=True)[:50]]
    return Counter(hours).most_common(1)[0][0] if len(hours) >= FEWEST_TIMES else None
