"""The wizard: what the columns are, what would happen, a job that survives, and files that mean no good."""

import csv
import io
import os
import random
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django_q.models import OrmQ

from leadboard.capture import importing, making
from leadboard.capture.models import Submission
from leadboard.companies import reconcile
from leadboard.companies.models import Company, CompanySignal
from leadboard.doctor.invariants import ALL, violations
from leadboard.imports import files, runner
from leadboard.imports.models import ImportRefusal, ImportRun, SeenKey
from leadboard.leads.models import Lead, LeadEvent
from leadboard.sheets.models import Export
from tests.test_import import BAD

ROWS = "Name,E-mail,Firma,Seats\nAna Ruiz,ana@halden.example,Halden,5\nBo Chen,bo@delmar.example,Delmar,7\n"


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Uploads of a test live in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def upload(page, mia, db):
    """Return a function that uploads a table as Mia and gives its run, or the refused page."""

    def send(content, kind="leads", name="list.csv"):
        content = content if isinstance(content, bytes) else content.encode()
        answer = page(mia).post("/import/", {"kind": kind, "file": SimpleUploadedFile(name, content)})
        return (
            ImportRun.objects.get(pk=answer["Location"].split("/")[2])
            if answer.status_code == 302
            else answer
        )

    return send


@pytest.fixture
def bring(client):
    """Return a function that maps, tries and imports a run as its page proposes."""

    def go(run, **typed):
        form = client.get(f"/import/{run.pk}/").context["form"]
        said = {field.html_name: field.value() or "" for field in form}
        assert client.post(f"/import/{run.pk}/map/", said | typed).status_code == 302
        runner.work(str(run.pk))
        run.refresh_from_db()
        tried = dict(run.counts)
        client.post(f"/import/{run.pk}/start/")
        runner.work(str(run.pk))
        run.refresh_from_db()
        return tried

    return go


def test_columns_are_guessed_tried_and_brought_in(upload, bring, client):
    run = upload(ROWS + ",,,9\n")
    form = client.get(f"/import/{run.pk}/").context["form"]
    proposed = {name: form[f"f_{name}"].value() for name in ("name", "email", "company")}
    assert proposed == {"name": "Name", "email": "E-mail", "company": "Firma"}
    assert bring(run, basis="consent", campaign="Fair 26") == {"new": 2, "refused": 1}
    assert (run.state, run.done, run.total, run.counts) == ("done", 3, 3, {"new": 2, "refused": 1})
    leads = Lead.objects.order_by("id").values_list("name", "company", "extra", "source", "basis", "campaign")
    assert list(leads) == [
        ("Ana Ruiz", "Halden", {"Seats": "5"}, "Import list.csv", "consent", "Fair 26"),
        ("Bo Chen", "Delmar", {"Seats": "7"}, "Import list.csv", "consent", "Fair 26"),
    ]
    assert [one.name for one in ALL if violations(one)] == []
    assert "Nobody was recognised" in client.get(f"/import/{run.pk}/").text


def test_nothing_is_stored_by_the_trial_and_it_says_whom_a_row_joins(upload, client, make_lead):
    run = upload("Name,Mail\nAna,ana@halden.example\nA. Ruiz,ANA@halden.example\n")
    form = client.get(f"/import/{run.pk}/").context["form"]
    client.post(f"/import/{run.pk}/map/", {f.html_name: f.value() or "" for f in form})
    runner.work(str(run.pk))
    shown = client.get(f"/import/{run.pk}/").text
    assert "joins row 2" in shown
    assert (Lead.objects.count(), Submission.objects.count()) == (0, 0)


def test_a_trial_foresees_what_the_import_does_however_far_repeats_lie_apart(upload, bring, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 2)
    chance = random.Random(7)
    phones = ["", "", "+49301111111", "+49302222222"]
    people = [(chance.choice("ABC"), chance.randrange(9), chance.choice(phones)) for _ in range(30)]
    rows = [f"{name},{name.lower()}{n}@halden.example,{phone}" for name, n, phone in people]
    run = upload("Name,Mail,Phone\n" + "\n".join(rows))
    tried = bring(run)
    assert (tried, SeenKey.objects.count()) == (run.counts, 0)
    assert set(tried) == {"new", "joined"}


def test_a_trial_of_companies_knows_those_of_the_rows_above(upload, bring, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 1)
    run = upload("Company,Website,Employees\nHalden,halden.example,\nDelmar,delmar.example,5\n"
                 "Halden,halden.example,7\nHalden,,7\n", kind="companies")  # fmt: skip
    assert bring(run) == run.counts == {"new": 2, "joined": 1, "known": 1}


