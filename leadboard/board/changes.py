"""GET /board/changes/?after=<seq>: what a page missed, by HTTP, in the words of the socket."""

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from leadboard.board import fragments
from leadboard.leads.feed_log import read_cursor
from leadboard.people.rights import requires


@require_GET
@never_cache
@requires("see_leads")
def since(request):
    """Return the fragments after `after`; a number that cannot be, or is too far back, gives a resync."""
    return HttpResponse(fragments.catch_up(read_cursor(request.GET.get("after"))))
