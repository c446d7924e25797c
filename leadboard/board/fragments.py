"""What a stretch of the log looks like on every board: the cursor, small patches, new rows.

The same for every viewer: no token, no "mine" (the page compares `data-owner` with its own person).
Leads are read after their events, so a patch may already show a later change; that change's own
patch then says the same again. A board that applied all frames equals a fresh page.
"""

from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from leadboard.board.frames import FURTHEST_BEHIND, HEAVIEST, Frame
from leadboard.leads.clock import db_now
from leadboard.leads.feed_log import events_after, last_seq
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk

PATCHES = ("lead/clock.html", "lead/score.html", "lead/why.html", "lead/desk.html")
ROW = "lead/row.html"
# After these a lead may be on the board that was not there before; a page that has the row keeps its own.
ARRIVALS = {"captured", "released", "rejected", "reopened", "rerouted"}
# Speaks of many leads that have no event of their own.
OF_MANY = "all_rescored"


def frame_after(seq: int) -> Frame | None:
    """Return the frame from here to the end of the log, or None when nothing came."""
    events = events_after(seq, FURTHEST_BEHIND + 1)
    if not events:
        return None
    if len(events) > FURTHEST_BEHIND:
        return resync(seq, last_seq())
    return _frame(seq, events[-1].seq, events)


def frame_between(seq: int, until: int) -> Frame:
    """Return the frame of seq < e.seq <= until (at most FURTHEST_BEHIND events, by the caller)."""
    return _frame(seq, until, events_after(seq, FURTHEST_BEHIND, until))


def resync(seq: int, until: int) -> Frame:
    """Return the frame that tells a board to fetch anew what it shows, and go on from `until`."""
    return Frame(seq, until, cursor(seq, until, resync=True))


def catch_up(seq: int | None) -> str:
    """Return what a page at this number has missed; None, the future and the far past mean a resync."""
    last = last_seq()
    if seq is None or not last - FURTHEST_BEHIND <= seq <= last:
        return resync(0, last).html
    return frame_between(seq, last).html


def cursor(seq: int, until: int, *, resync: bool = False) -> SafeString:
    """Return the element from which the page reads where it is now."""
    return format_html(
        '<i id="feed-cursor" data-from="{}" data-seq="{}"{} hidden data-hx-swap-oob="true"></i>',
        seq, until, mark_safe(" data-resync") if resync else "",
    )  # fmt: skip


def _frame(seq, until, events):
    """Return the frame of some events; a very heavy one only tells the page to fetch anew, and so does an
    event that speaks of many leads.
    """
    if any(event.kind == OF_MANY for event in events):
        return resync(seq, until)
    frame = Frame(seq, until, "\n".join([cursor(seq, until), *_parts(events)]))
    return frame if len(frame.wire) <= HEAVIEST else resync(seq, until)


def _parts(events):
    """Return the patches of every changed lead, then the rows of the new ones."""
    now = db_now()
    leads = Lead.objects.select_related("owner", "standing").in_bulk({event.lead_id for event in events})
    arrived = dict.fromkeys(event.lead_id for event in events if _brings_to_board(event))
    rows = [_row(leads[pk], now) for pk in arrived if leads[pk].desk == Desk.BOARD]
    patches = [_patches(lead, now) for lead in leads.values()]
    return [*patches, *([_arrivals(rows)] if rows else [])]


def _brings_to_board(event):
    """May this event have put its lead on the open board?"""
    return event.kind in ARRIVALS or event.facts.get("desk") == Desk.BOARD


def _patches(lead, now):
    """Return the small parts of a lead's row, each with its id."""
    return "\n".join(get_template(name).render({"lead": lead, "now": now, "oob": True}) for name in PATCHES)


def _row(lead, now):
    """Return the whole row of a lead, as nobody in particular sees it."""
    return get_template(ROW).render({"lead": lead, "now": now, "viewer": None, "oob": False})


def _arrivals(rows):
    """Return new rows for the hidden holding area; the page shows them when it is asked to."""
    return f'<div id="arrivals" data-hx-swap-oob="beforeend">{"".join(rows)}</div>'
