"""How a lead came to us, for the lead page."""

from typing import Any

from leadboard.leads.models import Lead
from leadboard.tracking import attribution
from leadboard.tracking.models import Touch

SHOWN = 8


def how_they_came(lead: Lead, viewer: Any) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel: first and last touch, those between, and which browsers are
    theirs.
    """
    steps = attribution.touches_of(lead)
    first, last = attribution.first_and_last(steps)
    return "tracking/came.html", {
        "place": "aside", "lead": lead, "steps": steps[:SHOWN], "more": max(0, len(steps) - SHOWN),
        "first": first, "last": last, "count": len(steps), "shared": _shared(lead),
    }  # fmt: skip


def _shared(lead: Lead) -> bool:
    """Did one of the lead's browsers belong to another lead before, or does another own it now?"""
    mine = Touch.objects.filter(lead=lead, visitor__isnull=False).values("visitor")
    return Touch.objects.filter(visitor__in=mine, lead__isnull=False).exclude(lead=lead).exists()
