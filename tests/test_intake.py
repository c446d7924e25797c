"""The contract of the intake address: what it answers, what it keeps, and what survives a fault."""

import hashlib
import hmac
import json
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, connections, transaction
from django.test import Client

from leadboard.capture import intake
from leadboard.capture.models import Source, Submission
from leadboard.leads.models import Lead

JSON = "application/json"
BODY = b'{"name": "Ana Ruiz", "email": "ana@halden.example", "message": "Show me"}'


@pytest.fixture
def source(db):
    return Source.objects.create(name="Web form", campaign="Spring")


@pytest.fixture
def send(client, source):
    def post(body=BODY, content_type=JSON, **headers):
        return client.generic(
            "POST", f"/intake/{source.key}/", body, content_type=content_type, headers=headers
        )

    return post


@pytest.fixture
def broken_leads():
    """Make the database refuse new leads until `mend` is called; the submission itself can be kept."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_leads() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no leads today'; END $$;"
            "CREATE TRIGGER refuse_leads BEFORE INSERT ON leads_lead EXECUTE FUNCTION refuse_leads()"
        )
    mended = []

    def mend():
        if not mended:
            mended.append(True)
            with connection.cursor() as cursor:
                cursor.execute("DROP TRIGGER refuse_leads ON leads_lead; DROP FUNCTION refuse_leads()")

    yield mend
    mend()


def age(submission, seconds):
    """Make a submission look as if it came some seconds earlier."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE capture_submission SET received_at = received_at - %s * interval '1 s' WHERE id = %s",
            [seconds, submission.pk],
        )


def test_a_delivery_is_accepted_and_becomes_a_lead_of_the_same_id(send):
    answer = send()
    assert (answer.status_code, answer["Content-Type"]) == (202, "application/json")
    submission, lead = Submission.objects.get(), Lead.objects.get()
    assert answer.content == f'{{"id": "{submission.id}", "status": "accepted"}}'.encode()
    assert submission.id == lead.uid
    assert (submission.state, submission.lead) == ("captured", lead)
    assert bytes(submission.body) == BODY
    assert (lead.name, lead.email, lead.message) == ("Ana Ruiz", "ana@halden.example", "Show me")
    assert (lead.stage, lead.desk, lead.source, lead.campaign) == ("raw", "board", "Web form", "Spring")
    event = lead.events.get(version=1)
    assert event.kind == "captured"
    assert event.facts == {
        "submission": str(submission.id),
        "source": "Web form",
        "lead_type": lead.lead_type,
    }


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (BODY, "application/json; charset=UTF-8"),
        (BODY, "application/vnd.forms+json"),
        (b"name=Ana+Ruiz&email=ana%40halden.example&message=Show%20me", "application/x-www-form-urlencoded"),
        (
            b'--q\r\nContent-Disposition: form-data; name="name"\r\n\r\nAna Ruiz\r\n'
            b'--q\r\nContent-Disposition: form-data; name="email"\r\n\r\nana@halden.example\r\n'
            b'--q\r\nContent-Disposition: form-data; name="message"\r\n\r\nShow me\r\n--q--\r\n',
            'multipart/form-data; boundary="q"',
        ),
    ],
    ids=["json", "vendor json", "form", "multipart"],
)
def test_json_form_and_multipart_say_the_same(send, body, content_type):
    assert send(body, content_type).status_code == 202
    lead = Lead.objects.get()
    assert (lead.name, lead.email, lead.message) == ("Ana Ruiz", "ana@halden.example", "Show me")


def test_the_type_of_the_source_wins_over_the_content(send, source):
    source.lead_type = "pricing"
    source.save()
    send(b'{"email": "a@b.example", "message": "I would like a demo"}')
    assert Lead.objects.get().lead_type == "pricing"


def test_without_a_declared_type_the_playbook_reads_the_content(send):
    send(b'{"email": "a@b.example", "message": "I would like a demo"}')
    assert Lead.objects.get().lead_type == "demo"


def test_the_vendors_submit_time_is_kept(send):
    send(b'{"email": "a@b.example", "submitted_at": "2026-01-02T03:04:05+01:00"}')
    expected = datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC)
    assert Lead.objects.get().submitted_at == expected
    assert Submission.objects.get().submitted_at == expected


