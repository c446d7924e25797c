"""My profile and my availability."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from leadboard.http.problems import Problem
from leadboard.people.forms import ProfileForm, zones
from leadboard.people.models import Availability
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires


@requires("see_leads")
def me(request: StaffRequest) -> HttpResponse:
    """Show and change my own profile."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved. New clocks and assignments go by these hours.")
        return redirect("people:me")
    if form.errors:
        request.user.refresh_from_db(fields=["name", "time_zone"])
    return render(
        request, "people/me.html", {"form": form, "zones": zones()}, status=422 if form.errors else 200
    )


@requires("see_leads")
@require_POST
def availability(request: StaffRequest) -> HttpResponse:
    """Switch my availability and go back to where I was."""
    wanted = request.POST.get("availability", "")
    if wanted not in Availability.values:
        raise Problem(422, "availability", f"Availability is one of {', '.join(Availability.values)}.")
    request.user.availability = wanted
    request.user.save(update_fields=["availability"])
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(back if safe else "people:me")
