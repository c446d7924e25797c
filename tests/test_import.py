"""Leads from files: what is read, what is refused in which words, and that nothing comes in twice."""

import codecs
import contextlib
import csv
import io
import zipfile

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from leadboard.capture.importing import read_mapping, read_rows
from leadboard.capture.models import Source, Submission
from leadboard.leads.models import Lead
from leadboard.sheets.reading import BadFile

pytestmark = pytest.mark.django_db

MAPPING = "name: Name\nemail: Mail\nseats: Seats\n"
ROWS = "Name,Mail,Seats\nAna Ruiz,ana@halden.example,5\nBo Chen,bo@delmar.example,7\n"


@pytest.fixture
def run(tmp_path):
    """Return a function that imports a file of this content and gives what the command printed."""
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)

    def command(content, *options, name="leads.csv", rules=None):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        if rules:
            mapping.write_text(rules)
        printed = io.StringIO()
        call_command("import_leads", str(file), "--mapping", str(mapping), *options, stdout=printed)
        return printed.getvalue()

    return command


def workbook(rows):
    """Return an XLSX file of these rows."""
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_each_row_is_a_submission_and_becomes_a_lead(run):
    assert run(ROWS) == "2 rows imported, 0 joined to a lead, 0 were here already, 0 refused.\n"
    assert list(Lead.objects.order_by("id").values_list("name", "email", "extra", "source")) == [
        ("Ana Ruiz", "ana@halden.example", {"seats": "5"}, "Import leads.csv"),
        ("Bo Chen", "bo@delmar.example", {"seats": "7"}, "Import leads.csv"),
    ]
    assert set(Submission.objects.values_list("state", flat=True)) == {"captured"}


def test_a_second_run_of_the_same_file_doubles_nothing(run):
    run(ROWS)
    assert run(ROWS) == "0 rows imported, 0 joined to a lead, 2 were here already, 0 refused.\n"
    assert (Lead.objects.count(), Submission.objects.count()) == (2, 2)


def test_a_run_that_was_broken_off_is_taken_up_where_it_stopped(run):
    with pytest.raises(CommandError):
        run(ROWS.encode() + b'Eve,"eve@open.example,1\n')
    assert Lead.objects.count() == 2
    source = Source.objects.get()
    assert run(ROWS + "Eve,eve@open.example,1\n", "--source", source.name).startswith(
        "1 rows imported, 2 joined"
    )


def test_an_interrupted_import_of_the_same_file_goes_on_after_the_last_row(run):
    run(ROWS)
    last = Submission.objects.order_by("received_at").last()
    lead = last.lead
    Submission.objects.filter(pk=last.pk).delete()
    assert run(ROWS) == "0 rows imported, 1 joined to a lead, 1 were here already, 0 refused.\n"
    assert Lead.objects.count() == 2
    lead.refresh_from_db()
    assert lead.version >= 2


def test_a_person_who_is_twice_in_a_file_is_one_lead(run):
    assert run(ROWS + "Ana R.,ANA@halden.example,9\n").startswith("2 rows imported, 1 joined to a lead")


def test_a_dry_run_tells_the_same_and_changes_nothing(run):
    content = ROWS + "Ana R.,ANA@halden.example,9\n,,3\n"
    dry = run(content, "--dry-run")
    assert dry.splitlines()[0] == (
        "2 rows would be imported, 1 would be joined to a lead, 0 were here already, 1 would be refused."
    )
    assert (Lead.objects.count(), Submission.objects.count(), Source.objects.count()) == (0, 0, 0)
    assert (
        run(content).splitlines()[0] == "2 rows imported, 1 joined to a lead, 0 were here already, 1 refused."
    )


def test_refused_rows_are_told_and_written_with_their_reason_and_no_formulas(run, tmp_path):
    refused = tmp_path / "refused.csv"
    printed = run(ROWS + ",,=cmd|'/c calc'!A1\n,,-5\nEve,e@o.example,1,surplus\n", "--refused", str(refused))
    assert "  row 6: It has 4 cells, the header has 3." in printed
    assert "  row 4: Nobody was recognised in it" in printed
    rows = list(csv.reader(refused.read_text("utf-8-sig").splitlines()))
    assert rows[0] == ["row", "reason", "Name", "Mail", "Seats"]
    assert [row[0] for row in rows[1:]] == ["4", "5", "6"]
    assert [row[4] for row in rows[1:]] == ["'=cmd|'/c calc'!A1", "-5", "1"]


def test_a_refused_row_comes_in_with_the_next_run_once_the_mapping_is_right(run):
    assert run("Who,Mail\nAna,\n", rules="email: Mail\n").endswith(
        "Map one of them in the source, then replay it.\n"
    )
    assert run("Who,Mail\nAna,\n", rules="email: Mail\nname: Who\n").startswith("1 rows imported")


