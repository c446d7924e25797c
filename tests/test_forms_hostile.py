"""Hostile bodies and answers at a public form: never a 5xx; refused beside the field, or kept as sent."""

import json
from urllib.parse import urlencode

import pytest

from leadboard.capture.models import Submission
from leadboard.forms import publishing
from leadboard.leads.models import Lead
from tests.test_forms_public import opened, post
from tests.test_hostile_bodies import FORM, JSON, REFUSED

EVERYTHING = [
    {"name": "name", "type": "name", "label": "Name"},
    {"name": "email", "type": "email", "label": "E-mail", "required": True},
    {"name": "phone", "type": "phone", "label": "Phone"},
    {"name": "company", "type": "company", "label": "Company"},
    {"name": "title", "type": "title", "label": "Title"},
    {"name": "country", "type": "country", "label": "Country"},
    {"name": "website", "type": "website", "label": "Website"},
    {"name": "message", "type": "message", "label": "Message"},
    {"name": "line", "type": "text", "label": "Line"},
    {"name": "one", "type": "choice", "label": "One", "choices": [{"label": "a"}, {"label": "b"}]},
    {"name": "some", "type": "choices", "label": "Some", "choices": [{"label": "a"}, {"label": "b"}]},
    {"name": "count", "type": "number", "label": "Count"},
    {"name": "day", "type": "date", "label": "Day"},
    {"name": "ok", "type": "consent", "label": "OK"},
    {"name": "click", "type": "hidden", "label": "Click"},
]
GOOD = {"email": "diana@barsund.example", "name": "Diana Ek"}
KEPT = [
    "O'Brien",
    "Null",
    "N/A",
    "undefined",
    "True",
    "-1",
    "__proto__",
    "constructor",
    "' OR 1=1--",
    "%",
    "\\",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}",
    "{% debug %}",
    "${jndi:ldap://x}",
    "hx-get=/x",
    "a\u0301" * 60,
    "\u200d" * 9 + "x",
    "\u3164",
    "\u202eevil",
    "👩‍👩‍👧‍👦",
    "مرحبا",
    "𠮷野家",
    "=HYPERLINK(1)",
]
ODD = [
    *KEPT,
    "x" * 1_000,
    "x" * 60_000,
    "a\nb",
    "a\x0bb",
    "a\x1b[31mb",
    "\ufffe",
    "９" * 12,
    "+",
    "1" * 400,
    "1e400",
    "NaN",
    "-Infinity",
    "1,234.5",
    "٣",
    "XX",
    "../../etc/passwd",
    "2023-02-29",
    "0000-00-00",
    "10000-01-01",
    "9999-12-31",
    "24:00",
    "a@example.com\nBcc: x@y.z",
    "a@b@c.de",
    '"a b"@c.de',
    "a@[127.0.0.1]",
    "a" * 255 + "@b.de",
    "ä@bücher.example",
    "a@b.de.",
]


@pytest.fixture
def form(db, mia):
    definition = {"title": "All", "questions": EVERYTHING}
    made = publishing.create("All", definition, by=mia)
    publishing.publish(made, by=mia)
    return made


@pytest.mark.parametrize(("status", "body", "content_type", "headers"), REFUSED.values(), ids=REFUSED.keys())
def test_a_malformed_body_is_refused_with_a_page(client, form, status, body, content_type, headers):
    if "idempotency-key" in headers:
        status = 422  # a form needs none: what is missing is our token
    answer = client.generic("POST", form.path, body, content_type=content_type, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert Submission.objects.count() == 0


def test_odd_answers_in_every_field_are_kept_as_sent_or_refused_beside_it(client, form):
    _, hidden = opened(client, form.path)
    names = [question["name"] for question in EVERYTHING]
    alone = [{name: value} for name in names for value in (ODD[0], ODD[11], "a\x0bb", "1e400", "９" * 12)]
    for fields in [*alone, *(dict.fromkeys(names, value) for value in ODD)]:
        answer = post(client, form, hidden | GOOD | fields)
        assert answer.status_code in (303, 413, 422), fields
        assert "<img src=x" not in answer.text


@pytest.mark.parametrize("value", KEPT)
def test_strange_names_are_kept_to_the_letter(client, form, value):
    _, hidden = opened(client, form.path)
    answer = post(client, form, hidden | GOOD | {"name": value, "line": value, "message": value})
    assert answer.status_code == 303
    lead = Lead.objects.get()
    assert (lead.name, lead.extra["line"], lead.message) == (value, value, value)


def test_names_that_are_not_asked_change_nothing(client, form):
    _, hidden = opened(client, form.path)
    extra = {
        "owner": "1",
        "stage": "won",
        "score": "99",
        "id": "1",
        "budget_score": "100",
        "basis": "consent",
        "lead_type": "demo",
    }
    assert post(client, form, hidden | GOOD | extra).status_code == 303
    lead = Lead.objects.get()
    assert (lead.stage, lead.owner, lead.basis, lead.lead_type, lead.extra) == ("raw", None, "", "other", {})


@pytest.mark.parametrize(
    "value", [{"$ne": 1}, True, ["a"], 5, None, [["x"]], {"file": "x", "content_type": "", "bytes": 1}]
)
def test_json_of_any_shape_is_no_more_than_text(client, form, value):
    _, hidden = opened(client, form.path)
    for name in ("t", "name", "email", "one", "some", "utm_source"):
        body = hidden | GOOD | {name: value}
        answer = client.generic("POST", form.path, json.dumps(body), content_type=JSON)
        assert answer.status_code in (303, 422)


def test_odd_addresses_open_the_form_or_are_refused(client, form):
    for name in ("utm_source", "lb", "theme", "parent", "embed", "fresh", "referrer", "click", "page"):
        for value in [
            "x" * 3_000,
            "a\r\nb",
            "\x1b[31m",
            "<script>",
            "data:text/html,x",
            "é" * 100,
            "https://a.example/<b>",
        ]:
            answer = client.get(form.path, {name: value})
            assert answer.status_code == 200, (name, value)
            assert "<script>" not in answer.text
    assert client.get(form.path, {"utm_source": "x" * 9_000}).status_code == 400
    for path in (
        "/f/../",
        "/f/%ff/",
        "/f/" + "x" * 900 + "/",
        f"{form.path}done/0/",
        f"{form.path}embed.js/",
    ):
        assert client.get(path).status_code in (301, 302, 404), path
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.generic(method, form.path, b"").status_code == 405


def test_a_form_of_two_thousand_of_the_same_name_and_an_urlencoded_bomb(client, form):
    _, hidden = opened(client, form.path)
    many = urlencode([*(hidden | GOOD).items(), *[("some", "a")] * 150])
    assert client.generic("POST", form.path, many, content_type=FORM).status_code == 303
    assert (
        client.generic("POST", form.path, "&".join(["some=a"] * 2_000), content_type=FORM).status_code == 400
    )