def test_each_row_ends_as_the_door_would_have_it(upload, bring, client):
    """The same people by the door and by a file: one lead each, the same events."""
    run = upload("Name,Mail,Nachricht\n" + "Ana,ana@halden.example,One\n" * 3 + "Bo,bo@halden.example,Two\n")
    bring(run)
    assert run.counts == {"new": 2, "joined": 2}
    ana = Lead.objects.get(name="Ana")
    kinds = list(LeadEvent.objects.filter(lead=ana).order_by("version").values_list("kind", flat=True))
    assert kinds == ["captured", "clock_started", "joined", "joined"]
    assert (ana.due_kind, ana.submissions.count()) == ("first_action", 3)
    assert [one.name for one in ALL if violations(one)] == []


def test_a_killed_run_goes_on_where_it_stopped(upload, client, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 10)
    rows = "".join(f"N {n},n{n}@x{n}.example\n" for n in range(45))
    run = upload("Name,Mail\n" + rows)
    form = client.get(f"/import/{run.pk}/").context["form"]
    client.post(f"/import/{run.pk}/map/", {f.html_name: f.value() or "" for f in form})
    runner.work(str(run.pk))
    client.post(f"/import/{run.pk}/start/")
    whole = runner._note

    def killed(fresh, told, position):
        whole(fresh, told, position)
        if fresh.done == 30:
            raise KeyboardInterrupt

    monkeypatch.setattr(runner, "_note", killed)
    with pytest.raises(KeyboardInterrupt):
        runner.work(str(run.pk))
    run.refresh_from_db()
    assert (run.done, Lead.objects.count()) == (20, 20)
    monkeypatch.setattr(runner, "_note", whole)
    OrmQ.objects.all().delete()
    ImportRun.objects.update(heard_at=None)
    assert (runner.resume_left_behind(), runner.resume_left_behind()) == (1, 0)
    assert [job.task["func"] for job in OrmQ.objects.all()] == [runner.JOB]
    runner.work(str(run.pk))
    run.refresh_from_db()
    assert (run.state, run.done, Lead.objects.count(), Submission.objects.count()) == ("done", 45, 45, 45)
    events = LeadEvent.objects.filter(kind="captured").order_by("pk").values_list("pk", flat=True)
    asked = [job.task["args"] for job in OrmQ.objects.all() if job.task["func"].endswith("follow")]
    assert (asked, run.owed) == ([(events[0], events[44])], {})  # also of the rows before the kill
    assert [one.name for one in ALL if violations(one)] == []


