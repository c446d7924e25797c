"""The marketer's pages: the table of companies with the target accounts, and one company with its leads."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from leadboard.companies import api, columns, firmographics, reconcile, upsert
from leadboard.companies.models import Company, SignalKind
from leadboard.http.problems import Problem
from leadboard.leads.models import Lead
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.sheets.export import csv_response

PAGE = 50
SHOWN_LEADS = 100
COLUMNS = ("domain", *(name for name in columns.FIELDS if name != "domain" and not name.startswith("signal")))
VIEWS = {"all": ("All", Q()), "target": ("Target accounts", Q(target=True)),
         "leads": ("With open leads", Q(leads__gt=0))}  # fmt: skip


def line(label: str, **options: Any) -> forms.CharField:
    """Return a short text field."""
    return forms.CharField(
        label=label, required=False, max_length=options.pop("longest", 200),
        widget=forms.TextInput({"class": "input", "autocomplete": "off"}), **options,
    )  # fmt: skip


class CompanyForm(forms.Form):
    """The fields of a company as people type them."""

    name = line("Name")
    domain = line("Domain", help_text="halden.example, or a web address")
    other_domains = line(
        "Other domains", longest=2_000, help_text="brands, countries, subsidiaries; with commas"
    )
    employees = line("Employees", longest=40)
    industry = line("Industry", longest=120)
    tier = line("Tier", longest=40)
    country = line("Country", longest=60)
    region = line("Region", longest=80)
    city = line("City", longest=120)
    revenue = line("Revenue a year", longest=40)
    language = line("Language", longest=8)
    target_note = line("Why it is a target", longest=500)


class SignalForm(forms.Form):
    """A dated fact about a company."""

    kind = forms.ChoiceField(
        label="What", choices=SignalKind.choices, widget=forms.Select({"class": "input"})
    )
    date = forms.DateField(label="When", widget=forms.DateInput({"class": "input", "type": "date"}))
    source = line("Says who", longest=120)
    url = line("Address", longest=500)
    note = line("Note", longest=500)


@requires("change_companies")
def show_companies(request: StaffRequest) -> HttpResponse:
    """The table, a view and a search of it; a form adds a company."""
    form = CompanyForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _add(form, request):
        return redirect("companies:list")
    view, words, companies = chosen(request.GET)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        companies = companies.filter(pk__lt=int(before))
    rows = list(companies.order_by("-pk")[: PAGE + 1])
    shown = {"rows": rows[:PAGE], "more": rows[PAGE - 1].pk if len(rows) > PAGE else None, "form": form,
             "view": view, "views": VIEWS, "words": words, "total": Company.objects.count(),
             "targets": Company.objects.filter(target=True).count()}  # fmt: skip
    return render(request, "companies/companies.html", shown, status=422 if form.errors else 200)


def chosen(asked: Any) -> tuple[str, str, QuerySet[Company]]:
    """Return (view, words, companies) of a query string; what is unknown becomes all."""
    view = asked.get("view") if asked.get("view") in VIEWS else "all"
    words = asked.get("words", "").strip()[:200]
    companies = Company.objects.annotate(leads=Count("matches", filter=api.OPEN)).filter(VIEWS[view][1])
    if words:
        companies = companies.filter(
            Q(name__icontains=words) | Q(domain__icontains=words) | Q(other_domains__overlap=[words.lower()])
        )
    return view, words, companies


@require_safe
@requires("change_companies")
def export(request: StaffRequest) -> StreamingHttpResponse:
    """The companies of a view and a search as a file that can be uploaded again."""
    view, words, companies = chosen(request.GET)
    rows = (
        [_shown(getattr(company, name)) for name in COLUMNS]
        for company in companies.order_by("pk").iterator(1_000)
    )
    return csv_response(request, "companies", COLUMNS, rows, filters={"view": view, "words": words})


def _shown(value: Any) -> Any:
    """Return a value as it is typed: several domains as one text."""
    return ", ".join(value) if isinstance(value, list) else value


def _add(form: CompanyForm, request: StaffRequest) -> bool:
    given = {name: text for name, text in form.cleaned_data.items() if text}
    outcome = api.put([given | ({"target": True} if request.POST.get("target") else {})], request.user)[0]
    if outcome.done == upsert.REFUSED:
        form.add_error("domain", outcome.why)
        return False
    words = {
        upsert.NEW: "is in the table",
        upsert.CHANGED: "is brought up to date",
        upsert.SAME: "was known so",
    }
    messages.success(request, f"{outcome.company} {words[outcome.done]}. Its leads are looked for now.")
    return True


@requires("change_companies")
def show_company(request: StaffRequest, pk: int) -> HttpResponse:
    """One company: what we know, its signals, its leads; a form changes it."""
    company = get_object_or_404(Company, pk=pk)
    initial = {name: _shown(getattr(company, name)) for name in CompanyForm.base_fields}
    form = CompanyForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            api.change_company(company, form.cleaned_data, request.user)
        except Problem as problem:
            form.add_error(None, problem.detail)
        else:
            messages.success(request, f"{company} is changed.")
            return redirect("companies:company", company.pk)
    leads = Lead.objects.filter(company_match__company=company, erased_at=None)
    shown = {
        "company": company, "form": form, "signal_form": SignalForm(), "signals": company.signals.all()[:50],
        "leads": leads.select_related("owner", "company_match").order_by("-pk")[:SHOWN_LEADS],
        "lead_count": leads.count(), "others": firmographics.said_of(company),
    }  # fmt: skip
    return render(request, "companies/company.html", shown, status=422 if form.errors else 200)


@require_POST
@requires("change_companies")
def switch_target(request: StaffRequest, pk: int) -> HttpResponse:
    """Mark a company as a target account, or take the mark off; its open leads follow."""
    company = get_object_or_404(Company, pk=pk)
    upsert.store(company, {"target": request.POST.get("target") == "yes"}, request.user.name)
    reconcile.later()
    said = "a target account" if company.target else "no target account any more"
    messages.success(request, f"{company} is {said}.")
    return redirect("companies:company", company.pk)


@require_POST
@requires("change_companies")
def add_signal(request: StaffRequest, pk: int) -> HttpResponse:
    """Note something that happened at a company."""
    company = get_object_or_404(Company, pk=pk)
    form = SignalForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Say what happened and on which day.")
        return redirect("companies:company", pk)
    given = form.cleaned_data | {"source": form.cleaned_data["source"] or request.user.name}
    try:
        api.note_signal(company, **given)
        messages.success(request, "Noted.")
    except Problem as problem:
        messages.warning(request, problem.detail)
    return redirect("companies:company", pk)
