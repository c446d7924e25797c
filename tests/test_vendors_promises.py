"""What every vendor may rely on, each by its own paper: a wrong signature, a twin, a body that broke off, a
newer version, an empty list, any script, and a retry of what was half accepted.
"""

import copy
import json

import pytest
from django.db import connection
from django.test import Client

from leadboard.capture import intake
from leadboard.capture.models import Source, Submission
from leadboard.capture.vendors import VENDORS
from leadboard.leads.models import Lead
from tests import vendor_papers as papers
from tests.vendor_papers import SECRET, SIGN

pytestmark = pytest.mark.django_db
ALL = list(VENDORS)
PAPERS = papers.PAPERS | {
    "generic": {"name": "Laura Ek", "email": "laura@halden.example", "message": "A demo"}
}
BY_DETAILS = {
    "meta": papers.META_ANSWERS,
    "linkedin": papers.LINKEDIN_ANSWERS,
    "hubspot": [papers.HUBSPOT_CONTACT],
}
MULTIPART = "multipart/form-data; boundary=q"
NAME = "Zoë 李 أمل 👩‍👩‍👧 O'Brien"


@pytest.fixture
def door(request):
    """The source of the vendor that a test names."""
    vendor = request.getfixturevalue("vendor")
    return Source.objects.create(name=vendor, vendor=vendor, secret="" if vendor == "jotform" else SECRET)


def as_sent(vendor, document=None):
    """Return (body, content type) of a vendor's paper."""
    if vendor == "jotform":
        return papers.multipart(document or papers.JOTFORM), MULTIPART
    return json.dumps(document or PAPERS[vendor]).encode(), "application/json"


def proof(source, body):
    """Return the headers by which the sender of this source proves itself."""
    if source.vendor in SIGN:
        return SIGN[source.vendor](body, source)
    return {"authorization": f"Bearer {SECRET}"} if source.secret and source.vendor != "google_ads" else {}


def post(source, body, content_type, headers=None):
    """Send a body, proved unless headers are given."""
    headers = proof(source, body) if headers is None else headers
    return Client().generic("POST", source.path, body, content_type=content_type, headers=headers)


