"""Everything of the list of hostile bodies that concerns intake: refused with a problem document, or kept.

Each case goes through the real address. What is answered 202 must be a row with exactly the bytes sent.
"""

import base64
import gzip
import json
import random

import pytest

from leadboard.capture.models import Source, Submission
from leadboard.leads.models import Lead

pytestmark = pytest.mark.django_db

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=xx"


def part(name, content, *, head="", file=None):
    """Return one part of a multipart body."""
    filename = f'; filename="{file}"' if file is not None else ""
    start = f'--xx\r\nContent-Disposition: form-data; name="{name}"{filename}\r\n{head}\r\n'.encode()
    return start + (content if isinstance(content, bytes) else content.encode()) + b"\r\n"


@pytest.fixture
def source():
    return Source.objects.create(name="Web form")


@pytest.fixture
def send(client, source):
    def post(body, content_type=JSON, **headers):
        body = body if isinstance(body, bytes) else body.encode()
        return client.generic(
            "POST", f"/intake/{source.key}/", body, content_type=content_type, headers=headers
        )

    return post


REFUSED = {
    # name: (status, body, content type, headers)
    "1 nested 100,000 deep": (413, b"[" * 100_000, JSON, {}),
    "1 nested 60,000 deep": (400, b'{"a":' + b"[" * 60_000, JSON, {}),
    "2 nested 900": (400, b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", JSON, {}),
    "3 objects nested 10,000": (400, b'{"a":' * 10_000, JSON, {}),
    "4 integer of 5,000 digits": (400, b'{"a":' + b"1" * 5_000 + b"}", JSON, {}),
    "5 1e400": (400, b'{"name": 1e400}', JSON, {}),
    "6 NaN": (400, b'{"name": NaN}', JSON, {}),
    "6 -Infinity": (400, b'{"name": -Infinity}', JSON, {}),
    "7 duplicate keys": (400, b'{"email":"a@b.example","email":"c@d.example"}', JSON, {}),
    "8 top level list": (400, b"[]", JSON, {}),
    "8 top level null": (400, b"null", JSON, {}),
    "8 top level number": (400, b"5", JSON, {}),
    "8 top level text": (400, b'"x"', JSON, {}),
    "8 empty object": (400, b"{}", JSON, {}),
    "9 empty body": (400, b"", JSON, {}),
    "9 empty form": (400, b"", FORM, {}),
    "9 only space": (400, b" \r\n ", JSON, {}),
    "9 only ampersands": (400, b"&&&", FORM, {}),
    "10 truncated": (400, b'{"name": "An', JSON, {}),
    "11 3 MB": (413, b'{"name": "' + b"a" * 3_000_000 + b'"}', JSON, {}),
    "11 one byte over 64 KiB": (413, b'{"name": "' + b"a" * (65_537 - 12) + b'"}', JSON, {}),
    "14 invalid UTF-8": (400, b'{"name": "\xff\xfe"}', JSON, {}),
    "15 UTF-16": (400, '{"name": "Ana"}'.encode("utf-16"), JSON, {}),
    "17 charset utf-7": (415, b'{"name": "Ana"}', "application/json; charset=utf-7", {}),
    "17 charset foo": (415, b'{"name": "Ana"}', "application/json; charset=foo", {}),
    "17 charset zlib_codec": (415, b"name=Ana", FORM + "; charset=zlib_codec", {}),
    "17 text/plain": (415, b'{"name": "Ana"}', "text/plain", {}),
    "17 XML": (415, b"<name>Ana</name>", "application/xml", {}),
    "17 a content type of nonsense": (415, b"name=Ana", ";;;===;", {}),
    "17 a content type of 5 KB": (415, b"name=Ana", "a" * 5_000, {}),
    "18 half a surrogate pair": (400, b'{"name": "\\ud800"}', JSON, {}),
    "19 NUL": (400, b'{"name": "\\u0000"}', JSON, {}),
    "20 form %00": (400, b"name=%00", FORM, {}),
    "20 form %ff%fe": (400, b"name=%ff%fe", FORM, {}),
    "20 form encoded surrogate": (400, b"name=%ED%A0%80", FORM, {}),
    "20 form raw bytes": (400, b"name=\xff", FORM, {}),
    "20 form broken escape": (400, b"name=50%", FORM, {}),
    "20 form broken escape of letters": (400, b"name=%zz", FORM, {}),
    "20 JSON labelled as a form": (400, b'{"email": "a@b.example"}', FORM, {}),
    "21 2,000 form fields": (400, b"&".join(b"f%d=1" % n for n in range(2_000)), FORM, {}),
    "22 multipart without boundary": (400, part("name", "Ana") + b"--xx--", "multipart/form-data", {}),
    "22 boundary of 300": (
        400,
        b"--" + b"x" * 300 + b"--",
        "multipart/form-data; boundary=" + "x" * 300,
        {},
    ),
    "22 empty boundary": (400, b"----", 'multipart/form-data; boundary=""', {}),
    "22 boundary that is not there": (400, b"name=Ana", MULTIPART, {}),
    "22 multipart without an end": (400, part("name", "Ana"), MULTIPART, {}),
    "22 multipart without parts": (400, b"--xx--\r\n", MULTIPART, {}),
    "22 bad base64": (
        400,
        part("name", "!!!", head="Content-Transfer-Encoding: base64\r\n") + b"--xx--",
        MULTIPART,
        {},
    ),
    "22 unknown transfer encoding": (
        400,
        part("name", "Ana", head="Content-Transfer-Encoding: x-uuencode\r\n") + b"--xx--",
        MULTIPART,
        {},
    ),
    "22 10,000 empty parts": (400, b"--xx\r\n" * 10_000 + b"--xx--", MULTIPART, {}),
    "22 500 parts": (400, part("a", "1") * 500 + b"--xx--", MULTIPART, {}),
    "22 a part without a name": (
        400,
        b"--xx\r\nContent-Disposition: form-data\r\n\r\nAna\r\n--xx--",
        MULTIPART,
        {},
    ),
    "22 a part without a head": (400, b"--xx\r\nAna\r\n--xx--", MULTIPART, {}),
    "22 a part of invalid UTF-8": (400, part("name", b"\xff") + b"--xx--", MULTIPART, {}),
    "22 a part with NUL": (400, part("name", b"a\x00b") + b"--xx--", MULTIPART, {}),
    "24 gzip bomb": (415, gzip.compress(b"a" * 1_000_000), JSON, {"content-encoding": "gzip"}),
    "24 deflate": (415, b"x", FORM, {"content-encoding": "deflate"}),
    "40 key of 256": (400, b'{"email":"a@b.example"}', JSON, {"idempotency-key": "k" * 256}),
    "40 empty key": (400, b'{"email":"a@b.example"}', JSON, {"idempotency-key": ""}),
    "40 key with a newline": (400, b'{"email":"a@b.example"}', JSON, {"idempotency-key": "a\nb"}),
    "40 key with an emoji": (400, b'{"email":"a@b.example"}', JSON, {"idempotency-key": "a\U0001f600"}),
}


@pytest.mark.parametrize(("status", "body", "content_type", "headers"), REFUSED.values(), ids=REFUSED.keys())
def test_a_malformed_delivery_is_refused_with_a_problem_document(send, status, body, content_type, headers):
    answer = send(body, content_type, **headers)
    document = json.loads(answer.content)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert document["status"] == status
    assert document["code"]
    assert document["detail"]
    assert Submission.objects.count() == 0
    assert Lead.objects.count() == 0


def person(**fields):
    """Return a JSON body of somebody who can be recognised."""
    return json.dumps({"email": "ana@halden.example"} | fields).encode()


KEPT_EXACTLY = {
    "29 200 combining marks": ("name", "e" + "\u0301" * 200),
    "29 zero-width joiner": ("name", "A\u200dB"),
    "30 bidi override": ("name", "\u202egnp.exe"),
    "31 emoji family": ("name", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
    "31 Arabic": ("name", "محمد"),
    "31 four-byte CJK": ("name", "𠮷野家"),
    "32 O'Brien": ("name", "O'Brien"),
    "32 Null": ("name", "Null"),
    "32 N/A": ("name", "N/A"),
    "32 undefined": ("name", "undefined"),
    "32 True": ("name", "True"),
    "32 -1": ("name", "-1"),
    "33 img onerror": ("name", "<img src=x onerror=alert(1)>"),
    "33 svg onload": ("company", '"><svg/onload=alert(1)>'),
    "33 javascript address": ("website", "javascript:alert(1)"),
    "33 template": ("company", "{{7*7}}"),
    "33 template tag": ("title", "{% debug %}"),
    "33 jndi": ("message", "${jndi:ldap://x}"),
    "33 hx-get": ("message", "hx-get=/x"),
    "34 SQL": ("name", "' OR 1=1--"),
    "34 percent": ("company", "100 % \\ _"),
    "36 phone of 60 digits": ("phone", "4" * 60),
    "36 a lone plus": ("phone", "+"),
    "36 letters": ("phone", "call me"),
    "39 campaign of 8 KB": ("utm_campaign", "u" * 8_000),
    "81 a formula": ("company", '=HYPERLINK("http://evil.example")'),
    "28 name of 60,000": ("name", "n" * 60_000),
    "control characters": ("message", "a\x1b[31mb\tc\r\nd"),
}
COLUMN = {"utm_campaign": "campaign"}


@pytest.mark.parametrize(("name", "value"), KEPT_EXACTLY.values(), ids=KEPT_EXACTLY.keys())
def test_an_odd_value_is_stored_exactly_as_it_was_sent(send, name, value):
    assert send(person(**{name: value})).status_code == 202
    assert getattr(Lead.objects.get(), COLUMN.get(name, name)) == value


def test_only_the_space_around_a_value_is_trimmed(send):
    assert send(person(name="  Ana  Ruiz \n")).status_code == 202
    assert Lead.objects.get().name == "Ana  Ruiz"


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\nBcc: x@y.example",
        "a" * 255 + "@example.com",
        "a@b@c.example",
        "a@[127.0.0.1]",
        "@example.com",
        "a@localhost",
        "not an address",
    ],
)
def test_a_wrong_e_mail_address_is_kept_as_sent_and_marked(send, address):
    assert send(json.dumps({"email": address, "name": "Ana"})).status_code == 202
    lead = Lead.objects.get()
    assert lead.email == address
    assert lead.extra == {}
    assert [(mark["field"], mark["mark"]) for mark in lead.marks] == [("email", "email_invalid")]
    assert lead.identity_keys.count() == 0


