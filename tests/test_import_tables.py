"""Tables of other products and by hand: columns are recognised, days are read, our own bring nothing new."""

import csv
import io
from datetime import UTC

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from leadboard.imports import runner
from leadboard.imports.kinds import LeadRows
from leadboard.imports.models import ImportRun
from leadboard.leads.models import Lead
from leadboard.sheets.dates import moment
from tests.other_tables import TABLES


def sample(text):
    """Return the first value of each column, as the wizard asks for it."""
    first = text.partition("\n")[0]
    rows = list(csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=first.count)))
    return {name: next((row[name] for row in rows if row[name]), "") for name in rows[0]}


@pytest.mark.parametrize("name", TABLES)
def test_columns_of_a_table_nobody_made_for_us_are_recognised(name):
    text, meant = TABLES[name]
    assert LeadRows().guess(sample(text)) == meant


@pytest.mark.parametrize(
    ("cell", "day"),
    [("2026-05-04", "2026-05-04 00:00"), ("04.05.2026 09:12", "2026-05-04 09:12"), ("5/4/2026", None),
     ("4/25/2026 1:05 PM", "2026-04-25 13:05"), ("May 4, 2026 09:12", "2026-05-04 09:12"), ("COO", None),
     ("2026-05-04T09:12:00+02:00", "2026-05-04 07:12"), ("31.02.2026", None), ("99999999999", None)],
)  # fmt: skip
def test_a_day_is_read_as_people_write_it_and_never_guessed(cell, day):
    found = moment(cell)
    assert (found and found.astimezone(UTC).strftime("%Y-%m-%d %H:%M")) == day


@pytest.fixture
def tried(page, mia, settings, tmp_path):
    """Return a function that uploads a file as Mia and gives the counts of its trial."""
    settings.MEDIA_ROOT = tmp_path

    def go(content, name):
        client = page(mia)
        answer = client.post("/import/", {"kind": "leads", "file": SimpleUploadedFile(name, content)})
        run = ImportRun.objects.get(pk=answer["Location"].split("/")[2])
        form = client.get(f"/import/{run.pk}/").context["form"]
        client.post(f"/import/{run.pk}/map/", {field.html_name: field.value() or "" for field in form})
        runner.work(str(run.pk))
        run.refresh_from_db()
        return run

    return go


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_that_is_imported_again_changes_nothing(page, mia, make_lead, tried, form):
    odd = {"name": "=1+1", "phone": "+49 30 901820", "message": "Line 1\nשלום, @SUM(A1)", "title": "-5 % off"}
    make_lead(email="a@halden.example", company="Halden", country="DE", **odd)
    make_lead(name="Over", email="o@x.example")
    Lead.objects.filter(name="Over").update(desk="closed", stage="lost")
    answer = page(mia).get(f"/export/leads.csv?view=all&as={form}")
    assert answer["Content-Disposition"] == f'attachment; filename="leads.{form}"'
    content = b"".join(answer.streaming_content)
    leads, versions = Lead.objects.count(), {*Lead.objects.values_list("pk", "version")}
    run = tried(content, f"leads.{form}")
    assert (run.state, run.problem, run.counts) == ("checked", "", {"known": leads})
    runner.begin(run, "running")
    runner.work(str(run.pk))
    assert {*Lead.objects.values_list("pk", "version")} == versions


def test_a_workbook_has_dates_numbers_and_text_that_stays_text(page, mia, make_lead):
    lead = make_lead(name="=1+1", message="\x0bnul and more", phone="-5")
    content = b"".join(page(mia).get("/export/leads.csv?as=xlsx").streaming_content)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    heading, row = ([*cells] for cells in sheet.iter_rows())
    cells = {one.value: cell for one, cell in zip(heading, row, strict=True)}
    assert (cells["name"].value, cells["name"].data_type, cells["name"].quotePrefix) == ("=1+1", "s", True)
    assert (cells["phone"].value, cells["message"].value) == ("-5", "nul and more")
    assert abs((cells["created_at"].value - lead.created_at.replace(tzinfo=None)).total_seconds()) < 1


def test_the_sheet_with_the_table_is_read_and_the_page_names_the_others(page, mia, tried):
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["Leads of the fair"])
    book.active.append(["Ask Mia before use"])
    hidden = book.create_sheet("Old")
    hidden.sheet_state = "hidden"
    table = book.create_sheet("People")
    for sheet in (hidden, table):
        sheet.append(["Name", "Mail", "Seats"])
        sheet.append([sheet.title, f"{sheet.title}@b.example", "#N/A"])
    content = io.BytesIO()
    book.save(content)
    run = tried(content.getvalue(), "fair.xlsx")
    assert [one["cells"] for one in run.examples] == [["People", "People@b.example"]]
    said = page(mia).get(f"/import/{run.pk}/").content.decode()
    assert "Read from the sheet People; not read: Cover." in said
    assert "Import 1 row<" in said


def test_refused_rows_that_are_mended_come_in(page, mia, tried):
    run = tried(b"Name,Mail,Seats\n,,=cmd\nAna,a@b.example,x\n", "list.csv")
    runner.begin(run, "running")
    runner.work(str(run.pk))
    refused = b"".join(page(mia).get(f"/import/{run.pk}/refused.csv").streaming_content)
    mended = refused.replace(b",,'=cmd", b"Bo,bo@b.example,'=cmd")
    again = tried(mended, "refused-rows.csv")
    assert again.counts == {"new": 1}
    runner.begin(again, "running")
    runner.work(str(again.pk))
    assert Lead.objects.get(name="Bo").extra == {"Seats": "=cmd"}
