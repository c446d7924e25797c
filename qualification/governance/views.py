"""The model page and the fairness report: everybody reads them, managers act."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from leadboard.http.problems import Problem
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import may, requires
from leadboard.playbook import versions
from leadboard.plots.figure import as_csv, table_as_csv
from qualification.governance import bars, months, page, signing, standing
from qualification.governance.fairness import SELECTIONS
from qualification.governance.models import Act, ActKind, FairnessReport
from qualification.models import ScoringModel

LONGEST_REASON = 1000
REPORTS = 24
FEW_ACTS, MOST_ACTS = 10, 500


@requires("see_models")
@versions.by_one()
def show(request: StaffRequest, number: int | None = None) -> HttpResponse:
    """The card of what judges now, or of the model of this number."""
    model = _model(number) if number else standing.live_model()
    shown = page.card(model) | {
        "history": page.history(request.GET.get("page")), "so_far": page.learning_so_far(),
        "grown": page.grown(standing.live_model()), "all_acts": request.GET.get("acts") == "all",
        "acts": page.acts(MOST_ACTS if request.GET.get("acts") == "all" else FEW_ACTS),
        "may_change": may(request.user, "change_model"),
    }  # fmt: skip
    return render(request, "models/show.html", shown)


@requires("see_models")
def numbers(request: StaffRequest, key: str, number: int | None = None) -> HttpResponse:
    """The numbers of one plot as CSV."""
    found = page.figure_of(_model(number) if number else standing.live_model(), key)
    if found is None:
        raise Http404("There is no such plot.")
    return as_csv(found)


@require_POST
@requires("change_model")
def promote(request: StaffRequest, number: int) -> HttpResponse:
    """Put a challenger live."""
    return _do(
        request,
        f"Model {number} judges now.",
        lambda by, why: standing.promote(_model(number), by=by, why=why),
    )


@require_POST
@requires("change_model")
def roll_back(request: StaffRequest, number: int | None = None) -> HttpResponse:
    """Put an earlier model live again, or the scorecard."""
    model = _model(number) if number else None
    said = f"Model {number} judges again." if number else "The scorecard judges again."
    return _do(request, said, lambda by, why: standing.roll_back(model, by=by, why=why))


def _do(request: StaffRequest, said: str, act: Callable[[Any, str], Any]) -> HttpResponse:
    """Do it and come back with a sentence; a refusal is one, too."""
    try:
        act(request.user, request.POST.get("why", "").replace("\0", "")[:LONGEST_REASON].strip())
    except Problem as problem:
        messages.warning(request, problem.detail)
    else:
        messages.success(request, f"{said} Open leads are being judged again.")
    return redirect("models:show")


def _model(number: int) -> ScoringModel:
    return get_object_or_404(ScoringModel, number=number)


@requires("see_models")
def fairness(request: StaffRequest, report_id: int | None = None) -> HttpResponse:
    """A fairness report: the newest one, or the one of this id."""
    reports = FairnessReport.objects.select_related("model").defer("findings", "proxies")
    report = get_object_or_404(FairnessReport, pk=report_id) if report_id else FairnessReport.objects.first()
    chosen = request.GET.get("selection", "")
    chosen = chosen if chosen in SELECTIONS else "board"
    shown = {"report": report, "reports": reports[:REPORTS], "chosen": chosen, "selections": SELECTIONS,
             "months": months.over_months(months.newest(), chosen),
             "may_change": may(request.user, "change_model")}  # fmt: skip
    return render(request, "models/fairness.html", shown | (_of(report, chosen) if report else {}))


def _of(report: FairnessReport, chosen: str) -> dict[str, Any]:
    rows = [one for one in report.findings if one["selection"] == chosen]
    counts = Counter(one["attribute"] for one in rows)
    attributes = [name for name, groups in counts.items() if groups > 1]
    breaches = [
        one | {"words": SELECTIONS[one["selection"]]}
        for one in report.findings
        if one["blocks"] or one["state"] == "breach"
    ]
    return {
        "figures": [bars.selection(name, [one for one in rows if one["attribute"] == name], chosen)
                    for name in attributes],
        "breaches": breaches,
        "unsigned": signing.open_breaches(report),
        "signatures": Act.objects.filter(kind=ActKind.SIGNED, report=report).select_related("by"),
        "small": {(one["attribute"], one["group"]) for one in rows if one["state"] == "small"},
    }  # fmt: skip


@requires("see_models")
def fairness_numbers(request: StaffRequest, report_id: int, key: str) -> HttpResponse:
    """The numbers of one plot of a report as CSV; `selection` says of which decision."""
    report = get_object_or_404(FairnessReport, pk=report_id)
    chosen = request.GET.get("selection", "board")
    chosen = chosen if chosen in SELECTIONS else "board"
    over_time = months.over_months(months.newest(), chosen)
    figures = [*_of(report, chosen)["figures"], *([over_time] if over_time else [])]
    found = next((one for one in figures if one.key == key), None)
    if found is None:
        raise Http404("There is no such plot.")
    return as_csv(found)


@requires("see_models")
def fairness_table(request: StaffRequest, report_id: int) -> HttpResponse:
    """A report whole: every group under every decision, as CSV."""
    report = get_object_or_404(FairnessReport, pk=report_id)
    return table_as_csv(f"fairness-{report_id}", months.HEAD, months.as_rows(report))


@require_POST
@requires("change_model")
def sign(request: StaffRequest, report_id: int) -> HttpResponse:
    """Take the breaches of a report on oneself, with the reason."""
    report = get_object_or_404(FairnessReport, pk=report_id)
    why = request.POST.get("why", "").replace("\0", "")[:LONGEST_REASON]
    try:
        signing.sign(report, by=request.user, why=why)
    except Problem as problem:
        messages.warning(request, problem.detail)
    else:
        messages.success(request, "Signed, with your name and reason.")
    return redirect("models:report", report.pk)
