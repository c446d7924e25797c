"""The acts on a lead as forms. Without JavaScript they lead back to the page; with htmx the part answers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils import dateparse, timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from handoff import actions, claims, outcomes, panels
from leadboard.http.problems import Problem
from leadboard.leads.api import visible_to
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.people.models import User
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.playbook import versions

Act = Callable[[StaffRequest, int], str]
IN_PLACE = (409, 422)  # refusals that the page shows where the button was
LARGEST_ID = 2**63 - 1


def act(right: str) -> Callable[[Act], Callable[..., HttpResponse]]:
    """Make a page of an act: sign-in, the right, a lead that the person may see, and one shape of answer."""

    def decorate(do: Act) -> Callable[..., HttpResponse]:
        @requires(right)
        @require_POST
        def view(request: StaffRequest, lead_id: int) -> HttpResponse:
            get_object_or_404(visible_to(request.user), pk=lead_id)
            try:
                said, status = do(request, lead_id), 200
            except Problem as problem:
                if problem.status not in IN_PLACE:
                    raise
                said, status = problem.detail, problem.status
            return _answer(request, lead_id, said, status)

        return view

    return decorate


def _answer(request: StaffRequest, lead_id: int, said: str, status: int) -> HttpResponse:
    """Return the changed parts to htmx, or a message and the way back to a plain form."""
    if request.htmx:
        return _parts(request, lead_id, said, status)
    tell = messages.success if status == 200 else messages.warning
    tell(request, said)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else f"/leads/{lead_id}/")


@versions.by_one()
def _parts(request: StaffRequest, lead_id: int, said: str, status: int) -> HttpResponse:
    """Return the target first, then the other parts of the lead by their ids."""
    lead = get_object_or_404(visible_to(request.user), pk=lead_id)
    common = {"lead": lead, "viewer": request.user, "now": db_now(), "oob": True}
    said_there = {"said": said, "refused": status != 200, "oob": False}
    parts: dict[str, tuple[str, dict[str, Any]]] = {
        "state": ("lead/desk.html", common),
        "acts": _drawn(panels.acts(lead, request.user), common),
        "log": _drawn(panels.log(lead, request.user), common),
    }
    asked = next((name for name in parts if request.htmx.target == f"lead-{lead_id}-{name}"), "acts")
    template, shown = parts.pop(asked)
    in_row = {"said": said if status != 200 else ""} if asked == "state" else {}
    others = [
        *parts.values(),
        ("lead/clock.html", common),
        ("lead/clock.html", common | {"clock_id": "panel-sla"}),
        _drawn(panels.ladder(lead, request.user), common),
    ]
    drawn = [(template, shown | said_there | in_row), *others]
    body = "\n".join(render_to_string(name, context, request) for name, context in drawn)
    return HttpResponse(
        body, status=status, headers={"HX-Trigger": "lead-changed"} if asked != "state" else {}
    )


def _drawn(panel: panels.Panel, common: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return a panel with what every part of the lead is drawn with."""
    template, shown = panel
    return template, common | shown


def _field(request: StaffRequest, name: str, longest: int = 500) -> str:
    """Return a field of the form without its outer spaces; a NUL or too long a text is refused."""
    text = request.POST.get(name, "").strip()
    if "\x00" in text or len(text) > longest:
        raise Problem(422, "not_text", f"“{name}” may have {longest} plain characters.")
    return text


@act("claim")
def claim(request: StaffRequest, lead_id: int) -> str:
    """Claim the lead."""
    claims.claim(lead_id, request.user)
    return "It is yours. Act before the first clock runs out."


@act("claim")
def undo(request: StaffRequest, lead_id: int) -> str:
    """Undo one's own claim."""
    claims.undo(lead_id, request.user)
    return "Undone. The lead is back where it was."


@act("work_lead")
def release(request: StaffRequest, lead_id: int) -> str:
    """Release the lead."""
    lead = claims.release(lead_id, request.user, _field(request, "reason", 40), _field(request, "note"))
    return (
        "Released. It is on the board again." if lead.desk == "board" else "Released. Marketing has it now."
    )