def swept():
    """Let the sweep digest what was left."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE capture_submission SET received_at = received_at - interval '1 hour'")
    return intake.digest_left_behind()


@pytest.mark.parametrize("vendor", [name for name in ALL if name != "jotform"])
def test_a_wrong_signature_is_refused_and_nothing_is_kept(vendor, door):
    body, content_type = as_sent(vendor)
    if vendor == "google_ads":
        body, wrong = body.replace(SECRET.encode(), b"another key"), {}
    else:
        wrong = dict.fromkeys(proof(door, body), "sha256=" + "0" * 64)
    answer = post(door, body, content_type, wrong)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert Submission.objects.count() == 0


def test_jotform_signs_nothing_and_needs_no_proof():
    door = Source.objects.create(name="jotform", vendor="jotform")
    assert post(door, *as_sent("jotform"), {"x-signature": "wrong"}).status_code == 202


@pytest.mark.parametrize("vendor", ALL)
def test_what_is_replayed_is_one_submission_and_one_lead(vendor, door):
    body, content_type = as_sent(vendor)
    key = {"idempotency-key": "k-1"} if vendor == "generic" else {}  # a form has no id of its own
    answers = [post(door, body, content_type, proof(door, body) | key) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert len({answer.content for answer in answers}) == 1
    assert (Submission.objects.count(), Lead.objects.count()) == (1, 1)


@pytest.mark.parametrize("vendor", ALL)
@pytest.mark.parametrize("share", [0.3, 0.7, 0.99])
def test_a_body_that_broke_off_is_refused_with_a_problem_document(vendor, door, share):
    body, content_type = as_sent(vendor)
    part = body[: int(len(body) * share)]
    answer = post(door, part, content_type)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert Submission.objects.count() == 0


def with_novelties(value):
    """Return a document with a field that nobody knows in each of its objects."""
    if isinstance(value, dict):
        return {name: with_novelties(member) for name, member in value.items()} | {
            "novelty_9": {"of": [1, None]}
        }
    return [with_novelties(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("vendor", [name for name in ALL if name != "jotform"])
def test_a_newer_version_with_fields_that_nobody_knows_still_makes_the_lead(vendor, door):
    assert post(door, *as_sent(vendor)).status_code == 202
    known = Lead.objects.get()
    other = Source.objects.create(name="newer", vendor=vendor, secret=SECRET)
    Lead.objects.update(desk="closed")
    newer = with_novelties(PAPERS[vendor])
    assert post(other, *as_sent(vendor, newer)).status_code == 202
    fields = ("email", "phone", "company", "submitted_at")
    lead = Lead.objects.exclude(pk=known.pk).get()
    assert [getattr(lead, name) for name in fields] == [getattr(known, name) for name in fields]


EMPTY = {
    "hubspot": [],
    "hubspot_forms": {"submittedAt": 1, "fields": []},
    "typeform": {
        "event_id": "1",
        "event_type": "form_response",
        "form_response": {"token": "t", "answers": []},
    },
    "meta": {"object": "page", "entry": []},
    "google_ads": papers.GOOGLE | {"user_column_data": []},
    "linkedin": papers.LINKEDIN_ANSWERS | {"formResponse": {"answers": []}},
    "calendly": {"event": "invitee.created", "payload": {"uri": "u", "questions_and_answers": []}},
    "tally": {"eventId": "1", "eventType": "FORM_RESPONSE", "data": {"responseId": "r", "fields": []}},
    "gravity_forms": {"id": "1", "form_id": "2"},
    "webflow": {"triggerType": "form_submission", "payload": {"id": "1", "data": {}}},
    "generic": {"fields": []},
    "jotform": papers.JOTFORM | {"rawRequest": "[]"},
}


@pytest.mark.parametrize("vendor", ALL)
def test_an_empty_list_is_refused_or_waits_with_words_and_makes_nobody(vendor, door):
    body, content_type = as_sent(vendor)
    body = as_sent(vendor, EMPTY[vendor])[0] if EMPTY[vendor] else b"[]"
    answer = post(door, body, content_type)
    reachable = Lead.objects.exclude(desk="quarantine").count()
    assert (answer.status_code in (202, 400), reachable) == (True, 0)
    for submission in Submission.objects.exclude(state="captured"):
        assert (submission.state in ("quarantined", "ignored"), bool(submission.problem)) == (True, True)


def renamed(value):
    """Return a document in which everybody is called NAME, in one field or by first and last name."""
    if isinstance(value, dict):
        return {name: renamed(member) for name, member in value.items()}
    if isinstance(value, list):
        return [renamed(item) for item in value]
    full, first, last = ("Laura Ek", "Joe Example"), ("Laura", "Zaphod"), ("Ek", "Beeblebrox")
    return NAME if value in full else NAME[:-8] if value in first else NAME[-7:] if value in last else value


@pytest.mark.parametrize("vendor", ALL)
@pytest.mark.parametrize("escaped", [True, False])
def test_a_name_in_any_script_is_stored_exactly(vendor, door, escaped):
    """Meta escapes all but ASCII and signs what it sends; others send UTF-8. Both are the same name."""
    if vendor == "jotform":
        answers = json.dumps(renamed(papers.JOTFORM_ANSWERS), ensure_ascii=escaped)
        body, content_type = papers.multipart({"rawRequest": answers, "submissionID": "1"}), MULTIPART
    else:
        document = renamed(BY_DETAILS.get(vendor, PAPERS[vendor]))
        body, content_type = json.dumps(document, ensure_ascii=escaped).encode(), "application/json"
    assert post(door, body, content_type).status_code == 202
    assert Lead.objects.get().name == NAME


@pytest.mark.parametrize("vendor", ALL)
def test_a_retry_of_what_was_half_accepted_doubles_nothing(vendor, door, monkeypatch):
    """Kept and committed, then the process died before a lead was made; the vendor saw no answer."""
    body, content_type = as_sent(vendor)
    headers = {"idempotency-key": "k-1"} if vendor == "generic" else {}
    with monkeypatch.context() as broken:
        broken.setattr(intake, "digest", lambda submission, payload: 1 / 0)
        first = post(door, body, content_type, proof(door, body) | headers)
    assert (first.status_code, Submission.objects.get().state, Lead.objects.count()) == (202, "received", 0)
    again = post(door, body, content_type, proof(door, body) | headers)
    assert again.json() == first.json()
    assert (swept(), Lead.objects.count(), Submission.objects.count()) == (1, 1, 1)
    assert post(door, body, content_type, proof(door, body) | headers).json() == first.json()
    assert (swept(), Lead.objects.count()) == (0, 1)


@pytest.mark.parametrize("vendor", ["hubspot", "meta"])
def test_a_batch_of_which_half_was_kept_is_retried_in_another_order(vendor, door):
    ids = [str(number) for number in range(101, 121)]

    def batch(numbers):
        if vendor == "hubspot":
            return [
                papers.HUBSPOT[0] | {"objectId": int(number), "eventId": int(number)} for number in numbers
            ]
        document = copy.deepcopy(papers.META)
        change = document["entry"][0]["changes"][0]
        document["entry"][0]["changes"] = [
            change | {"value": change["value"] | {"leadgen_id": number}} for number in numbers
        ]
        return document

    assert post(door, *as_sent(vendor, batch(ids[:10]))).status_code == 202
    assert post(door, *as_sent(vendor, batch(ids[::-1]))).status_code == 202
    assert post(door, *as_sent(vendor, batch([*ids, ids[0]]))).status_code == 202
    assert Lead.objects.count() == 20
    assert Submission.objects.filter(state="received").count() == 0
