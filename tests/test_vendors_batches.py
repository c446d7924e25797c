"""Deliveries that carry ids, and many of them: one lead per id, details later, a retry doubles nothing."""

import copy
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.db import connection, connections
from django.test import Client
from django_q.models import OrmQ

from handoff.models import Clock
from leadboard.capture import fetching, intake, replay
from leadboard.capture.models import Awaited, Source, Submission
from leadboard.capture.vendors import hubspot, linkedin, meta
from leadboard.doctor.invariants import ALL, violations
from leadboard.leads.models import Lead
from tests import vendor_papers as papers
from tests.vendor_papers import SECRET, SIGN


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """On a busy machine too all entries are digested while the vendor waits; who tests the limit sets it."""
    monkeypatch.setattr(intake, "PATIENCE", 600)


@pytest.fixture
def make(db):
    """Return a function that makes the source of a vendor."""
    return lambda vendor, **fields: Source.objects.create(
        name=f"{vendor} ads", vendor=vendor, secret=SECRET, **fields
    )


def post(source, document, client=None):
    """Send a document as its vendor does."""
    body = json.dumps(document).encode()
    headers = SIGN[source.vendor](body, source)
    return (client or Client()).generic(
        "POST", source.path, body, content_type="application/json", headers=headers
    )


def leadgen(*ids, **value):
    """Return a delivery of Meta that carries these ids."""
    sample = papers.META["entry"][0]["changes"][0]["value"] | value
    changes = [{"field": "leadgen", "value": sample | {"leadgen_id": number}} for number in ids]
    return {"object": "page", "entry": [{"id": "153125381133", "time": 1438292065, "changes": changes}]}


def states():
    """Return how many submissions are in which state."""
    found = {}
    for state in Submission.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


# Ids alone


@pytest.mark.parametrize(
    ("vendor", "name", "when"),
    [
        ("meta", "Meta lead ", datetime(2015, 8, 21, 1, 26, 24, tzinfo=UTC)),
        ("linkedin", "LinkedIn lead ", datetime(2022, 10, 19, 18, 20, 5, 13000, tzinfo=UTC)),
        ("hubspot", "HubSpot contact ", datetime(2019, 7, 26, 4, 0, tzinfo=UTC)),
    ],
)
def test_an_id_alone_makes_a_lead_that_awaits_details(make, vendor, name, when):
    source = make(vendor, campaign="Spring")
    answer = post(source, papers.PAPERS[vendor])
    lead = Lead.objects.get()
    assert (answer.status_code, answer.json()["id"]) == (202, str(lead.uid))
    assert lead.name.startswith(name)
    assert len(lead.name) == len(name) + 4
    assert (lead.email, lead.desk, lead.campaign, lead.submitted_at) == ("", "quarantine", "Spring", when)
    assert lead.extra["awaiting_details"] is True
    assert (lead.due_at, Clock.objects.count()) == (None, 0)
    assert Submission.objects.get().state == "captured"
    assert Awaited.objects.get().lead == lead


def test_ids_may_be_numbers_or_texts_and_are_the_same(make):
    source = make("meta")
    assert post(source, leadgen("123123123123")).status_code == 202
    assert post(source, leadgen(123123123123)).status_code == 202
    assert (Lead.objects.count(), Submission.objects.count()) == (1, 1)


def test_metas_test_button_makes_a_lead_too(make):
    sample = papers.META["entry"][0]["changes"][0]
    assert post(make("meta"), {"sample": sample}).status_code == 202
    assert Lead.objects.get().desk == "quarantine"


def test_one_id_at_two_sources_is_two_leads(make):
    post(make("meta"), leadgen("1"))
    other = Source.objects.create(name="Other page", vendor="meta", secret=SECRET)
    post(other, leadgen("1"))
    assert Lead.objects.count() == 2


# Many in one delivery


