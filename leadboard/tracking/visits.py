"""Touches as a story: the pages of one visit are one line of the timeline, everything else is a line of its
own.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from leadboard.leads.events import PROSPECT
from leadboard.leads.models import Lead
from leadboard.leads.timeline import Entry
from leadboard.tracking.models import PROXY, Touch, TouchKind

MOST_TOUCHES = 1_000
PATHS_SHOWN = 6
WORDS = {
    TouchKind.OPEN: ("mail", "Opened a mail"),
    TouchKind.CLICK: ("mail", "Followed a link in a mail"),
    TouchKind.DOWNLOAD: ("down", "Downloaded something"),
    TouchKind.WEBINAR: ("play", "Was in a webinar"),
    TouchKind.REPLY: ("mail", "Replied to a mail"),
}


def entries(lead: Lead) -> list[Entry]:
    """Return the lines of a lead's newest touches; forms are told by the log itself."""
    touches = Touch.objects.filter(lead=lead).exclude(kind=TouchKind.FORM).order_by("-at", "-id")
    newest = sorted(touches[:MOST_TOUCHES], key=lambda touch: (touch.at, touch.pk))
    views = [touch for touch in newest if touch.kind == TouchKind.VIEW]
    others = [_other(touch) for touch in newest if touch.kind != TouchKind.VIEW]
    return [*(_visit(pages) for pages in in_visits(views)), *others]


def in_visits(views: Iterable[Touch]) -> list[list[Touch]]:
    """Return the page views of each visit, in the order of the pages."""
    ordered = sorted(views, key=lambda view: (view.visitor_id or 0, view.visit, view.at, view.pk))
    return [list(pages) for _, pages in groupby(ordered, key=lambda view: (view.visitor_id, view.visit))]


def _visit(pages: Sequence[Touch]) -> Entry:
    """Return one visit: how many pages, how long, from where; which pages."""
    first, many = pages[0], len(pages)
    seconds = sum(page.seconds for page in pages)
    words = [f"Visited {many} page{'s' if many > 1 else ''}"]
    words += [span(seconds)] if seconds else []
    words += [f"from {origin}"] if (origin := came_from(first)) else []
    paths = list(dict.fromkeys(map(_path, pages)))
    shown = ", ".join(paths[:PATHS_SHOWN]) + (
        f" and {len(paths) - PATHS_SHOWN} more" if paths[PATHS_SHOWN:] else ""
    )
    on = f" · {first.device}" if first.device and first.device != "desktop" else ""
    return Entry(first.at, PROSPECT, "eye", "", ", ".join(words), shown + on)


def _path(page: Touch) -> str:
    """Return the path of a page, with how much of it was seen where that is known."""
    return f"{page.what} ({page.depth} %)" if page.depth else page.what


def _other(touch: Touch) -> Entry:
    icon, words = WORDS[TouchKind(touch.kind)]
    if touch.kind == TouchKind.WEBINAR and touch.seconds:
        words = f"{words}, {span(touch.seconds)}"
    if touch.device == PROXY:
        words = f"{words}, perhaps only by a program"
    what = "" if touch.what == "link" else touch.title if touch.kind == TouchKind.OPEN else touch.what
    return Entry(touch.at, PROSPECT, icon, "", words, what)


def span(seconds: int) -> str:
    """Return a length of stay in words: 40 s, 3 min, 1 h 20 min."""
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def came_from(touch: Touch) -> str:
    """Return where a touch came from, for people: "google / cpc, Spring offer"; "" when nothing says."""
    where = " / ".join(filter(None, (touch.source, touch.medium))) or touch.referrer
    return ", ".join(filter(None, (where, touch.campaign)))