@pytest.mark.parametrize(
    "content",
    [
        codecs.BOM_UTF8 + "Name,Mail,Seats\nJürgen Groß,j@b.example,1\n".encode(),
        "Name,Mail,Seats\nJürgen Groß,j@b.example,1\n".encode("utf-16"),
        "Name,Mail,Seats\nJürgen Groß,j@b.example,1\n".encode("cp1252"),
        "Name;Mail;Seats\r\nJürgen Groß;j@b.example;1\r\n".encode(),
        "Name\tMail\tSeats\nJürgen Groß\tj@b.example\t1\n".encode(),
        "Name|Mail|Seats\nJürgen Groß|j@b.example|1\n".encode(),
        'sep=;\nName;Mail;Seats\n"Jürgen Groß";j@b.example;1\n'.encode(),
        "Seats,Name,Mail\n1,Jürgen Groß,j@b.example\n".encode(),
        "Name,Mail,Seats\n\n,,\nJürgen Groß,j@b.example,1,,\n".encode(),
        workbook([["Name", "Mail", "Seats"], ["Jürgen Groß", "j@b.example", 1]]),
        workbook(
            [
                ["Fair 2026"],
                [],
                [None, "as of May"],
                ["Name", "Mail", "Seats"],
                ["Jürgen Groß", "j@b.example", 1],
            ]
        ),
        workbook([["Name", "Mail", "Seats", None], [None, None, None], ["Jürgen Groß", "j@b.example", 1.0]]),
    ],
    ids=[
        "utf-8 mark",
        "utf-16",
        "cp1252",
        "semicolon",
        "tab",
        "bar",
        "sep=",
        "reordered",
        "empty rows",
        "xlsx",
        "xlsx with titles",
        "xlsx 2",
    ],
)
def test_files_of_every_usual_kind_are_read_alike(run, content):
    assert run(content).startswith("1 rows imported")
    lead = Lead.objects.get()
    assert (lead.name, lead.email, str(lead.extra["seats"])) == ("Jürgen Groß", "j@b.example", "1")


def test_cells_are_stored_exactly_also_formulas_and_line_breaks(run):
    run('Name,Mail,Seats\n"=HYPERLINK(""x"")",a@b.example,"line 1\nline 2"\n')
    lead = Lead.objects.get()
    assert (lead.name, lead.extra) == ('=HYPERLINK("x")', {"seats": "line 1\nline 2"})


