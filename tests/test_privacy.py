"""A prospect asks what is held of them, and to be forgotten: all of it is told, and nothing of it is left."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from handoff import actions, claims, outcomes
from leadboard.capture import sources
from leadboard.capture.duplicates import merging
from leadboard.capture.models import Source, Submission
from leadboard.doctor.invariants import ALL, violations
from leadboard.imports import files, runner
from leadboard.imports.models import ImportRun, State
from leadboard.leads import chain
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.persons import person_of, person_with
from leadboard.privacy.erasing import erase
from leadboard.privacy.models import Erasure
from qualification import pipeline
from qualification.corrections import correcting, firm_words

TIMED = {"events are numbered at once", "a lead's events are numbered in their order"}
# A word of its own in every place where a person can leave one.
NORA = {
    "name": "Nora Qanaryname", "email": "Nora@qanarymail.example", "phone": "+47 22 17 12 19",
    "company": "Qanarycompany AS", "job_title": "Qanarytitle", "website": "https://qanarysite.example",
    "message": "We qanarymessage need a quote for 40 seats, budget approved.", "pet": "qanaryextra",
}  # fmt: skip
CANARIES = ("qanary", "22171219")
TEXTS = ["text", "character varying", "jsonb", "json", "bytea", "ARRAY"]


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    """Uploads of a test live in a folder of its own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def door(db):
    return sources.path_of(sources.add("Contact form"))


@pytest.fixture
def send(door):
    def post(fields=NORA, **more):
        body = json.dumps(fields | more)
        answer = Client().post(
            door, body, content_type="application/json", HTTP_REFERER="https://qanaryref.example/"
        )
        assert answer.status_code == 202, answer.content
        return Submission.objects.get(pk=answer.json()["id"]).lead

    return post


@pytest.fixture
def visits(db):
    """Nora looked at a page before she wrote; return her browser's token."""
    event = {"kind": "view", "page": "p1", "path": "/pricing/?for=qanarypage", "title": "qanarytouch"}
    body = {"consent": True, "events": [event]}
    return Client().post("/track/", json.dumps(body), content_type="text/plain").json()["visitor"]


@pytest.fixture
def nora(send, visits, ana, mia, lea, root_admin):
    """Nora through every part: visits, form, batch, quarantine, merge, verdict, correction, claim, import."""
    lead = send(leadboard_visitor=visits)
    other = send(NORA | {"email": "n.other@qanarymail.example", "phone": "", "name": "N. Qanaryname"})
    pipeline.qualify(lead.pk)
    correcting.correct(lead.pk, mia, "information")
    correcting.override(lead.pk, lea, code="talked", note="qanaryoverride", score=80)
    claims.claim(lead.pk, ana)
    actions.log(lead.pk, ana, "call", outcome="connected", note="qanarynote")
    merging.merge(lead.pk, other.pk, lea)
    _quarantined()
    _imported(mia)
    return Lead.objects.get(pk=lead.pk)


def _quarantined():
    """A delivery of hers that nobody understood, with the address as a form writes it."""
    source = Source.objects.create(name="Odd form", mapping={"name": "never"})
    Client().post(
        source.path, "a=1&b=nora%40qanarymail.example", content_type="application/x-www-form-urlencoded"
    )


def _imported(person):
    """A file with her among others, tried and brought in; one row of hers is refused."""
    table = "Name,E-mail\nBo,bo@delmar.example\nNora Qanaryname,nora@qanarymail.example\n"
    run = ImportRun(name="fair.csv", by=person, options={"source": "Fair"}, columns=["Name", "E-mail"])
    run.mapping, run.sha256 = {"name": "Name", "email": "E-mail"}, "x" * 64
    files.upload_of(run).write_text(table)
    run.save(force_insert=True)
    for state in (State.CHECKING, State.RUNNING):
        run.refresh_from_db()
        runner.begin(run, state)
        runner.work(str(run.pk))
    run.refusals.create(row=4, why="no name", cells=["", "nora@qanarymail.example"])