PEOPLE = [{"name": f"Number {n}", "email": f"n{n}@halden.example"} for n in (1, 2)]


@pytest.mark.parametrize("document", [PEOPLE, {"event": "sync", "leads": PEOPLE}, {"data": PEOPLE}])
def test_several_people_in_one_body_of_any_tool_are_a_lead_each(db, document):
    source = Source.objects.create(name="A relay")
    for _ in range(2):
        answer = Client().post(source.path, document, content_type="application/json")
        assert answer.status_code == 202
    assert states() == {"split": 1, "captured": 2}
    assert set(Lead.objects.values_list("name", "email")) == {
        ("Number 1", "n1@halden.example"),
        ("Number 2", "n2@halden.example"),
    }


def test_a_list_of_anything_else_is_no_delivery(db):
    source = Source.objects.create(name="A relay")
    for body in (b"[]", b"[1]", b"[null]", b'["a@halden.example"]', b'[{"email": "a@halden.example"}, 7]'):
        answer = Client().generic("POST", source.path, body, content_type="application/json")
        assert (answer.status_code, Submission.objects.count()) == (400, 0)


def test_a_delivery_of_many_makes_a_lead_of_each(make):
    assert post(make("meta"), leadgen(*range(1, 31))).status_code == 202
    assert states() == {"split": 1, "captured": 30}
    assert Lead.objects.filter(desk="quarantine").count() == 30
    parent = Submission.objects.get(state="split")
    assert parent.parts.count() == 30


def test_one_bad_entry_does_not_refuse_the_rest_and_is_replayed_alone(make):
    document = leadgen("1", "none of ours", None, "4")
    document["entry"].append({"id": "x", "changes": [{"field": "feed", "value": {}}, "junk", None]})
    document["entry"].append(7)
    assert post(make("meta"), document).status_code == 202
    assert states() == {"split": 1, "captured": 2, "quarantined": 5, "ignored": 1}
    bad = Submission.objects.filter(state="quarantined")
    assert all(submission.problem and submission.part_of for submission in bad)
    one = next(submission for submission in bad if "none of ours" in submission.text)
    Submission.objects.filter(pk=one.pk).update(body=json.dumps(leadgen("9")).encode())
    one.refresh_from_db()
    replay.replay(one)
    assert (one.state, Lead.objects.count()) == ("captured", 3)
    assert states() == {"split": 1, "captured": 3, "quarantined": 4, "ignored": 1}


def test_the_same_batch_again_is_one_submission(make):
    source = make("meta")
    answers = [post(source, leadgen("1", "2", "3")) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert (states(), Lead.objects.count()) == ({"split": 1, "captured": 3}, 3)


def test_a_retry_of_a_half_accepted_batch_doubles_nothing(make):
    source = make("hubspot")
    events = [papers.HUBSPOT[0] | {"objectId": number, "eventId": number} for number in range(1, 6)]
    assert post(source, events[:2]).status_code == 202
    assert post(source, events[2:3]).status_code == 202
    retry = [event | {"attemptNumber": 1} for event in events]
    assert post(source, retry).status_code == 202
    assert post(source, [retry[4] | {"attemptNumber": 2}]).status_code == 202
    assert (Lead.objects.count(), Awaited.objects.count()) == (5, 5)
    assert states() == {"split": 2, "captured": 5}


def test_a_batch_that_broke_off_is_finished_by_the_sweep(make, monkeypatch):
    source = make("meta")
    monkeypatch.setattr(intake, "digest_parts", lambda submission_id: 0)
    assert post(source, leadgen("1", "2", "3")).status_code == 202
    assert (states(), Lead.objects.count()) == ({"split": 1, "received": 3}, 0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE capture_submission SET received_at = received_at - interval '11 s'")
    assert intake.digest_left_behind() == 3
    assert (states(), Lead.objects.count()) == ({"split": 1, "captured": 3}, 3)
    assert post(source, leadgen("3", "2", "1")).status_code == 202
    assert Lead.objects.count() == 3


def test_what_takes_longer_than_a_sender_waits_is_left_to_a_job(make, monkeypatch):
    monkeypatch.setattr(intake, "PATIENCE", -1)
    assert post(make("meta"), leadgen("1", "2")).status_code == 202
    assert states() == {"split": 1, "received": 2}
    assert OrmQ.objects.count() == 1
    monkeypatch.setattr(intake, "PATIENCE", 60)
    assert intake.digest_parts(str(Submission.objects.get(state="split").pk)) == 0
    assert intake.digest_parts(str(Submission.objects.get(state="split").pk)) == 0
    assert Lead.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_batches_that_overlap_and_come_together_make_each_lead_once():
    source = Source.objects.create(name="Ads", vendor="meta", secret=SECRET)
    batches = [leadgen(*ids) for ids in ((1, 2, 3, 4), (4, 3, 2, 1), (3, 1, 5), (5, 4, 2))]
    together = threading.Barrier(4)

    def send(batch):
        together.wait()
        try:
            return post(source, batch).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, batches)) == [202] * 4
    with connection.cursor() as cursor:
        cursor.execute("UPDATE capture_submission SET received_at = received_at - interval '11 s'")
    intake.digest_left_behind()
    assert (Lead.objects.count(), Awaited.objects.count()) == (5, 5)


