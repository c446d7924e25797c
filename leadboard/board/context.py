"""What every page needs: who looks, which screens are theirs, how it looks. Costs no query by itself."""

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from leadboard.board import feed
from leadboard.people.models import Availability
from leadboard.people.rights import may

DEMO_PEOPLE = (
    ("rep@demo.test", "Rep", "claims and calls"),
    ("marketer@demo.test", "Marketer", "nurtures"),
    ("manager@demo.test", "Manager", "sees what slips"),
    ("admin@demo.test", "Admin", "runs it"),
)
THEMES = {"light", "dark"}
DENSITIES = {"compact"}


class Screen(NamedTuple):
    """One entry of the navigation; `counted` names one of `feed.counts`."""

    path: str
    label: str
    icon: str
    key: str
    act: str
    counted: str = ""


SCREENS = (
    Screen("/", "Feed", "list", "f", "see_leads", "open"),
    Screen("/mine/", "Mine", "user", "m", "claim", "mine"),
    Screen("/nurture/", "Nurture", "leaf", "n", "nurture"),
    Screen("/sla/", "SLA", "gauge", "s", "see_breaches", "late"),
    Screen("/playbook/", "Playbook", "note", "b", "see_playbook"),
    Screen("/import/", "Import", "up", "i", "import_leads"),
    Screen("/companies/", "Companies", "target", "y", "change_companies"),
    Screen("/corrections/", "Corrections", "pen", "c", "correct_classes"),
    Screen("/models/", "Model", "bolt", "d", "see_models"),
    Screen("/sources/", "Sources", "inbox", "o", "change_sources"),
    Screen("/forms/", "Forms", "form", "w", "change_forms"),
)


def screen(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the frame around every page."""
    user = getattr(request, "user", None)
    theme, density = request.COOKIES.get("theme"), request.COOKIES.get("density")
    return {
        "now": timezone.now(),
        "screens": [entry for entry in SCREENS if may(user, entry.act)],
        "counts": SimpleLazyObject(lambda: feed.counts(user) if may(user, "see_leads") else {}),
        "theme": theme if theme in THEMES else "",
        "density": density if density in DENSITIES else "",
        "is_demo": settings.LEADBOARD_DEMO,
        "demo_people": DEMO_PEOPLE,
        "availabilities": Availability.choices,
        "may_claim": may(user, "claim"),
    }
