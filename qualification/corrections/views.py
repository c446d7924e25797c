"""Correct, override, give back: forms on the lead page; and the corrections inbox of marketing."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from leadboard.http.problems import Problem
from leadboard.leads.api import visible_to
from leadboard.leads.models import Lead
from leadboard.people.models import User
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from qualification import panels
from qualification.corrections import correcting, inbox, standing
from qualification.corrections.models import Correction, Label
from qualification.models import Verdict

Act = Callable[[StaffRequest, Lead], str]


def on_a_lead(do: Act) -> Callable[..., HttpResponse]:
    """Make a page of an act: sign-in, a lead that the person may see, what was said; htmx gets the panel."""

    @requires("override_score")
    @require_POST
    def view(request: StaffRequest, lead_id: int) -> HttpResponse:
        lead = get_object_or_404(visible_to(request.user), pk=lead_id)
        try:
            said, error = do(request, lead), ""
        except Problem as problem:
            if problem.status not in (409, 422):
                raise
            said, error = "", problem.detail
        if request.htmx:
            return _part(request, lead, said, error)
        (messages.error if error else messages.success)(request, error or said)
        return redirect("corrections:inbox" if request.POST.get("from") == "inbox" else lead)

    return view


def _part(request: StaffRequest, lead: Lead, said: str, error: str) -> HttpResponse:
    """The part of the page that was acted on, as it stands now: the entry of the inbox, or the verdict."""
    lead.refresh_from_db()
    entry = inbox.entry_of(lead) if request.POST.get("from") == "inbox" else None
    if entry:
        return render(request, "corrections/entry.html", entry | {"error": error})
    template, shown = panels.verdict(lead, request.user)
    answer = render(request, template, shown | {"said": said, "error": error})
    answer["HX-Trigger"] = "lead-changed"
    return answer


@on_a_lead
def correct(request: StaffRequest, lead: Lead) -> str:
    """Say what the message is."""
    label = request.POST.get("label", "")
    correcting.correct(lead.pk, request.user, label, request.POST.get("seen", ""))
    return f"{lead}: {Label(label).label.lower()}. The machine learns it."


@on_a_lead
def take_back(request: StaffRequest, lead: Lead) -> str:
    """Undo what was said of it."""
    correcting.take_back(lead.pk, request.user)
    return f"{lead}: taken back. The machine reads it again."


@on_a_lead
def override(request: StaffRequest, lead: Lead) -> str:
    """Set score or desk."""
    given = request.POST
    score = given.get("score", "").strip()
    if score and not (score.isascii() and score.isdigit() and len(score) < 4):
        raise Problem(422, "score", "A score is a whole number from 0 to 100.")
    correcting.override(
        lead.pk,
        request.user,
        code=given.get("code", ""),
        note=given.get("note", ""),
        score=int(score) if score else None,
        desk=given.get("desk", ""),
        over=given.get("over", ""),
    )
    return "Set by hand. It holds until you give it back to the machine."


@on_a_lead
def automatic(request: StaffRequest, lead: Lead) -> str:
    """Give it back to the machine."""
    correcting.automatic(lead.pk, request.user)
    return "The machine decides again."


@requires("correct_classes")
@require_safe
def show(request: StaffRequest) -> HttpResponse:
    """What the machine was unsure of, or with `?view=corrected` what people said."""
    is_corrected = request.GET.get("view") == "corrected"
    rows = inbox.corrected() if is_corrected else inbox.unsure()
    page = Paginator(rows, inbox.SHOWN).get_page(request.GET.get("page"))
    shown: dict[str, Any] = {"page": page, "is_corrected": is_corrected, "effect": inbox.effect()}
    if is_corrected:
        said = cast("list[Correction]", list(page.object_list))
        shown["corrected"] = [(one, standing.is_about_the_text(one)) for one in said]
    else:
        shown["entries"] = [inbox.entry(verdict) for verdict in cast("list[Verdict]", list(page.object_list))]
        shown["may_accept"] = any(entry["guess"] for entry in shown["entries"])
    return render(request, "corrections/inbox.html", shown)


@requires("correct_classes")
@require_POST
def accept(request: StaffRequest) -> HttpResponse:
    """The machine read the chosen ones right: each becomes a correction that says so. Where somebody said
    something meanwhile, that stands.
    """
    chosen = [int(pk) for pk in request.POST.getlist("verdict")[:200] if pk.isascii() and pk.isdigit()]
    known = Verdict.objects.filter(pk__in=[pk for pk in chosen if pk < 2**63], lead__erased_at=None)
    labels = {verdict.lead: inbox.guess(verdict) for verdict in known.filter(lead__do_not_contact=False)}
    done = sum(_accepted(lead, request.user, label) for lead, label in labels.items() if label)
    told = f"{done} accepted. The machine learns them." if done else "Choose some first."
    answered = len([label for label in labels.values() if label]) - done
    messages.success(request, f"{told} {answered} had been answered meanwhile." if answered else told)
    return redirect("corrections:inbox")


def _accepted(lead: Lead, by: User, label: str) -> bool:
    try:
        correcting.correct(lead.pk, by, label, standing.unsaid(lead))
    except Problem as problem:
        if problem.status != 409:
            raise
        return False
    return True
