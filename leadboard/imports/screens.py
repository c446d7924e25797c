"""The wizard: upload, say what the columns are, see what would happen, bring it in, read the report."""

import re

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from leadboard.http.tickets import with_ticket
from leadboard.imports import files, runner
from leadboard.imports.forms import MapForm, UploadForm
from leadboard.imports.models import ImportRun, Kind, State
from leadboard.people.requests import StaffRequest
from leadboard.people.rights import requires
from leadboard.sheets.export import csv_response
from leadboard.sheets.reading import BadFile, left_out

SHOWN = 20
# A time of a workbook, as people read it: without the T, and without seconds that are none.
CLOCK = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::00)?$")
IN_WORDS = {
    Kind.LEADS: {
        "new": "new leads",
        "joined": "join a lead that is there",
        "known": "were here already",
        "refused": "refused",
    },
    Kind.COMPANIES: {
        "new": "new companies",
        "joined": "bring a company up to date",
        "known": "say nothing new",
        "refused": "refused",
    },
}


@requires("import_leads")
def show_imports(request: StaffRequest) -> HttpResponse:
    """The last imports; a form uploads a file."""
    asked = request.GET.get("kind")
    form = UploadForm(
        request.POST or None, request.FILES or None, initial={"kind": asked if asked in Kind else Kind.LEADS}
    )
    if request.method == "POST" and form.is_valid():
        run = _upload(form, request)
        if run:
            return redirect(run)
    runs = ImportRun.objects.select_related("by").order_by("-created_at")[:SHOWN]
    shown = {"form": form, "runs": runs, "address": with_ticket(request.path)}
    return render(request, "imports/imports.html", shown, status=422 if form.errors else 200)


def _upload(form: UploadForm, request: StaffRequest) -> ImportRun | None:
    """Return the run of an upload, or None with the refusal among the errors."""
    upload = form.cleaned_data["file"]
    run = ImportRun(kind=form.cleaned_data["kind"], name=files.tidy_name(upload.name or ""), by=request.user)
    try:
        files.store(run, upload)
        run.columns = list(files.first_rows(run)[0].cells)
    except BadFile as refusal:
        files.forget(run)
        form.add_error("file", str(refusal))
        return None
    run.options = {"source": f"Import {run.name}"[:80]} if run.kind == Kind.LEADS else {}
    run.save(force_insert=True)
    return run


@requires("import_leads")
def show_run(request: StaffRequest, pk) -> HttpResponse:
    """Where a run is: its columns, its trial, its progress or its report."""
    run = get_object_or_404(ImportRun.objects.select_related("by"), pk=pk)
    return _show(
        request, run, MapForm(None, run=run) if run.state in (State.UPLOADED, State.CHECKED) else None
    )


@require_POST
@requires("import_leads")
def map_columns(request: StaffRequest, pk) -> HttpResponse:
    """Store what the columns are and try the file."""
    run = get_object_or_404(ImportRun, pk=pk, state__in=[State.UPLOADED, State.CHECKED])
    form = MapForm(request.POST, run=run)
    if not (form.is_valid() and form.save()):
        return _show(request, run, form, status=422)
    runner.begin(run, State.CHECKING)
    return redirect(run)


@require_POST
@requires("import_leads")
def start(request: StaffRequest, pk) -> HttpResponse:
    """Bring the file in; pressing twice begins once."""
    run = get_object_or_404(ImportRun, pk=pk)
    runner.begin(run, State.RUNNING)
    return redirect(run)


@require_POST
@requires("import_leads")
def cancel(request: StaffRequest, pk) -> HttpResponse:
    """End a run; what is in stays in."""
    run = get_object_or_404(ImportRun, pk=pk)
    if runner.cancel(run):
        messages.info(request, "Cancelled. Rows that were in stay in.")
    return redirect(run)


@require_safe
@requires("import_leads")
def refused(request: StaffRequest, pk) -> StreamingHttpResponse:
    """The refused rows with their reasons, as a file that can be mended and uploaded again."""
    run = get_object_or_404(ImportRun, pk=pk)
    lines = files.lines_of_refusals(run)
    taken = {"import": str(run.pk)}
    return csv_response(request, "refused rows", next(lines), lines, filters=taken)


def _show(request: StaffRequest, run: ImportRun, form: MapForm | None, status: int = 200) -> HttpResponse:
    words = IN_WORDS[Kind(run.kind)]
    shown = {
        "run": run, "form": form, "refusals": run.refusals.order_by("row")[:SHOWN],
        "tally": [(key, run.counts.get(key, 0), words[key]) for key in words],
        "examples": [(key, words[key], [one for one in run.examples if one["done"] == key]) for key in words],
        "samples": _samples(run) if form else [], "headings": form.headings() if form else [],
        "left_out": _left_out(run) if form else "",
    }  # fmt: skip
    return render(request, "imports/run.html", shown, status=status)


def _left_out(run: ImportRun) -> str:
    try:
        return left_out(files.upload_of(run))
    except (BadFile, OSError):
        return ""


def _samples(run: ImportRun) -> list[list[str]]:
    """Return the first rows as they came; none when the file is not there any more."""
    try:
        rows = files.first_rows(run)
    except BadFile:
        return []
    return [[CLOCK.sub(r"\1 \2", str(cell)) for cell in row.cells.values()] for row in rows]