@act("work_lead")
def hand_back(request: StaffRequest, lead_id: int) -> str:
    """Hand the lead back to marketing."""
    claims.hand_back(lead_id, request.user, _field(request, "code", 40), _field(request, "note"))
    return "Handed back. Marketing goes on with it."


@act("work_lead")
def accept(request: StaffRequest, lead_id: int) -> str:
    """Accept the lead as SAL."""
    outcomes.accept(lead_id, request.user)
    return "Accepted as SAL."


@act("work_lead")
def reject(request: StaffRequest, lead_id: int) -> str:
    """Reject the lead with a coded reason; of a duplicate the other lead may be named."""
    code, note = _field(request, "code", 40), _field(request, "note")
    other = _other(request) if code in panels.duplicate_codes() else None
    outcomes.reject(lead_id, request.user, code, note, duplicate_of=other)
    return "Rejected. The reason goes into the monthly review."


def _other(request: StaffRequest) -> Lead | None:
    """Return the lead that is named as the one that stays; Problem 422 when this person sees none of it."""
    text = _field(request, "duplicate_of", 19)
    if not text:
        return None
    is_id = text.isascii() and text.isdigit() and int(text) <= LARGEST_ID
    other = visible_to(request.user).filter(pk=int(text)).first() if is_id else None
    if other is None:
        raise Problem(422, "unknown_lead", "There is no such other lead. Choose one of those shown.")
    return other


@act("work_lead")
def log(request: StaffRequest, lead_id: int) -> str:
    """Log an action; `what` is kind:outcome."""
    kind, _, outcome = _field(request, "what", 60).partition(":")
    note, key = _field(request, "note", actions.LONGEST_NOTE), _field(request, "key", actions.LONGEST_KEY)
    action = actions.log(lead_id, request.user, kind, outcome=outcome, note=note, key=key)
    return f"{action.get_kind_display()} logged."


@act("work_lead")
def sql(request: StaffRequest, lead_id: int) -> str:
    """Make the lead an SQL."""
    at = _moment(request, _field(request, "next_step_at", 40))
    words = {name: _field(request, name) for name in ("problem", "authority", "next_step")}
    outcomes.to_sql(lead_id, request.user, next_step_at=at, **words)
    return "It is an SQL now. The next step is timed."


def _moment(request: StaffRequest, text: str):
    """Return a local time of the form in the person's zone, or None when there is none."""
    try:
        at = dateparse.parse_datetime(text) if text else None
    except ValueError as error:
        raise Problem(422, "not_a_time", "This day or time does not exist.") from error
    if text and at is None:
        raise Problem(422, "not_a_time", "Give the time as a day and an hour.")
    with timezone.override(request.user.time_zone):
        return timezone.make_aware(at) if at and timezone.is_naive(at) else at


@act("record_outcome")
def outcome(request: StaffRequest, lead_id: int) -> str:
    """Close the lead as won, lost or disqualified."""
    name = _field(request, "outcome", 20)
    if name == "disqualified":
        outcomes.disqualify(lead_id, request.user, _field(request, "code", 40), _field(request, "note"))
    else:
        outcomes.record(
            lead_id, request.user, name, code=_field(request, "code", 40), note=_field(request, "note")
        )
    return f"Closed as {name}."


@act("assign")
def assign(request: StaffRequest, lead_id: int) -> str:
    """Assign the lead to a rep."""
    number = _field(request, "rep", 19)
    known = number.isascii() and number.isdigit() and int(number) <= LARGEST_ID
    rep = User.objects.filter(pk=int(number)).first() if known else None
    if rep is None:
        raise Problem(422, "unknown_person", "Choose one of the people listed.")
    claims.assign(lead_id, rep, request.user)
    return f"Assigned to {rep.name}."


@act("reopen")
def reopen(request: StaffRequest, lead_id: int) -> str:
    """Reopen a closed lead."""
    outcomes.reopen(lead_id, request.user)
    return "Reopened. Marketing has it now."