def test_a_thousand_changes_are_taken_in_one_delivery(make, monkeypatch):
    monkeypatch.setattr(intake, "PATIENCE", -1)
    assert post(make("meta"), leadgen(*range(1, 1_001))).status_code == 202
    assert states() == {"split": 1, "received": 1_000}


# HubSpot's kinds of event


@pytest.mark.parametrize(
    ("event", "state", "leads"),
    [
        ({"subscriptionType": "contact.creation"}, "captured", 1),
        ({"subscriptionType": None, "eventType": "contact.creation"}, "captured", 1),
        ({"subscriptionType": "object.creation", "objectTypeId": "0-1"}, "captured", 1),
        ({"subscriptionType": "object.creation", "objectTypeId": "0-2"}, "ignored", 0),
        ({"subscriptionType": "deal.creation"}, "ignored", 0),
        ({"subscriptionType": "contact.deletion"}, "ignored", 0),
        ({"subscriptionType": "contact.privacyDeletion"}, "quarantined", 0),
        ({"subscriptionType": "contact.exploded"}, "quarantined", 0),
        ({"subscriptionType": "starship.creation"}, "quarantined", 0),
        ({"subscriptionType": None}, "quarantined", 0),
        ({"objectId": None}, "quarantined", 0),
        ({"objectId": {"$ne": 1}}, "quarantined", 0),
    ],
)
def test_each_kind_of_event_of_hubspot(make, event, state, leads):
    assert post(make("hubspot"), [papers.HUBSPOT[0] | event]).status_code == 202
    assert (Submission.objects.get().state, Lead.objects.count()) == (state, leads)


def change(name, value, number):
    """Return HubSpot's event of a changed property."""
    return papers.HUBSPOT[0] | {
        "subscriptionType": "contact.propertyChange",
        "propertyName": name,
        "propertyValue": value,
        "eventId": number,
    }


def test_the_properties_of_a_contact_come_event_by_event_in_any_order(make):
    source = make("hubspot")
    assert post(source, [change("firstname", "Zoë", 2)]).status_code == 202
    lead = Lead.objects.get()
    assert (lead.desk, lead.name) == ("quarantine", "Zoë")
    events = [papers.HUBSPOT[0], change("email", "zoe@halden.example", 3), change("company", "Halden", 4)]
    assert post(source, events).status_code == 202
    lead.refresh_from_db()
    assert (lead.desk, lead.email, lead.company) == ("board", "zoe@halden.example", "Halden")
    assert "awaiting_details" not in lead.extra
    assert (Lead.objects.count(), Clock.objects.filter(kind="first_action").count()) == (1, 1)
    assert lead.due_kind == "first_action"


