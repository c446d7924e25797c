"""The breach list of the managers: what was missed, by whom, how far it went, and why."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from handoff.models import AGREED, Breach, ClockKind
from handoff.timing import breaches
from leadboard.http.problems import Problem
from leadboard.people.models import Role, User
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.sheets.export import csv_response

PAGE = 50
HEADER = (
    "id", "due_at", "recorded_at", "lead_id", "lead", "promise", "rule", "owed_by", "step", "acted_at",
    "cause", "note", "resolved_by", "resolved_at",
)  # fmt: skip
VIEWS = {"open": "To review", "all": "All"}


@requires("see_breaches")
def breach_list(request: StaffRequest) -> HttpResponse:
    """Incidents, newest first, by state, promise and rep; `before` is the last one of the page before."""
    chosen = _chosen(request)
    found = _matching(chosen)
    before = _number(request.GET.get("before", ""))
    rows = list((found.filter(pk__lt=before) if before else found).order_by("-pk")[: PAGE + 1])
    shown = {
        "rows": rows[:PAGE], "more": rows[PAGE - 1].pk if len(rows) > PAGE else None, "chosen": chosen,
        "views": VIEWS,
        "kinds": [(kind.value, kind.label) for kind in AGREED], "causes": breaches.CAUSES,
        "reps": User.objects.filter(role=Role.REP).order_by("name"),
        "to_review": Breach.objects.filter(resolved_at__isnull=True).count(),
        "unstated": Breach.objects.filter(resolved_at__isnull=True, cause="").count(),
    }  # fmt: skip
    return render(request, "handoff/breaches.html", shown)


@requires("see_breaches")
@require_safe
def export(request: StaffRequest) -> StreamingHttpResponse:
    """The incidents that the filters leave, as a file."""
    chosen = _chosen(request)
    rows = (_cells(breach) for breach in _matching(chosen).order_by("-pk").iterator(1_000))
    return csv_response(request, "breaches", HEADER, rows, filters=chosen)


def _cells(breach: Breach) -> list[Any]:
    """Return the row of an incident; nobody who was erased is named."""
    lead, clock, resolved = breach.lead, breach.clock, breach.resolved_by
    name = "" if lead.erased_at else lead.name
    rep = breach.rep.email if breach.rep else ""
    return [
        *(breach.pk, breach.due_at, breach.recorded_at, lead.uid, name, clock.kind, clock.rule, rep),
        *(breach.step, breach.acted_at, breach.cause, breach.note),
        *(resolved.email if resolved else "", breach.resolved_at),
    ]


def _chosen(request: StaffRequest) -> dict[str, str]:
    """Return the filters of the address, cut to a length that can be one."""
    chosen = {name: request.GET.get(name, "")[:40] for name in ("view", "kind", "rep", "cause")}
    return chosen | {"view": chosen["view"] if chosen["view"] in VIEWS else "open"}


def _matching(chosen: dict[str, str]) -> QuerySet[Breach]:
    """Return the incidents that the filters leave."""
    found = Breach.objects.select_related("lead", "clock", "rep", "resolved_by")
    if chosen["view"] == "open":
        found = found.filter(resolved_at__isnull=True)
    if chosen["kind"] in ClockKind.values:
        found = found.filter(clock__kind=chosen["kind"])
    if chosen["cause"] in breaches.CAUSES:
        found = found.filter(cause=chosen["cause"])
    rep = _number(chosen["rep"])
    if chosen["rep"] == "none":
        return found.filter(rep__isnull=True)
    return found.filter(rep=rep) if rep else found


def _number(text: str) -> int | None:
    """Return an id from the address, or None."""
    known = text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if known else None


@requires("resolve_breach")
@require_POST
def review(request: StaffRequest, breach_id: int) -> HttpResponse:
    """State cause and note of an incident, and mark it as dealt with."""
    given: dict[str, Any] = {
        "cause": request.POST.get("cause", ""),
        "note": request.POST.get("note", "").strip()[:5000],
    }
    try:
        if "\x00" in given["note"]:
            raise Problem(422, "not_text", "The note has characters that can not be stored.")
        breaches.resolve(breach_id, request.user, done="done" in request.POST, **given)
        messages.success(request, "Saved.")
    except Problem as problem:
        if problem.status != 422:
            raise
        messages.warning(request, problem.detail)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "sla:breaches")
