"""What a stranger may send to the door of visits: nonsense is refused with a place and a reason."""

import gzip
import json
import threading
import uuid

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.tracking import joining, reading, storing, tokens, withdrawal
from leadboard.tracking.models import Touch, Visitor
from tests.mailing import run_together

TEXT = "text/plain;charset=UTF-8"


def said(**more):
    return json.dumps({"consent": True, "events": [{"path": "/"} | more]}).encode()


REFUSED = {
    "1 nested": (400, b"[" * 60_000, TEXT, {}),
    "3 nested objects": (400, b'{"a":' * 9_000, TEXT, {}),
    "4 a long integer": (400, said().replace(b"true", b"1" * 5_000), TEXT, {}),
    "5 1e400": (400, said().replace(b"true", b"1e400"), TEXT, {}),
    "6 NaN": (400, b'{"consent": true, "events": [{"path": "/", "age": NaN}]}', TEXT, {}),
    "7 a key twice": (400, b'{"consent": true, "consent": false}', TEXT, {}),
    "8 a list": (400, b"[]", TEXT, {}),
    "8 null": (400, b"null", TEXT, {}),
    "8 a text": (400, b'"x"', TEXT, {}),
    "9 empty": (400, b"", TEXT, {}),
    "10 truncated": (400, said()[:-3], TEXT, {}),
    "11 over 64 KiB": (413, said(title="a" * 66_000), TEXT, {}),
    "14 invalid UTF-8": (400, b"\xff\xfe", TEXT, {}),
    "15 UTF-16": (400, said().decode().encode("utf-16"), TEXT, {}),
    "17 charset": (415, said(), "text/plain; charset=utf-7", {}),
    "17 a form": (415, b"consent=true", "application/x-www-form-urlencoded", {}),
    "18 half a surrogate": (400, said().replace(b'"/"', b'"/\\ud800"'), TEXT, {}),
    "19 NUL": (400, said().replace(b'"/"', b'"/\\u0000"'), TEXT, {}),
    "24 compressed": (415, gzip.compress(said()), TEXT, {"Content-Encoding": "gzip"}),
    "25 more fields": (400, said(lead=1), TEXT, {}),
    "25 more members": (400, b'{"consent": true, "lead_id": 1}', TEXT, {}),
    "26 an object for a text": (400, said(path={"$ne": 1}), TEXT, {}),
    "27 __proto__": (400, said(__proto__=1), TEXT, {}),
    "28 a long path": (400, said(path="/" * 1_001), TEXT, {}),
    "39 utm of 8 KB": (400, said(utm={"campaign": "u" * 8_000}), TEXT, {}),
    "39 utm of another name": (400, said(utm={"id": "1"}), TEXT, {}),
    "39 a referrer of data": (400, said(referrer="data:text/html,x"), TEXT, {}),
    "39 a referrer that is none": (400, said(referrer="https://[::1"), TEXT, {}),
    "a path of another host": (400, said(path="https://evil.test/"), TEXT, {}),
    "a path with a line end": (400, said(path="/a\r\nSet-Cookie: x"), TEXT, {}),
    "consent missing": (400, b'{"events": []}', TEXT, {}),
    "consent as text": (400, b'{"consent": "true"}', TEXT, {}),
    "51 events": (400, json.dumps({"consent": True, "events": [{"path": "/"}] * 51}).encode(), TEXT, {}),
    "a time before now": (400, said(age=-1), TEXT, {}),
    "an hour of the next day": (400, said(hour=24), TEXT, {}),
    "yes for an hour": (400, said(hour=True), TEXT, {}),
    "a page key with a quote": (400, said(page="a'b"), TEXT, {}),
    "left without a page": (400, said(kind="left"), TEXT, {}),
    "a kind for others": (400, said(kind="reply"), TEXT, {}),
    "a visitor that is a number": (400, b'{"consent": true, "visitor": 7}', TEXT, {}),
    "a forged visitor": (401, b'{"consent": true, "visitor": "lbv1.x.y"}', TEXT, {}),
}


@pytest.mark.parametrize(("status", "body", "content_type", "headers"), REFUSED.values(), ids=REFUSED.keys())
def test_nonsense_is_refused_with_a_problem_document_and_nothing_is_kept(
    db, status, body, content_type, headers
):
    answer = Client().post("/track/", body, content_type=content_type, headers=headers)
    document = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert (document["status"], bool(document["detail"])) == (status, True)
    assert (Touch.objects.count(), Visitor.objects.count()) == (0, 0)