def left():
    """Return (table, column, row) wherever a word of Nora's stands in the database, however it is stored."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type = ANY(%s)",
            [TEXTS],
        )
        for table, column, kind in cursor.fetchall():
            words = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            for canary in CANARIES:
                cursor.execute(
                    f"SELECT {words} FROM {table} WHERE lower({words}) LIKE %s LIMIT 1", [f"%{canary}%"]
                )
                found += [(table, column, row[0][:80]) for row in cursor.fetchall()]
    return found


def broken():
    return [one.name for one in ALL if one.name not in TIMED and violations(one)]


def test_all_that_is_held_of_her_is_told(page, lea, nora):
    answer = page(lea).get(f"/leads/{nora.pk}/person.json")
    held = json.loads(answer.content)
    assert answer["Content-Disposition"] == f'attachment; filename="person-{nora.uid}.json"'
    assert [lead["email"] for lead in held["leads"]] == [
        "Nora@qanarymail.example",
        "n.other@qanarymail.example",
    ]
    assert [action["note"] for action in held["actions"]] == ["qanarynote"]
    assert held["touches"][0]["title"] == "qanarytouch"
    forms = [json.loads(one["body"]) for one in held["submissions"] if "json" in one["content_type"]]
    assert {form["name"] for form in forms if "name" in form} == {"Nora Qanaryname", "N. Qanaryname"}
    assert len([one for one in held["submissions"] if one["source__name"] == "Odd form"]) == 1


def test_after_she_is_erased_nothing_of_hers_is_left_anywhere(nora, lea, django_capture_on_commit_callbacks):
    firm_words.refit()
    assert firm_words.words_in_use()[1].startswith("firm")
    assert left() != []
    before = list(LeadEvent.objects.filter(lead=nora).values_list("pk", "digest"))
    with django_capture_on_commit_callbacks(execute=True):
        done = erase(person_of([nora]), why="request", by=lea)
    assert left() == []
    assert firm_words.words_in_use()[1].startswith("seed")
    assert list(files.folder().iterdir()) == []
    assert len(done.leads) == 2
    after = dict(LeadEvent.objects.filter(lead=nora).values_list("pk", "digest"))
    assert all(bytes(after[pk]) == bytes(digest) for pk, digest in before)
    with connection.cursor() as cursor:
        assert chain.faults(cursor) == []
    assert broken() == []


def test_what_was_under_way_with_her_is_over(nora, ana, lea):
    erase(person_of([nora]), why="request", by=lea)
    nora.refresh_from_db()
    assert (nora.desk, nora.owner, nora.due_state, nora.do_not_contact) == ("closed", None, "", True)
    with pytest.raises(Exception, match="not here any more"):
        claims.claim(nora.pk, ana)


def test_others_lose_nothing(nora, lea):
    bo = Lead.objects.get(email="bo@delmar.example")
    words = bo.name, bo.submissions.count()
    erase(person_of([nora]), why="request", by=lea)
    bo.refresh_from_db()
    assert ((bo.name, bo.submissions.count()), bo.desk) == (words, "board")
    assert bytes(bo.submissions.get().body) != b""


def test_who_comes_again_by_an_old_list_is_not_written_to(nora, lea, send):
    erase(person_of([nora]), why="objection", by=lea)
    again = send()
    assert again.pk != nora.pk
    assert (again.desk, again.do_not_contact) == ("closed", True)


def test_a_colleague_with_the_same_switchboard_is_somebody_else(send, lea):
    nora, bo = send(), send(name="Bo Berg", email="bo@switchboard.example")
    assert (bo.pk != nora.pk, person_of([nora]).ids) == (True, [nora.pk])


def test_a_manager_erases_on_the_page_after_typing_the_name(page, lea, nora):
    browser = page(lea)
    shown = browser.get(f"/leads/{nora.pk}/person/").content.decode()
    assert "What we hold of Nora Qanaryname" in shown
    refused = browser.post(f"/leads/{nora.pk}/person/", {"why": "request", "confirm": "Nora"})
    assert refused.status_code == 422
    assert "Type “Nora Qanaryname” to confirm." in refused.content.decode()
    assert browser.post(f"/leads/{nora.pk}/person/", {"confirm": "Nora Qanaryname"}).status_code == 422
    assert not Erasure.objects.exists()
    done = browser.post(f"/leads/{nora.pk}/person/", {"why": "request", "confirm": "nora qanaryname"})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert "Erased. 2 leads are empty now" in browser.get("/").content.decode()
    assert browser.get(f"/leads/{nora.pk}/").status_code == 404


@pytest.mark.parametrize("who", ["ana", "mia", "otto"])
def test_others_may_neither_see_nor_erase(request, page, api, send, who):
    lead, person = send(), request.getfixturevalue(who)
    for path in ("person/", "person.json"):
        assert page(person).get(f"/leads/{lead.pk}/{path}").status_code in (302, 403)
    assert page(person).post(f"/leads/{lead.pk}/person/", {"why": "request"}).status_code in (302, 403)
    script, path = api(person), f"/api/leads/{lead.uid}/"
    assert script.post(f"{path}erase/", {"why": "request"}, format="json").status_code in (401, 403)
    assert script.get(f"{path}person/").status_code in (401, 403)
    lead.refresh_from_db()
    assert lead.erased_at is None


def test_a_script_tells_and_erases_over_the_api(api, lea, send):
    lead, script = send(), api(lea)
    path = f"/api/leads/{lead.uid}/erase/"
    assert script.get(f"/api/leads/{lead.uid}/person/").json()["leads"][0]["name"] == "Nora Qanaryname"
    assert script.post(path, {"why": "whim"}, format="json").status_code == 400
    done = script.post(path, {"why": "retention"}, format="json")
    assert (done.status_code, done.json()["leads"], done.json()["by"]) == (201, [str(lead.uid)], lea.email)
    assert script.post(path, {"why": "retention"}, format="json").status_code == 404
    assert script.get(f"/api/leads/{lead.uid}/").status_code == 404


def test_the_command_tells_tries_and_erases(send, capsys):
    lead = send()
    call_command("erase", "nora@QANARYMAIL.example", "--dry-run")
    assert capsys.readouterr().out.startswith("would be erased: 1 leads, 1 submissions")
    call_command("erase", lead.email, "--tell")
    assert json.loads(capsys.readouterr().out)["leads"][0]["phone"] == lead.phone
    call_command("erase", lead.email, "--yes")
    assert capsys.readouterr().out.startswith("erased: 1 leads, 1 submissions")
    with pytest.raises(CommandError, match="nothing is held"):
        call_command("erase", lead.email, "--yes")


def test_a_person_at_the_keyboard_is_asked_before_anything_is_erased(send, monkeypatch):
    lead = send()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: "somebody@else.example")
    with pytest.raises(CommandError, match="nothing was done"):
        call_command("erase", lead.email)
    assert person_with(lead.email).ids == [lead.pk]
    monkeypatch.setattr("builtins.input", lambda _: lead.email)
    call_command("erase", lead.email)
    assert person_with(lead.email).leads == ()


def test_a_reason_of_our_own_is_needed_and_a_lead(nora, lea):
    with pytest.raises(Exception, match="A reason is one of"):
        erase(person_of([nora]), why="", by=lea)
    erase(person_of([nora]), why="request", by=lea)
    with pytest.raises(Exception, match="Nothing is held"):
        erase(person_of([nora]), why="request", by=lea)


def test_what_was_won_stays_won(send, ana, lea):
    lead = send()
    claims.claim(lead.pk, ana)
    outcomes.won(lead.pk, ana)
    erase(person_of([lead]), why="retention", by=lea)
    lead.refresh_from_db()
    assert (lead.stage, lead.desk, lead.name) == ("won", "closed", "")
