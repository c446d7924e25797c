"""When to call or meet: inside the lead's own business hours, at the hour at which they are usually there.

The hour of a page view is the visitor's own clock's, so it is known even where nobody knows the zone.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leadboard.leads.clock import db_now
from leadboard.leads.models import LeadEvent
from leadboard.tracking.behaviour import hours_of
from qualification.models import Enrichment

OPENS, CLOSES = 9, 17
WEEKEND = 5
# What a prospect does with their own hands, and no visit tells.
THEIR_DOING = ("captured", "joined")
FEWEST_TIMES = 3
# The surest first: how a zone was found out.
SOURCES = ("state", "country")


def best_time(lead: Any) -> str:
    """A sentence; empty when nobody knows where the lead lives, nor when they are there."""
    zone = _zone(lead)
    usual = _usual_hour(lead, zone)
    if zone is None:
        return "" if usual is None else f"They are usually active around {usual:02d}:00 by their own clock."
    return _words(db_now().astimezone(zone), zone.key, usual)


def _zone(lead: Any) -> ZoneInfo | None:
    found = dict(Enrichment.objects.filter(lead=lead, field="time_zone").values_list("source", "value"))
    named = next((found[source] for source in SOURCES if found.get(source)), next(iter(found.values()), None))
    try:
        return ZoneInfo(named) if isinstance(named, str) and named else None
    except (KeyError, ValueError):  # a provider's word that is no zone
        return None


def _words(now: datetime, zone: str, usual: int | None) -> str:
    """Say whether now is good, else when; the usual hour counts where it lies in business hours."""
    is_open = now.weekday() < WEEKEND and OPENS <= now.hour < CLOSES
    also = "" if usual is None else f" They are usually active around {usual:02d}:00 their time."
    if is_open and usual == now.hour:
        return f"Best now: it is {now:%H:%M} there ({zone}), when they are usually active."
    if is_open:
        return f"Good time: it is {now:%H:%M} there ({zone}).{also}"
    hour = usual if usual is not None and OPENS <= usual < CLOSES else OPENS
    then = now.replace(hour=hour, minute=0) + timedelta(days=int(now.hour >= OPENS))
    while then.weekday() >= WEEKEND:
        then += timedelta(days=1)
    because, also = (", when they are usually active", "") if hour == usual else ("", also)
    when = f"{then:%a} from {then:%H:%M} their time ({zone}){because}"
    return f"Best {when}; it is {now:%a %H:%M} there now.{also}"


def _usual_hour(lead: Any, zone: ZoneInfo | None) -> int | None:
    """The hour of most of what they did, when they did enough of it; of a visit each hour counts once."""
    hours = hours_of(lead)
    if zone:
        times = LeadEvent.objects.filter(lead=lead, kind__in=THEIR_DOING).order_by("-version")
        hours += [at.astimezone(zone).hour for at in times.values_list("at", flat=True)[:50]]
    return Counter(hours).most_common(1)[0][0] if len(hours) >= FEWEST_TIMES else None
