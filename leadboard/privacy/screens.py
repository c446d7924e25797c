"""The page of a manager whom a prospect has asked: what do you hold of me; erase it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from leadboard.leads.api import visible_to
from leadboard.leads.models import Lead
from leadboard.leads.persons import person_of
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.privacy.erasing import erase
from leadboard.privacy.models import Why
from leadboard.privacy.telling import counted, tell


@require_http_methods(["GET", "HEAD", "POST"])
@requires("erase_person")
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """Show what is held of the person behind a lead; erase it once the word was typed that confirms it."""
    lead = get_object_or_404(visible_to(request.user), pk=pk)
    if request.method != "POST":
        return _shown(request, lead)
    why, typed = request.POST.get("why", ""), request.POST.get("confirm", "").strip()
    wrong = {"why": "Choose a reason."} if why not in Why.values else {}
    if typed.casefold() != str(lead).casefold():
        wrong["confirm"] = f"Type “{lead}” to confirm."
    if wrong:
        return _shown(request, lead, wrong=wrong, why=why, typed=typed, status=422)
    done = erase(person_of([lead]), why=why, by=request.user)
    messages.success(request, f"Erased. {_leads(len(done.leads))} empty now; what was done stays in the log.")
    return redirect("/")


def _shown(request: StaffRequest, lead: Lead, status: int = 200, **more: Any) -> HttpResponse:
    known = person_of([lead])
    others = [other for other in known.leads if other.pk != lead.pk]
    shown = {"lead": lead, "held": counted(known), "others": others, "reasons": Why.choices, "wrong": {}}
    return render(request, "privacy/person.html", shown | more, status=status)


def _leads(count: int) -> str:
    return "1 lead is" if count == 1 else f"{count} leads are"


@require_safe
@requires("tell_person")
def download(request: StaffRequest, pk: int) -> HttpResponse:
    """Give everything that is held of the person behind a lead, as one JSON file to hand over."""
    lead = get_object_or_404(visible_to(request.user), pk=pk)
    answer = JsonResponse(tell(person_of([lead])), json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="person-{lead.uid}.json"'
    answer["Cache-Control"] = "no-store"
    return answer
