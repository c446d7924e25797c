"""The marketer's pages: how the recorder is put on a site, which sites may send."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.tracking import sites
from leadboard.tracking.models import Site
from leadboard.tracking.tokens import FIELD

TODAY = """
SELECT count(*) FILTER (WHERE kind = 'view'), count(DISTINCT visitor_id), count(DISTINCT lead_id),
       coalesce(max(at)::text, '')
FROM tracking_touch WHERE at > now() - interval '24 hours'
"""
SNIPPET = """<script>
  window.leadboard = window.leadboard || function () {{ (leadboard.q = leadboard.q || []).push(arguments) }}
</script>
<script async src="{url}/track.js"></script>"""


@requires("change_sources")
def show_tracking(request: StaffRequest) -> HttpResponse:
    """The snippet, the sites that may send (a form adds one), what came in the last day."""
    typed, trouble = request.POST.get("site", ""), ""
    if request.method == "POST":
        try:
            site = sites.allow(typed[:500], request.user)
        except ValueError as refusal:
            trouble = str(refusal)
        else:
            messages.success(request, f"Pages of {site} may send visits.")
            return redirect("tracking")
    shown: dict[str, Any] = {
        "sites": Site.objects.order_by("origin"), "typed": typed, "trouble": trouble, "field": FIELD,
        "snippet": SNIPPET.format(url=settings.LEADBOARD_URL), "months": settings.LEADBOARD_TOUCH_MONTHS,
        "today": _today(), "url": settings.LEADBOARD_URL,
    }  # fmt: skip
    return render(request, "tracking/tracking.html", shown, status=422 if trouble else 200)


@require_POST
@requires("change_sources")
def remove_site(request: StaffRequest, pk: int) -> HttpResponse:
    """Let a site send no more; what it sent stays."""
    site = get_object_or_404(Site, pk=pk)
    site.delete()
    messages.success(request, f"Pages of {site} may not send any more.")
    return redirect("tracking")


def _today() -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(TODAY)
        views, visitors, leads, _ = cursor.fetchone()
    return {"views": views, "visitors": visitors, "leads": leads}
