"""The views of the board as files: what is on the screen is what is in the file."""

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe

from leadboard.board import feed
from leadboard.leads.models import Lead
from leadboard.leads.table import HEADER, rows_of
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.sheets.export import csv_response


@require_safe
@requires("export")
def leads(request: StaffRequest) -> StreamingHttpResponse:
    """The leads of a view and a search, newest first."""
    view, _, words = feed.choose(request.GET)
    found = feed.matching(view, words).order_by("-pk")
    return csv_response(request, "leads", HEADER, rows_of(found), filters={"view": view, "q": words})


@require_safe
@requires("claim")
def mine(request: StaffRequest) -> StreamingHttpResponse:
    """What I hold, the nearest deadline first."""
    held = Lead.objects.filter(owner=request.user).order_by("due_at", "pk")
    return csv_response(request, "my leads", HEADER, rows_of(held), filters={})
