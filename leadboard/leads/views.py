"""The lead page and the same lead beside the feed."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.module_loading import import_string

from leadboard.leads import facts, timeline
from leadboard.leads.api import visible_to
from leadboard.leads.feed_log import last_seq
from leadboard.leads.marked import parts_of
from leadboard.leads.models import Lead
from leadboard.leads.reactions import wiring
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.playbook import versions


@requires("see_leads")
@versions.by_one()
def lead_page(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole story of one lead; `who` narrows the timeline to their doing, ours or the machine's."""
    return render(request, "lead/page.html", story(request, pk))


@requires("see_leads")
@versions.by_one()
def lead_panel(request: StaffRequest, pk: int) -> HttpResponse:
    """The same lead as a fragment for the side of the feed."""
    with timezone.override(request.user.time_zone):
        return render(request, "lead/panel.html", story(request, pk))


def story(request: StaffRequest, pk: int) -> dict[str, Any]:
    """Return what both show: the lead, its panels from the parts, path and timeline."""
    seq = last_seq()
    lead = get_object_or_404(visible_to(request.user), pk=pk)
    events = timeline.events_of(lead)
    chosen = request.GET.get("who") if request.GET.get("who") in timeline.WHO else "all"
    with timezone.override(request.user.time_zone):
        entries = timeline.merged(
            timeline.entries(events, timeline.notes(lead, events)), timeline.stories(lead)
        )
    tabs = [
        (key, label, len([e for e in entries if key in ("all", e.by)])) for key, label in timeline.WHO.items()
    ]
    shown = panels(lead, request.user)
    return {
        "say": parts_of(lead.message, import_string(wiring().MESSAGE_MARKS)(lead)) if lead.message else [],
        "lead": lead, "seq": seq, "viewer": request.user, "panels": shown, "who": chosen,
        "told": facts.told(lead, frozenset().union(*(panel.get("tells", ()) for _, panel in shown))),
        "marks": facts.marks(lead), "came_by": facts.came_by(lead), "tabs": tabs,
        "entries": [entry for entry in entries if chosen in ("all", entry.by)],
        "path": timeline.path(lead, events),
    }  # fmt: skip


def panels(lead: Lead, viewer: Any) -> list[tuple[str, dict[str, Any]]]:
    """Return (template, context) of each panel that the wiring names, in its order."""
    return [import_string(name)(lead, viewer) for name in wiring().LEAD_PANELS]