@pytest.mark.django_db(transaction=True)
def test_two_jobs_on_one_run_and_the_same_file_twice_double_nothing(upload, client, monkeypatch):
    monkeypatch.setattr(runner, "BATCH", 5)
    content = "Name,Mail\n" + "".join(f"N {n},n{n}@x{n}.example\n" for n in range(40))
    runs = [upload(content), upload(content)]
    for run in runs:
        form = client.get(f"/import/{run.pk}/").context["form"]
        client.post(f"/import/{run.pk}/map/", {f.html_name: f.value() or "" for f in form})
        runner.work(str(run.pk))
        client.post(f"/import/{run.pk}/start/")

    def work(run):
        runner.work(str(run.pk))
        connection.close()

    threads = [threading.Thread(target=work, args=[run]) for run in (*runs, *runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts = [ImportRun.objects.get(pk=run.pk).counts for run in runs]
    assert Lead.objects.count() == Submission.objects.count() == 40
    assert sum(count.get("new", 0) for count in counts) == 40
    assert [sum(count.values()) for count in counts] == [40, 40]
    assert [one.name for one in ALL if violations(one)] == []


def test_a_row_that_trips_us_is_told_and_holds_up_nobody(upload, bring, monkeypatch):
    whole = making.columns_of

    def trips(submission, person, playbook, found):
        if person.fields["name"] == "Bo Chen":
            raise RuntimeError("a fault")
        return whole(submission, person, playbook, found)

    monkeypatch.setattr(making, "columns_of", trips)
    run = upload(ROWS)
    bring(run)
    assert run.counts == {"new": 1, "refused": 1}
    assert "A fault came up: RuntimeError" in ImportRefusal.objects.get().why


def test_a_run_is_cancelled_and_what_is_in_stays_in(upload, client):
    run = upload(ROWS)
    client.post(f"/import/{run.pk}/cancel/")
    run.refresh_from_db()
    assert run.state == "cancelled"
    client.post(f"/import/{run.pk}/start/")
    runner.work(str(run.pk))
    assert Lead.objects.count() == 0
    assert client.post(f"/import/{run.pk}/map/", {}).status_code == 404


def test_refused_rows_come_back_as_a_safe_file(upload, bring, client):
    run = upload("Name,Mail,Note\n,,=cmd|'/c calc'!A1\nAna,a@b.example,x,surplus\n")
    bring(run)
    answer = client.get(f"/import/{run.pk}/refused.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="refused-rows.csv"'
    rows = list(csv.reader(b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()))
    assert [row[0] for row in rows] == ["row", "2", "3"]
    assert rows[1][4] == "'=cmd|'/c calc'!A1"
    assert rows[2][1:] == ["It has 4 cells, the header has 3.", "Ana", "a@b.example", "x", "surplus"]
    assert Export.objects.get().rows == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [pytest.param(*case, id=name) for name, case in BAD.items() if "column" not in name],
)
def test_a_bad_file_is_refused_in_words_beside_the_field(upload, client, content, words):
    if len(content) > 3_000_000:
        pytest.skip("unpacked in test_import.py")
    answer = upload(content)
    if isinstance(answer, ImportRun):  # broken further down: the trial says so
        form = client.get(f"/import/{answer.pk}/").context["form"]
        client.post(
            f"/import/{answer.pk}/map/", {f.html_name: f.value() or "" for f in form} | {"f_name": "Name"}
        )
        runner.work(str(answer.pk))
        answer.refresh_from_db()
        assert (answer.state, words in answer.problem) == ("failed", True)
        return
    assert (answer.status_code, ImportRun.objects.count()) == (422, 0)
    assert words in answer.context["form"].errors["file"][0]
    assert list(files.folder().iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\temp\\list.csv", "list.csv"), ("a\u202egpj.csv", "agpj.csv"),
     ("x" * 300 + ".csv", "x" * 116 + ".csv"), ("a.csv\r\nX: y", "a.csvX: y"), ("con", "con")],
)  # fmt: skip
def test_the_name_of_a_file_leads_nowhere(name, kept):
    assert files.tidy_name(name) == kept


def test_companies_and_target_accounts_are_uploaded_and_their_leads_marked(upload, bring, client, make_lead):
    lead = make_lead(email="d@halden.example")
    run = upload(
        "Company;Website;Employees;Signal;Signal date;Owner\n"
        "Halden Optik GmbH;https://www.halden.example;1.200;Funding;2026-05-12;Kim\n"
        "Mail people;gmail.com;;;;\nDelmar;;many;;;\nBarsund;barsund.example;51-200;;;\n",
        kind="companies",
    )
    assert bring(run, target="on") == {"new": 2, "refused": 2}
    halden = Company.objects.get(domain="halden.example")
    assert (halden.employees, halden.target, halden.source, halden.attributes) == (
        1200,
        True,
        "list.csv",
        {"Owner": "Kim"},
    )
    assert CompanySignal.objects.get().kind == "funding"
    reconcile.run()
    lead.refresh_from_db()
    assert lead.target_account is True
    again = upload("Company,Website,Tier\nHalden Optik,halden.example,1\n", kind="companies")
    assert bring(again) == {"joined": 1}
    halden.refresh_from_db()
    assert (halden.tier, halden.employees, halden.target) == ("1", 1200, True)


def test_the_command_takes_a_row_that_fails_alone(db, tmp_path, monkeypatch):
    monkeypatch.setattr(importing, "CHUNK", 2)
    assert [len(some) for some in importing.chunks(iter(range(5)), 2)] == [2, 2, 1]


@pytest.mark.parametrize(
    "path", ["", "{pk}/", "{pk}/map/", "{pk}/start/", "{pk}/cancel/", "{pk}/refused.csv"]
)
def test_reps_and_strangers_may_not_import(upload, page, ana, client, path):
    path = "/import/" + path.format(pk=upload(ROWS).pk)
    client.logout()
    assert client.post(path).status_code in (302, 405)
    assert page(ana).get(path).status_code in (403, 405)
    assert page(ana).post(path).status_code in (403, 405)
    assert ImportRun.objects.get().state == "uploaded"


def test_files_of_an_old_import_are_pruned_and_nothing_else(upload, page, mia):
    old, new = upload("Name,Mail\n,\nAna,a@b.example\n"), upload(ROWS)
    stray = files.folder() / "stray.upload"
    for path in (stray, files.upload_of(old)):
        path.touch()
        os.utime(path, (0, 0))
    ImportRun.objects.filter(pk=old.pk).update(created_at="2026-01-01T00:00:00Z")
    ImportRefusal.objects.create(run=old, row=2, why="Nobody", cells=["", ""])
    printed = io.StringIO()
    call_command("prune", stdout=printed)
    assert printed.getvalue().splitlines()[0] == "2 files of old imports"
    assert [path.name for path in files.folder().iterdir()] == [files.upload_of(new).name]
    assert (ImportRun.objects.get(pk=old.pk).state, ImportRefusal.objects.count()) == ("cancelled", 0)
    assert page(mia).get(f"/import/{old.pk}/").status_code == 200
