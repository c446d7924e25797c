"""The alerts of the person who looks."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from leadboard.notify import tray
from leadboard.notify.alerts import mark_seen
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires


@requires("see_leads")
def alerts(request: StaffRequest) -> HttpResponse:
    """What waits for me, newest first, and what I saw last."""
    shown = {
        "waiting": tray.waiting(request.user), "count": tray.open_count(request.user),
        "seen": tray.seen_before(request.user),
    }  # fmt: skip
    return render(request, "alerts/alerts.html", shown)


@require_POST
@requires("see_leads")
def seen(request: StaffRequest, alert_id: int | None = None) -> HttpResponse:
    """Mark one of my alerts as seen, or all of them; somebody else's stay as they are."""
    mark_seen(request.user, only=alert_id)
    return redirect("alerts:list")