def test_a_change_of_a_contact_that_is_a_lead_already_is_no_new_enquiry(make):
    source = make("hubspot")
    post(source, [papers.HUBSPOT[0], change("email", "zoe@halden.example", 3)])
    Lead.objects.update(desk="nurture")
    Clock.objects.update(state="cancelled", ended_at=datetime(2026, 1, 1, tzinfo=UTC), fires_at=None)
    post(source, [change("phone", "+493012345678", 4)])
    lead = Lead.objects.get()
    assert (lead.desk, lead.phone) == ("nurture", "+493012345678")
    assert not Clock.objects.filter(state="running").exists()
    post(source, [change("email", "other@halden.example", 5)])
    assert Lead.objects.get().email == "zoe@halden.example"


# Details that come later


ANSWERS = {
    "meta": (papers.META_ANSWERS, "Joe Example", "joe@halden.example"),
    "linkedin": (papers.LINKEDIN_ANSWERS, "Laura Ek", "laura@halden.example"),
    "hubspot": (papers.HUBSPOT_CONTACT, "Laura Ek", "laura@halden.example"),
}


@pytest.mark.parametrize("vendor", ANSWERS)
def test_details_that_come_later_join_the_same_lead_and_start_its_clock(make, vendor):
    source = make(vendor)
    post(source, papers.PAPERS[vendor])
    document, name, email = ANSWERS[vendor]
    for _ in range(2):
        assert post(source, document).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.desk) == (name, email, "board")
    assert "awaiting_details" not in lead.extra
    kinds = list(lead.events.order_by("version").values_list("kind", flat=True))
    assert kinds == ["captured", "details_arrived", "clock_started"]
    assert lead.events.get(kind="details_arrived").facts["desk"] == "board"
    assert Clock.objects.get().state == "running"
    assert Awaited.objects.get().arrived_at is not None
    assert states() == {"captured": 1, "joined": 1}


@pytest.mark.parametrize("vendor", ANSWERS)
def test_details_that_come_before_their_id_make_the_lead_and_the_id_joins(make, vendor):
    source = make(vendor)
    post(source, ANSWERS[vendor][0])
    post(source, papers.PAPERS[vendor])
    lead = Lead.objects.get()
    assert (lead.desk, lead.email) == ("board", ANSWERS[vendor][2])
    assert states() == {"captured": 1, "joined": 1}
    assert Clock.objects.count() == 1


def test_details_of_somebody_known_join_the_lead_that_is_open(make):
    source = make("meta")
    form = Source.objects.create(name="Web form")
    Client().post(form.path, {"name": "Joe Example", "email": "JOE@halden.example"})
    known = Lead.objects.get()
    post(source, papers.META)
    post(source, papers.META_ANSWERS)
    known.refresh_from_db()
    shell = Lead.objects.exclude(pk=known.pk).get()
    assert (known.desk, known.extra["car_make"]) == ("board", "Honda")
    assert (shell.desk, shell.events.latest("version").facts["into"]) == ("closed", str(known.uid))
    assert Awaited.objects.get().lead == known
    assert Clock.objects.filter(state="running").count() == 1


def test_somebody_who_writes_after_the_details_joins_that_lead(make):
    source = make("meta")
    post(source, papers.META)
    post(source, papers.META_ANSWERS)
    form = Source.objects.create(name="Web form")
    Client().post(form.path, {"name": "Joe Example", "email": "joe@halden.example", "message": "Well?"})
    assert Lead.objects.get().message == "Well?"


def test_a_lead_that_a_person_closed_is_not_woken_by_details(make):
    source = make("meta")
    post(source, papers.META)
    Lead.objects.update(desk="closed")
    assert post(source, papers.META_ANSWERS).status_code == 202
    assert (Lead.objects.get().desk, Lead.objects.get().email) == ("closed", "")