@pytest.mark.parametrize(
    "moment",
    [
        "2023-02-29T10:00:00Z",
        "0000-00-00",
        "9999-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "2024-05-01T24:00:00Z",
        "2016-12-31T23:59:60Z",
        "2024-05-01T10:00:00+99:99",
        "2024-05-01T10:00:00",
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "soon",
        "-1",
    ],
)
def test_an_impossible_submit_time_is_ignored(send, moment):
    assert send(person(submitted_at=moment)).status_code == 202
    assert Lead.objects.get().submitted_at is None


@pytest.mark.parametrize("country", ["XX", "../../etc/passwd", "Mars", "ZZ", "\u0661", "🇩🇪"])
def test_a_country_that_does_not_exist_is_kept_beside_and_not_taken(send, country):
    assert send(person(country=country)).status_code == 202
    lead = Lead.objects.get()
    assert lead.country == ""
    assert lead.extra == {"country": country}


def test_what_only_leadboard_decides_is_never_taken_from_outside(send):
    assert (
        send(
            person(owner=1, stage="won", score=99, id=1, created="1970", desk="closed", do_not_contact=True)
        ).status_code
        == 202
    )
    lead = Lead.objects.get()
    assert (lead.owner, lead.stage, lead.score, lead.do_not_contact) == (None, "raw", None, False)
    assert lead.extra == {}
    assert b'"stage": "won"' in bytes(Submission.objects.get().body)