def test_a_browser_form_needs_no_csrf_token(source):
    answer = Client(enforce_csrf_checks=True).post(f"/intake/{source.key}/", {"email": "a@b.example"})
    assert answer.status_code == 202


def test_one_body_of_exactly_the_limit_is_taken(send):
    body = b'{"email": "a@b.example", "message": "' + b"m" * (65_536 - 39) + b'"}'
    assert len(body) == 65_536
    assert send(body).status_code == 202


# Idempotency


def test_the_same_key_and_body_get_the_same_answer_to_the_byte_and_make_one_lead(send):
    answers = [send(**{"idempotency-key": "order 1"}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert len({answer.content for answer in answers}) == 1
    assert (Submission.objects.count(), Lead.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(BODY + b" ", JSON), (BODY, "application/json; charset=utf-8")],
    ids=["body", "type"],
)
def test_the_same_key_with_another_body_is_refused(send, body, content_type):
    send(**{"idempotency-key": "k"})
    answer = send(body, content_type, **{"idempotency-key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")
    assert Submission.objects.count() == 1


def test_a_refused_body_does_not_use_up_its_key(send):
    assert send(b"{", **{"idempotency-key": "k"}).status_code == 400
    assert send(**{"idempotency-key": "k"}).status_code == 202


def test_the_same_key_at_another_source_is_another_delivery(client, send):
    other = Source.objects.create(name="Other form")
    first = send(**{"idempotency-key": "k"})
    second = client.post(f"/intake/{other.key}/", BODY, JSON, headers={"idempotency-key": "k"})
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.content != second.content
    assert (Submission.objects.count(), Lead.objects.count()) == (2, 1)


def test_a_quarantined_delivery_is_replayed_with_its_first_answer_too(send):
    answers = [send(b'{"colour": "blue"}', **{"idempotency-key": "k"}) for _ in range(2)]
    assert answers[0].content == answers[1].content
    assert Submission.objects.count() == 1


def test_without_a_key_the_same_body_twice_is_two_deliveries_of_one_lead(send):
    assert send().content != send().content
    assert list(Submission.objects.order_by("received_at").values_list("state", flat=True)) == [
        "captured",
        "joined",
    ]
    assert Lead.objects.count() == 1


def test_a_key_of_255_characters_is_taken(send):
    assert send(**{"idempotency-key": "k" * 255}).status_code == 202


@pytest.mark.django_db(transaction=True)
def test_twins_sent_at_the_same_moment_make_one_lead_and_get_one_answer():
    source = Source.objects.create(name="Web form")
    together = threading.Barrier(8)

    def post(key):
        together.wait()
        try:
            answer = Client().post(f"/intake/{source.key}/", BODY, JSON, headers={"idempotency-key": key})
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    for key in ("a", "b", "c"):
        with ThreadPoolExecutor(8) as pool:
            answers = set(pool.map(post, [key] * 8))
        assert len(answers) == 1
        assert {status for status, _ in answers} == {202}
    assert (Submission.objects.count(), Lead.objects.count()) == (3, 1)


@pytest.mark.django_db(transaction=True)
def test_a_twin_that_is_still_being_received_is_told_to_ask_again():
    source = Source.objects.create(name="Web form")
    begun, done = threading.Event(), threading.Event()

    def hold():
        try:
            with transaction.atomic():
                first = Submission(source=source, content_type=JSON, body=BODY, idempotency_key="k")
                first.body_hash = intake.fingerprint(JSON, BODY)
                intake.keep(first)
                begun.set()
                done.wait(30)
                return str(first.id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(hold)
        begun.wait(30)
        answer = Client().post(f"/intake/{source.key}/", BODY, JSON, headers={"idempotency-key": "k"})
        done.set()
    assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (409, "1", "in_flight")
    again = Client().post(f"/intake/{source.key}/", BODY, JSON, headers={"idempotency-key": "k"})
    assert (again.status_code, again.json()["id"]) == (202, first.result())


# Secrets


def test_a_source_with_a_secret_takes_the_bearer_or_the_signed_body(send, source):
    source.secret = "a long secret"
    source.save()
    signature = hmac.new(b"a long secret", BODY, hashlib.sha256).hexdigest()
    assert send(authorization="Bearer a long secret").status_code == 202
    assert send(**{"x-leadboard-signature": f"sha256={signature}"}).status_code == 202
    assert send(**{"x-leadboard-signature": f"SHA256={signature.upper()}"}).status_code == 202


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer "},
        {"authorization": "a long secret"},
        {"x-leadboard-signature": ""},
        {"x-leadboard-signature": "sha256="},
        {"x-leadboard-signature": "garbage"},
        {"x-leadboard-signature": "sha256=" + "0" * 64},
        {"x-leadboard-signature": "sha256=é"},
        {"x-leadboard-signature": "sha1=" + hmac.new(b"a long secret", BODY, hashlib.sha1).hexdigest()},
        {
            "x-leadboard-signature": "sha256="
            + hmac.new(b"a long secret", BODY + b" ", hashlib.sha256).hexdigest()
        },
    ],
)
def test_a_wrong_or_missing_proof_is_refused_and_nothing_is_kept(send, source, headers):
    source.secret = "a long secret"
    source.save()
    answer = send(**headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert Submission.objects.count() == 0


# Faults


@pytest.mark.django_db(transaction=True)
def test_a_delivery_whose_digest_breaks_is_accepted_kept_and_digested_later(send, broken_leads):
    answer = send(**{"idempotency-key": "k"})
    assert answer.status_code == 202
    submission = Submission.objects.get()
    assert (submission.state, submission.lead) == ("received", None)
    assert send(**{"idempotency-key": "k"}).content == answer.content

    broken_leads()
    assert intake.digest_left_behind() == 0, "it waits ten seconds, for the web process may still be at it"
    age(submission, 11)
    assert intake.digest_left_behind() == 1
    assert intake.digest_left_behind() == 0
    submission.refresh_from_db()
    assert (submission.state, submission.lead.uid) == ("captured", submission.id)
    assert (Lead.objects.count(), submission.lead.events.filter(kind="captured").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_digested_after_many_tries_waits_in_quarantine_with_the_fault_in_words(
    send, broken_leads
):
    send()
    submission = Submission.objects.get()
    for _ in range(intake.TRIES):
        submission.refresh_from_db()
        assert submission.state == "received"
        age(submission, 10 * 2**intake.TRIES)
        intake.digest_left_behind()
    submission.refresh_from_db()
    assert submission.state == "quarantined"
    assert submission.problem.startswith("It could not be made a lead in 7 tries: ")
    assert "no leads today" in submission.problem


@pytest.mark.django_db(transaction=True)
def test_a_row_left_by_a_crash_between_keeping_and_digesting_is_found_by_many_sweeps_once(source):
    left = [
        Submission(
            source=source,
            content_type=JSON,
            body=json.dumps({"email": f"p{n}@b.example"}).encode(),
            body_hash=b"x",
        )
        for n in range(20)
    ]
    for submission in left:
        intake.keep(submission)
        age(submission, 15)

    def sweep(_):
        try:
            return intake.digest_left_behind()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(sweep, range(4))) == 20
    assert Lead.objects.count() == 20
    assert set(Lead.objects.values_list("uid", flat=True)) == {submission.id for submission in left}
    assert Submission.objects.exclude(state="captured").count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_sweep_and_the_web_process_do_not_digest_one_submission_twice(source):
    submission = Submission(source=source, content_type=JSON, body=BODY, body_hash=b"x")
    submission.received_at = intake.keep(submission)
    twin = Submission.objects.get(pk=submission.pk)
    assert intake.digest_or_leave(submission) is None
    assert intake.digest_or_leave(twin) is None
    assert (Lead.objects.count(), Lead.objects.get().events.filter(kind="joined").count()) == (1, 0)


def test_a_database_that_cannot_be_reached_is_told_as_503(source):
    unreachable = {**connection.settings_dict, "HOST": "/nowhere", "CONN_MAX_AGE": 0}

    def post(key):
        own = connections["default"]
        own.settings_dict = unreachable
        try:
            return Client().post(f"/intake/{key}/", BODY, JSON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(post, str(uuid.uuid4())).result()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"