def test_a_suppressed_person_is_closed_when_the_details_arrive(make):
    from handoff.mailing.suppression import suppress  # noqa: PLC0415 - reason: only this test

    suppress("joe@halden.example", "asked")
    source = make("meta")
    post(source, papers.META)
    post(source, papers.META_ANSWERS)
    lead = Lead.objects.get()
    assert (lead.desk, lead.do_not_contact) == ("closed", True)
    assert not Clock.objects.filter(state="running").exists()


def test_a_withdrawn_lead_of_linkedin_is_shown_to_a_person(make):
    source = make("linkedin")
    post(source, papers.LINKEDIN)
    post(source, papers.LINKEDIN | {"leadAction": "DELETED"})
    assert states() == {"captured": 1, "quarantined": 1}


def test_a_test_lead_of_linkedin_stays_off_the_board(make):
    source = make("linkedin")
    post(source, papers.LINKEDIN)
    post(source, papers.LINKEDIN_ANSWERS | {"testLead": True})
    lead = Lead.objects.get()
    assert (lead.desk, lead.extra["test_lead"], lead.email) == ("quarantine", True, "laura@halden.example")


# Asking the vendor


@contextmanager
def stand_in(*answers, retry_after=None):
    """A vendor on loopback: gives these (status, body) in turn; yields its address and what it was asked."""
    asked, waiting = [], list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append((self.path, self.headers.get("Authorization")))
            status, body = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/")
            if retry_after:
                self.send_header("Retry-After", retry_after)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("vendor", "module"), [("meta", meta), ("linkedin", linkedin), ("hubspot", hubspot)])
def test_details_are_fetched_with_the_firms_token(make, monkeypatch, vendor, module):
    source = make(vendor, token="the firm's token")
    post(source, papers.PAPERS[vendor])
    awaited = Awaited.objects.get()
    assert OrmQ.objects.count() >= 1
    with stand_in((200, ANSWERS[vendor][0])) as (address, asked):
        monkeypatch.setattr(module, "API", address)
        assert fetching.fetch(awaited.pk)
        assert not fetching.fetch(awaited.pk)
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.desk) == (ANSWERS[vendor][1], ANSWERS[vendor][2], "board")
    (path, proof), *more = asked
    assert (proof, more) == ("Bearer the firm's token", [])
    assert awaited.external_id in path
    assert "token" not in path


def test_without_a_token_nobody_is_asked(make):
    post(make("meta"), papers.META)
    assert not fetching.fetch(Awaited.objects.get().pk)
    assert (fetching.fetch_left_behind(), OrmQ.objects.filter(lock__isnull=True).count()) == (0, 0)
    assert Awaited.objects.get().asked == 0


@pytest.mark.parametrize(
    ("answer", "words", "is_over"),
    [
        ((500, b""), "The vendor answered 500.", False),
        (
            (401, {"error": {"message": "expired"}}),
            "The vendor answered 401. It does not take the token",
            False,
        ),
        ((302, b""), "The vendor answered 302.", False),
        ((404, b""), "The vendor answered 404.", True),
        ((200, b"{"), "The vendor's answer cannot be read: ", False),
        ((200, b"[]"), "The vendor's answer is no object.", False),
        ((200, b'"' + b"a" * 1_048_577 + b'"'), "The vendor's answer is too large.", True),
    ],
)
def test_a_vendor_that_does_not_answer_is_asked_again_later(make, monkeypatch, answer, words, is_over):
    post(make("meta", token="t"), papers.META)
    awaited = Awaited.objects.get()
    with stand_in(answer) as (address, _):
        monkeypatch.setattr(meta, "API", address)
        assert not fetching.fetch(awaited.pk)
    awaited.refresh_from_db()
    assert awaited.problem.startswith(words)
    assert (awaited.asked, awaited.ask_at is None) == (1, is_over)
    assert Lead.objects.get().desk == "quarantine"


