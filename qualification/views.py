"""Ask for a score: also of a lead that is claimed and would not be scored by itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from leadboard.leads.api import visible_to
from leadboard.people.rights import requires
from qualification import panels, pipeline


@requires("see_leads")
@require_POST
def qualify(request: HttpRequest, lead_id: int) -> HttpResponse:
    """Judge the lead now; htmx gets the panel, a plain form its page back."""
    lead = get_object_or_404(visible_to(request.user), pk=lead_id)
    verdict = pipeline.qualify(lead.pk, asked=True)
    if request.headers.get("HX-Request"):
        lead.refresh_from_db()
        return render(request, *panels.verdict(lead, request.user))
    said = (
        f"Scored {verdict.score}, {verdict.get_band_display().lower()}."
        if verdict
        else "There is nothing to score."
    )
    messages.success(request, said)
    return redirect(lead)