NOBODY = {
    "26 an operator as name": {"name": {"$ne": 1}},
    "26 yes as name": {"name": True},
    "26 nothing as name": {"name": None},
    "27 __proto__": {"__proto__": {"isAdmin": True}, "constructor": {"prototype": {}}},
    "29 only spaces": {"name": "    "},
    "29 only U+3164": {"name": "\u3164"},
    "29 only joiners": {"name": "\u200d\u200b\u2060"},
    "no contact at all": {"colour": "blue", "quantity": 3},
    "only owner's address": {"owner": {"email": "ana@firm.example"}},
}


@pytest.mark.parametrize("payload", NOBODY.values(), ids=NOBODY.keys())
def test_a_delivery_in_which_nobody_is_recognised_waits_in_quarantine(send, payload):
    answer = send(json.dumps(payload))
    assert answer.status_code == 202
    submission = Submission.objects.get()
    assert submission.state == "quarantined"
    assert submission.problem.startswith("Nobody was recognised in it")
    assert json.loads(bytes(submission.body)) == payload
    assert Lead.objects.count() == 0


def test_a_byte_order_mark_is_no_reason_to_refuse(send):
    assert send(b"\xef\xbb\xbf" + person(name="Ana")).status_code == 202
    assert Lead.objects.get().name == "Ana"