def archive(**members):
    """Return a zip file with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file.getvalue()


BAD = {
    "empty": (b"", "The file is empty."),
    "header only": (b"Name,Mail,Seats\n", "The file has a header and no rows."),
    "empty header": (b",,\n,,\n", "The first row is empty; it must name the columns."),
    "no header": (b"\nAna,a@b.example,1\nBo,b@b.example,2\n", "Row 2 must name the columns, and 'a@b.ex"),
    "a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le"),
        "The workbook is protected by a password. Save it without one.",
    ),
    "a column without name": (
        b"Name,,Mail,Seats\nA,x,a@b.example,1\n",
        "Column 2 of the first row has no name.",
    ),
    "a column twice": (b"Name,Mail,Name\nA,a@b.example,B\n", "The first row names 'Name' twice."),
    "5,000 columns": (
        b",".join(b"c%d" % n for n in range(5_000)) + b"\n1\n",
        "5000 columns; at most 500 are read.",
    ),
    "a missing column": (
        b"Name,Seats\nAna,1\n",
        "The mapping names columns that the file does not have: Mail. It has: Name, Seats.",
    ),
    "an open quote": (
        b'Name,Mail,Seats\nAna,"a@b.example,1\n',
        "After line 1: unexpected end of data. Is a quote left open?",
    ),
    "an open quote over a megabyte": (
        b'Name,Mail,Seats\nAna,"' + b"a@b.example,1\n" * 80_000,
        "Is a quote left open?",
    ),
    "a quote in the middle": (b'Name,Mail,Seats\n"An"a,a@b.example,1\n', "Is a quote left open?"),
    "NUL": (b"Name,Mail,Seats\nA\x00a,a@b.example,1\n", "The file has NUL bytes"),
    "UTF-16 without a mark": (
        "Name,Mail,Seats\nA,a@b.example,1\n".encode("utf-16-le"),
        "The file has NUL bytes",
    ),
    "mixed encodings": (
        "Name,Mail,Seats\nJürgen,a@b.example,1\n".encode() + b"\xff\x81,c@d.example,1\n",
        "a byte is not cp1252",
    ),
    "HTML": (b"<html><table><tr><td>Name</td></tr></table>", "This is neither CSV nor XLSX."),
    "old XLS": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "This is an old workbook (.xls)"),
    "ODS": (archive(content_xml="<x/>"), "This is an OpenDocument file. Save it as XLSX or CSV."),
    "a zip": (archive(a="b"), "This is a zip archive and no XLSX workbook."),
    "a broken zip": (b"PK\x03\x04" + b"\x00" * 200, "The workbook cannot be opened"),
    "a workbook of nonsense": (archive(xl__workbook_xml="<nonsense/>"), "The workbook cannot be read"),
    "a bomb": (
        archive(xl__workbook_xml="<x/>", xl__worksheets__sheet1_xml=b"0" * 300_000_001),
        "The workbook unpacks to more than 300 MB.",
    ),
}


@pytest.mark.parametrize(("content", "words"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_is_refused_in_words(run, content, words):
    with pytest.raises(CommandError) as refusal:
        run(content, "--dry-run")
    assert words in str(refusal.value)


def test_an_external_entity_in_a_workbook_is_not_followed(run, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    good = io.BytesIO(workbook([["Name", "Mail", "Seats"], ["Ana", "a@b.example", 1]]))
    evil = io.BytesIO()
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(evil, "w") as target:
        for member in source.namelist():
            content = source.read(member)
            if member == "xl/worksheets/sheet1.xml":
                entity = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]>'.encode()
                content = entity + content.replace(b"<worksheet", b"<worksheet", 1).replace(b"Ana", b"&e;")
            target.writestr(member, content)
    with contextlib.suppress(CommandError):
        assert "the secret" not in run(evil.getvalue())
    assert not any("the secret" in lead.name for lead in Lead.objects.all())


def test_the_mapping_of_a_source_that_takes_other_leads_is_not_overwritten(run):
    Source.objects.create(name="Web form", mapping={"email": "mail"})
    with pytest.raises(CommandError) as refusal:
        run(ROWS, "--source", "Web form")
    assert "has another mapping" in str(refusal.value)
    assert Source.objects.get().mapping == {"email": "mail"}


@pytest.mark.parametrize("rules", ["[1, 2]", "name: {a: b}", "score: Points", "name: 'x", "? : :"])
def test_a_wrong_mapping_file_is_refused(run, rules):
    with pytest.raises(CommandError):
        run(ROWS, rules=rules)
    assert Submission.objects.count() == 0


def test_rows_and_mappings_can_be_read_by_themselves(tmp_path):
    file, rules = tmp_path / "a.csv", tmp_path / "m.json"
    file.write_text(ROWS)
    rules.write_text('{"name": "Name"}')
    assert read_mapping(rules) == {"name": "Name"}
    assert [row["Name"] for row in read_rows(file)] == ["Ana Ruiz", "Bo Chen"]
    with pytest.raises(BadFile):
        read_mapping(tmp_path / "nothing.yaml")
    with pytest.raises(BadFile):
        list(read_rows(tmp_path / "nothing.csv"))


def test_source_add_prints_the_path_alone_on_the_first_line():
    printed = io.StringIO()
    call_command("source", "add", "Demo form", "--lead-type", "demo", stdout=printed)
    source = Source.objects.get()
    first, *rest = printed.getvalue().splitlines()
    assert first == f"/intake/{source.key}/"
    assert any("curl " in line for line in rest)
    assert (source.name, source.vendor, source.lead_type, source.secret) == (
        "Demo form",
        "generic",
        "demo",
        "",
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["Demo form"], "There is a source named 'Demo form' already."),
        (
            ["New", "--vendor", "acme"],
            "There is no vendor 'acme'; there are: generic, hubspot, hubspot_forms, typeform, meta, "
            "google_ads, linkedin, calendly, jotform, tally, gravity_forms, webflow.",
        ),
        ([" "], "A name has 1 to 80 printable characters."),
        (["x" * 81], "A name has 1 to 80 printable characters."),
    ],
)
def test_source_add_refuses_in_words(arguments, words):
    call_command("source", "add", "Demo form", stdout=io.StringIO())
    with pytest.raises(CommandError) as refusal:
        call_command("source", "add", *arguments)
    assert str(refusal.value).startswith(words)
    assert Source.objects.count() == 1


def test_source_map_and_list(tmp_path):
    rules = tmp_path / "m.yaml"
    rules.write_text("email: mail\n")
    call_command("source", "add", "Demo form", stdout=io.StringIO())
    printed = io.StringIO()
    call_command("source", "map", "Demo form", "--mapping", str(rules), stdout=printed)
    call_command("source", "list", stdout=printed)
    source = Source.objects.get()
    assert source.mapping == {"email": "mail"}
    assert printed.getvalue() == (
        f"Demo form: 1 fields are mapped.\nDemo form\tgeneric\t/intake/{source.key}/\n"
    )
