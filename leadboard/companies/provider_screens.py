"""The page of providers: services that are asked about a company by its domain, tried before they count."""

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from leadboard.companies import answers, providers
from leadboard.companies.domains import host_of, registrable
from leadboard.companies.models import AnswerState, Provider
from leadboard.http import outbound
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires

TEXT = {"class": "input", "autocomplete": "off"}
EXAMPLE = '{"employees": "company.metrics.employees", "industry": "company.industry"}'
HELD = Count("answers", filter=Q(answers__state=AnswerState.ANSWERED))
LONGEST_HEADER = 2_000
NAMES = ", ".join(answers.FIELDS + answers.SIGNAL)


class ProviderForm(forms.Form):
    """A service, how it is asked, and which part of its answer is which of our fields."""

    name = forms.CharField(label="Name", max_length=60, widget=forms.TextInput(TEXT))
    url = forms.CharField(
        label="Address", max_length=500, widget=forms.TextInput(TEXT),
        help_text="{domain} stands for the company's domain: https://api.example.com/{domain}",
    )  # fmt: skip
    header = forms.CharField(
        label="Header",
        max_length=100,
        required=False,
        widget=forms.TextInput(TEXT),
        help_text="e.g. Authorization",
    )
    token = forms.CharField(
        label="Its value", max_length=LONGEST_HEADER, required=False,
        help_text="e.g. Bearer and the token; never shown again",
        widget=forms.TextInput(TEXT),
    )  # fmt: skip
    mapping = forms.CharField(
        label="Mapping", max_length=4_000,
        widget=forms.Textarea({"class": "input", "rows": 4, "spellcheck": "false"}),
        help_text="{our field: path in the answer}, as JSON. Fields: " + NAMES,
        initial=EXAMPLE,
    )  # fmt: skip
    timeout = forms.IntegerField(
        label="Patience in seconds", min_value=1, max_value=10, initial=5, widget=forms.NumberInput(TEXT)
    )
    keep_days = forms.IntegerField(
        label="An answer counts for days",
        min_value=1,
        max_value=365,
        initial=30,
        widget=forms.NumberInput(TEXT),
    )

    def clean_url(self) -> str:
        """Refuse what may not be called, before anybody's domain is in it."""
        url = self.cleaned_data["url"].strip()
        if url.count("{domain}") != 1:
            raise forms.ValidationError("The address needs {domain} once.")
        try:
            host = outbound.check(url.replace("{domain}", "halden.example")).hostname or ""
        except outbound.Refused as refusal:
            raise forms.ValidationError(str(refusal)) from None
        if "halden.example" in host:
            raise forms.ValidationError(
                "{domain} belongs into the path, or anybody's form could say whom we call."
            )
        return url

    def clean_mapping(self) -> dict[str, str]:
        """Refuse what is no mapping."""
        try:
            return answers.check_mapping(json.loads(self.cleaned_data["mapping"]))
        except (ValueError, RecursionError) as refusal:
            raise forms.ValidationError(str(refusal)) from None

    def clean(self) -> dict[str, Any]:
        """Refuse a header that could not be sent."""
        said = super().clean() or {}
        name, value = said.get("header", ""), said.get("token", "")
        if bool(name) != bool(value):
            self.add_error("token", "A header has a name and a value.")
        if name and not (
            name.isascii() and name.replace("-", "").isalnum() and value.isascii() and value.isprintable()
        ):
            self.add_error(
                "token", "A header has ASCII letters, digits and - in its name, and no line breaks."
            )
        return said

    def add(self, person: Any) -> Provider | None:
        """Return the new provider, switched off until it was tried; None when the name is taken."""
        said = self.cleaned_data
        headers = {said["header"]: said["token"]} if said["header"] else {}
        try:
            with transaction.atomic():
                return Provider.objects.create(
                    headers=headers, active=False, created_by=person,
                    **{name: said[name] for name in ("name", "url", "mapping", "timeout", "keep_days")},
                )  # fmt: skip
        except IntegrityError:
            self.add_error("name", "There is a provider of this name already.")
            return None


@requires("change_providers")
def show_providers(request: StaffRequest) -> HttpResponse:
    """All providers; a form adds one."""
    form = ProviderForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (provider := form.add(request.user)):
        messages.success(
            request, f"{provider} is here, switched off. Try it with a domain, then switch it on."
        )
        return redirect("companies:providers")
    listed = Provider.objects.annotate(held=HELD).order_by("name")
    shown = {"form": form, "listed": listed}
    return render(request, "companies/providers.html", shown, status=422 if form.errors else 200)


@require_POST
@requires("change_providers")
def try_provider(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask a provider about one domain now and say what was understood; nothing is stored."""
    provider = get_object_or_404(Provider, pk=pk)
    domain = registrable(host_of(request.POST.get("domain", "")[:300]))
    if domain is None:
        messages.warning(request, "That is no domain such as halden.example.")
        return redirect("companies:providers")
    try:
        found = providers.fetch(provider, domain)
    except (outbound.Refused, outbound.NotReached, answers.Unreadable) as refusal:
        messages.warning(request, f"{provider} gave no answer. {refusal}")
    else:
        said = (
            ", ".join(f"{name}: {value}" for name, value in found["fields"].items())
            or "no field of the mapping"
        )
        messages.info(request, f"{provider} says of {domain}: {said[:500]}; {len(found['signals'])} signals.")
    return redirect("companies:providers")


@require_POST
@requires("change_providers")
def switch_provider(request: StaffRequest, pk: int) -> HttpResponse:
    """Switch a provider on or off; its answers count only while it is on."""
    provider = get_object_or_404(Provider, pk=pk)
    is_on = not provider.active
    Provider.objects.filter(pk=pk).update(active=is_on, failed=0, rests_until=None)
    messages.success(
        request, f"{provider} is {'asked from now on' if is_on else 'off; its answers do not count'}."
    )
    return redirect("companies:providers")


@require_POST
@requires("change_providers")
def remove_provider(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a provider away with its token and all its answers."""
    provider = get_object_or_404(Provider, pk=pk)
    provider.delete()
    messages.success(request, f"{provider} is away, with its token and its answers.")
    return redirect("companies:providers")