def test_odd_texts_are_kept_as_they_are_and_shown_harmless(db, make_lead, page, ana):
    odd = [
        "<img src=x onerror=alert(1)>",
        "{{7*7}}",
        "' OR 1=1--",
        "\u202egnp.exe",
        "محمد",
        "${jndi:ldap://x}",
    ]
    events = [{"path": f"/{text}", "title": text, "utm": {"campaign": text}} for text in odd]
    body = {"consent": True, "events": events}
    agent = {"User-Agent": "x\x1b[31m"}
    token = Client().post("/track/", json.dumps(body), content_type=TEXT, headers=agent).json()["visitor"]
    lead = make_lead()
    joining.identify(lead, tokens.visitor_uid(token))
    assert list(Touch.objects.order_by("id").values_list("title", flat=True)) == odd
    assert set(Touch.objects.values_list("device", flat=True)) == {"desktop"}
    shown = page(ana).get(f"/leads/{lead.pk}/").content.decode()
    assert "<img src=x" not in shown
    assert "{{7*7}}" in shown


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_visits_are_sent_by_post(db, method):
    answer = getattr(Client(), method)("/track/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*sorted(reading.FIELDS), *reading.DELIVERY, "x"]), inner, max_size=6
        )
    ),
    max_leaves=25,
)


@given(JSON)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_sent_is_read_or_refused_and_what_is_read_is_bounded(document):
    try:
        delivery = reading.read(document)
    except Problem as problem:
        refusal = problem.status
    else:
        refusal = None
    assert refusal in (None, 400)
    if refusal:
        return
    for event in delivery.events:
        assert event.kind in reading.KINDS
        assert 0 <= event.age <= reading.OLDEST_AGE
        assert 0 <= event.seconds <= reading.LONGEST_STAY
        assert all(len(mark) <= 200 for mark in event.marks)
        assert event.kind == "left" or (event.what.startswith("/") and "?" not in event.what)


@given(st.text(max_size=100) | st.from_regex(tokens.VISITOR_TOKEN, fullmatch=True))
@settings(max_examples=60, deadline=None)
def test_no_made_up_token_is_a_visitor(token):
    assert tokens.visitor_uid(token) is None
    assert tokens.visitor_in(f'{{"a": "{token}"}}') is None
    assert tokens.read_link(token, "click") is None


@given(st.uuids())
@settings(deadline=None)
def test_a_token_that_was_given_is_read_back_anywhere(uid):
    token = tokens.visitor_token(uid)
    assert tokens.visitor_uid(token) == uid
    assert tokens.visitor_in(f"a=b&leadboard_visitor={token}&c=d") == uid


# ------------------------------------------------------------------------------------------------ races


def view(path="/", page=""):
    return reading.read(
        {"consent": True, "events": [{"path": path} | ({"page": page} if page else {})]}
    ).events


@pytest.mark.django_db(transaction=True)
def test_the_quota_is_exact_when_many_programs_ask_at_once():
    uid, refused, lock = uuid.uuid4(), [], threading.Lock()
    storing.store(uid, view(), "desktop")

    def send():
        for _ in range(20):
            try:
                storing.store(uid, view(), "desktop")
            except Problem as problem:
                with lock:
                    refused.append(problem.status)

    run_together([send] * 8)
    took = Touch.objects.count()
    # 120 tokens, and half a one for each second that the race took
    assert 120 <= took <= 120 + 30
    assert took + len(refused) == 161
    assert set(refused) == {429}


@pytest.mark.django_db(transaction=True)
def test_the_same_page_view_sent_by_many_at_once_is_one():
    uid = uuid.uuid4()
    run_together([lambda: storing.store(uid, view("/pricing", "k1"), "desktop")] * 8)
    assert list(Touch.objects.values_list("what", flat=True)) == ["/pricing"]


@pytest.mark.django_db(transaction=True)
def test_nothing_is_stored_behind_a_withdrawal_and_forms_and_views_never_deadlock(make_lead):
    uid = uuid.uuid4()
    storing.store(uid, view(), "desktop")
    refused = set()
    leads = [make_lead(email=f"{number}@halden-optik.de") for number in range(2)]

    def send():
        for _ in range(10):
            try:
                storing.store(uid, view("/pricing"), "desktop")
            except Problem as problem:
                refused.add(problem.status)

    def join(lead):
        for _ in range(10):
            with transaction.atomic():
                lifecycle.lock(lead.pk)
                joining.identify(lead, uid)

    run_together(
        [send, send, lambda: join(leads[0]), lambda: join(leads[1]), lambda: withdrawal.withdraw(uid)]
    )
    assert Touch.objects.filter(visitor__uid=uid).count() == 0
    assert Visitor.objects.get().lead_id is None
    assert refused <= {410, 429}
    assert Lead.objects.count() == 2
