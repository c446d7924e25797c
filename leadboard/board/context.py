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
    Screen("/models/", "Model", "bolt", "d", "see_models"),
    Screen("/sources/", "Sources", "inbox", "o", "change_sources"),
)
# The screens of one matter share an entry of the navigation and stand beside each other under it.
BESIDE = {
    "/models/": (
        Screen("/models/", "Model", "", "", "see_models"),
        Screen("/corrections/", "Corrections", "", "", "correct_classes"),
    ),
    "/sources/": (
        Screen("/sources/", "Sources", "", "", "change_sources"),
        Screen("/forms/", "Forms", "", "", "change_forms"),
        Screen("/import/", "Import", "", "", "import_leads"),
        Screen("/companies/", "Companies", "", "", "change_companies"),
        Screen("/tracking/", "Tracking", "", "", "change_sources"),
        Screen("/campaigns/", "Campaigns", "", "", "nurture"),
        Screen("/sources/quarantine/", "Quarantine", "", "", "see_submissions"),
        Screen("/sources/junk/", "Junk", "", "", "see_submissions"),
    ),
}


def place(path: str) -> tuple[str, str]:
    """Return the paths of the entry of the navigation and of the screen beside it to which a page belongs."""
    entries = [(entry.path, entry.path) for entry in SCREENS if entry.path != "/"]
    beside = [(main, entry.path) for main, group in BESIDE.items() for entry in group]
    fitting = [pair for pair in entries + beside if path.startswith(pair[1])]
    return max(fitting, key=lambda pair: len(pair[1]), default=(path, path))


def screen(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the frame around every page."""
    user = getattr(request, "user", None)
    main, here = place(request.path)
    theme, density = request.COOKIES.get("theme"), request.COOKIES.get("density")
    return {
        "now": timezone.now(),
        "screens": [entry for entry in SCREENS if may(user, entry.act)],
        "screen_here": main,
        "beside": [entry for entry in BESIDE.get(main, ()) if may(user, entry.act)],
        "beside_here": here,
        "counts": SimpleLazyObject(lambda: feed.counts(user) if may(user, "see_leads") else {}),
        "theme": theme if theme in THEMES else "",
        "density": density if density in DENSITIES else "",
        "is_demo": settings.LEADBOARD_DEMO,
        "demo_people": DEMO_PEOPLE,
        "availabilities": Availability.choices,
        "may_claim": may(user, "claim"),
    }