@pytest.mark.parametrize("wait", ["3600", "in an hour"])
def test_a_vendor_that_is_asked_too_often_says_when_to_come_again(make, monkeypatch, wait):
    """Given as seconds or as a date, it moves the next try; nothing else does."""
    told = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True) if wait[0] == "i" else wait
    post(make("meta", token="t"), papers.META)
    awaited = Awaited.objects.get()
    with stand_in((429, b""), retry_after=told) as (address, _):
        monkeypatch.setattr(meta, "API", address)
        assert not fetching.fetch(awaited.pk)
    awaited.refresh_from_db()
    assert 3_500 < (awaited.ask_at - awaited.since).total_seconds() < 3_700
    assert awaited.problem == "The vendor answered 429. It was asked too often."


def test_a_marketer_asks_the_vendor_again_and_another_token_does_so_by_itself(make, page, mia, ana):
    source = make("meta", token="t")
    post(source, papers.META)
    Awaited.objects.update(asked=12, ask_at=None, problem="The vendor answered 401.")
    browser = page(mia)
    assert "The vendor answered 401." in browser.get(f"/sources/{source.pk}/").text
    for path, typed in (("ask", {}), ("keys", {"token": "a better one"})):
        OrmQ.objects.all().delete()
        browser.post(f"/sources/{source.pk}/{path}/", typed)
        awaited = Awaited.objects.get()
        assert (awaited.asked, awaited.ask_at is None, OrmQ.objects.count()) == (0, False, 1)
        Awaited.objects.update(asked=12, ask_at=None)
    assert page(ana).post(f"/sources/{source.pk}/ask/").status_code == 403
    assert Awaited.objects.get().asked == 12


def test_a_vendor_out_of_reach_is_no_fault(make, monkeypatch):
    post(make("meta", token="t"), papers.META)
    with stand_in((200, b"")) as (address, _):
        monkeypatch.setattr(meta, "API", address)
    assert not fetching.fetch(Awaited.objects.get().pk)
    assert Awaited.objects.get().problem == (
        "The vendor did not answer. It could not be reached: ConnectionRefusedError."
    )


def test_the_sweep_asks_when_it_is_time_and_gives_up_after_twelve_tries(make):
    post(make("meta", token="t"), papers.META)
    OrmQ.objects.all().delete()
    assert fetching.fetch_left_behind() == 0
    with connection.cursor() as cursor:
        cursor.execute("UPDATE capture_awaited SET ask_at = ask_at - interval '11 s'")
    assert (fetching.fetch_left_behind(), OrmQ.objects.count()) == (1, 1)
    Awaited.objects.update(asked=12)
    assert fetching.fetch_left_behind() == 0


def test_an_answer_without_the_person_leaves_the_lead_waiting(make, monkeypatch):
    post(make("meta", token="t"), papers.META)
    empty = copy.deepcopy(papers.META_ANSWERS) | {"field_data": [{"name": "full_name", "values": ["Joe"]}]}
    with stand_in((200, empty)) as (address, _):
        monkeypatch.setattr(meta, "API", address)
        assert fetching.fetch(Awaited.objects.get().pk)
    assert (Lead.objects.get().desk, Lead.objects.get().name) == ("quarantine", "Joe")
    assert Awaited.objects.get().arrived_at is None


def test_whatever_was_delivered_the_log_and_the_rows_agree_and_nobody_falls_silent(make):
    for vendor, (answers, _, _) in ANSWERS.items():
        source = make(vendor)
        for document in (papers.PAPERS[vendor], answers, papers.PAPERS[vendor]):
            assert post(source, document).status_code == 202
    post(Source.objects.get(vendor="meta"), leadgen("1", "none of ours", "3"))
    assert {row.name: violations(row) for row in ALL if violations(row)} == {}
