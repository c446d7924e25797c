"""The board, my leads."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.module_loading import import_string

from leadboard.board import feed
from leadboard.leads.feed_log import last_seq
from leadboard.leads.reactions import wiring
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires


@requires("see_leads")
def board(request: StaffRequest) -> HttpResponse:
    """The feed: one view, one order, one page; `after` asks for the rows that follow."""
    seq = last_seq()
    view, sort, words = feed.choose(request.GET)
    page = feed.page(feed.matching(view, words), sort, request.GET.get("after", ""))
    shown = {"view": view, "sort": sort, "q": words, "page": page, "viewer": request.user}
    if request.htmx and request.GET.get("after"):
        return render(request, "board/rows.html", shown)
    shown |= {"views": feed.VIEWS, "sorts": {key: feed.SORTS[key] for key in feed.VIEWS[view].sorts}}
    shown |= {"current": feed.VIEWS[view], "seq": seq}
    return render(request, "board/board.html", shown)


@requires("claim")
def mine(request: StaffRequest) -> HttpResponse:
    """What I hold, by deadline."""
    seq = last_seq()
    shown = {"leads": feed.mine(request.user), "viewer": request.user, "seq": seq}
    return render(request, "board/mine.html", shown)


@requires("see_leads")
def counts(request: StaffRequest) -> HttpResponse:
    """How many leads each view holds and what else the frame counts, for a page that saw something change."""
    others = {name: import_string(count)(request.user) for name, count in wiring().COUNTED.items()}
    return JsonResponse(feed.counts(request.user) | others)