def test_a_list_where_a_text_is_expected_gives_its_first_text(send):
    assert send(person(name=["Ana", "Bo"])).status_code == 202
    assert Lead.objects.get().name == "Ana"


def test_a_file_where_text_is_expected_is_kept_by_its_name(send):
    body = (
        part("email", "ana@halden.example")
        + part("name", b"\x89PNG\x00\xff", file="../../me.png")
        + b"--xx--"
    )
    assert send(body, MULTIPART).status_code == 202
    assert Lead.objects.get().name == "../../me.png"
    assert bytes(Submission.objects.get().body) == body


def test_a_multipart_form_is_read_with_its_base64_part(send):
    name = base64.b64encode("Søren".encode()).decode()
    body = part("E-Mail", "s@halden.example") + part(
        "Name", name, head="Content-Transfer-Encoding: base64\r\n"
    )
    assert send(body + b"--xx--\r\n", MULTIPART).status_code == 202
    assert Lead.objects.get().name == "Søren"


def test_a_telling_user_agent_is_kept_with_the_delivery_and_bounded(send):
    agent = "curl \x1b[31m" + "x" * 5_000
    assert send(person(), **{"user-agent": agent}).status_code == 202
    assert Submission.objects.get().headers["User-Agent"] == agent[:500]


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_only_post_is_taken(client, source, method):
    answer = getattr(client, method)(f"/intake/{source.key}/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["nobody", "x" * 500, "%27%20OR%201=1", "☃", "..%2f..", "%ff"])
def test_an_unknown_address_is_not_found(client, source, key):
    answer = client.post(f"/intake/{key}/", person(), content_type=JSON)
    assert answer.status_code == 404
    assert Submission.objects.count() == 0


def test_a_source_that_is_switched_off_is_not_found_at_once(send, source):
    assert send(person()).status_code == 202
    source.active = False
    source.save()
    assert send(person()).status_code == 404
    assert Submission.objects.count() == 1


SEEDS = [
    (person(name="Ana", phone="+49 30 1234567", tags=["a", {"b": [1, 2]}], nested={"x": {"y": "z"}}), JSON),
    (b"name=Ana+Ruiz&email=ana%40halden.example&message=%C3%BC&tags=a&tags=b", FORM),
    (part("name", "Ana") + part("file", b"\x00\xff", file="a.png") + b"--xx--\r\n", MULTIPART),
]
PIECES = [
    b"\x00",
    b"\xff",
    b'"',
    b"{",
    b"[",
    b"\\ud800",
    b"%",
    b"&",
    b"\r\n--xx",
    b"1e999",
    b"\xef\xbb\xbf",
    b":",
    b"null",
]


@pytest.mark.parametrize("seed", range(3))
def test_no_broken_delivery_is_answered_with_a_fault_and_none_is_lost(send, seed):
    dice = random.Random(seed)
    accepted = set()
    for _ in range(100):
        body, content_type = SEEDS[seed]
        broken = bytearray(body)
        for _ in range(dice.randint(1, 4)):
            place = dice.randrange(len(broken) + 1)
            broken[place : place + dice.choice([0, 0, 1, 5])] = dice.choice(PIECES)
        answer = send(bytes(broken), content_type)
        assert answer.status_code in {202, 400}, bytes(broken)
        if answer.status_code == 202:
            accepted.add(json.loads(answer.content)["id"])
    kept = Submission.objects.all()
    assert {str(submission.pk) for submission in kept} == accepted
    assert {submission.state for submission in kept} <= {"captured", "joined", "quarantined"}
