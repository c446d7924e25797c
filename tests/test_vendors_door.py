"""Who may deliver: signatures, time stamps, handshakes, limits. What is wrong is 401, and never a fault."""

import hashlib
import io
import json
import time
import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from leadboard.capture import sources
from leadboard.capture.models import Source, Submission
from leadboard.capture.vendors import VENDORS, meta
from leadboard.leads.models import Lead
from tests import vendor_papers as papers
from tests.vendor_papers import SECRET, SIGN, based, hexed

pytestmark = pytest.mark.django_db
SIGNED = sorted(SIGN)
STAMPED = {"hubspot": 1_000, "webflow": 1_000, "calendly": 1}


@pytest.fixture
def make():
    """Return a function that makes the source of a vendor."""
    return lambda vendor, **fields: Source.objects.create(
        name=vendor, vendor=vendor, **({"secret": SECRET} | fields)
    )


@pytest.fixture
def post(client):
    """Return a function that posts bytes to a source."""
    return lambda source, body, headers, content_type="application/json": client.generic(
        "POST", source.path, body, content_type=content_type, headers=headers
    )


def body_of(vendor):
    """Return the documented delivery as bytes."""
    return json.dumps(papers.PAPERS[vendor]).encode()


def refused(answer):
    """Was it refused for its signature, with nothing kept?"""
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert answer["Content-Type"] == "application/problem+json"
    assert Submission.objects.count() == 0
    return True


@pytest.mark.parametrize("vendor", SIGNED)
def test_a_delivery_signed_with_the_secret_is_taken(make, post, vendor):
    source = make(vendor)
    body = body_of(vendor)
    assert post(source, body, SIGN[vendor](body, source)).status_code == 202
    assert Lead.objects.count() == 1


ALTERED = {
    "one bit": lambda body: bytes([*body[:-3], body[-3] ^ 1, *body[-2:]]),
    "written anew": lambda body: json.dumps(json.loads(body), indent=1).encode(),
    "a byte order mark": lambda body: b"\xef\xbb\xbf" + body,
    "invalid UTF-8": lambda body: body[:-1] + b"\xff",
    "truncated": lambda body: body[:-20],
    "a space": lambda body: body + b" ",
}


@pytest.mark.parametrize("vendor", SIGNED)
@pytest.mark.parametrize("change", ALTERED.values(), ids=ALTERED)
def test_an_altered_body_is_refused(make, post, vendor, change):
    source = make(vendor)
    body = body_of(vendor)
    assert refused(post(source, change(body), SIGN[vendor](body, source)))


FORGED = ["", " ", "garbage", "v1,a,b", "v1,A", "  ", "sha256=", "t=,v1=", "v1a", "é" * 9, "t=1,t=2,v1=0",
          "=" * 9, "sha256=" + "0" * 64, "v1=," * 1_000, "0" * 5_000, "hmacsha256=", "null"]  # fmt: skip


@pytest.mark.parametrize("vendor", SIGNED)
def test_no_forged_header_is_taken_and_none_is_a_fault(make, post, vendor):
    source = make(vendor)
    body = body_of(vendor)
    names = SIGN[vendor](body, source)
    assert refused(post(source, body, {}))
    for forgery in FORGED:
        for name in names:
            headers = SIGN[vendor](body, source) | {name: forgery}
            assert refused(post(source, body, headers)), (name, forgery)


@pytest.mark.parametrize("vendor", SIGNED)
def test_another_secret_or_another_source_is_refused(make, post, vendor):
    source = make(vendor, secret="a different secret")
    body = body_of(vendor)
    assert refused(post(source, body, SIGN[vendor](body, source)))


@pytest.mark.parametrize("vendor", SIGNED)
def test_a_source_without_its_secret_takes_nothing(make, post, vendor):
    source = make(vendor, secret="")
    body = body_of(vendor)
    headers = {
        name: value for name, value in SIGN[vendor](body, source).items() if not name.endswith("signature")
    }
    assert refused(post(source, body, headers))


@pytest.mark.parametrize("vendor", STAMPED)
@pytest.mark.parametrize(
    ("stamp", "status"),
    [
        (lambda now: str(now - 290), 202),
        (lambda now: str(now + 290), 202),
        (lambda now: str(now - 302), 401),
        (lambda now: str(now + 302), 401),
        (lambda now: "nan", 401),
        (lambda now: "9" * 400, 401),
        (lambda now: f"{now}.5", 401),
        (lambda now: f"-{now}", 401),
        (lambda now: "", 401),
    ],
    ids=["-290", "+290", "-302", "+302", "nan", "400 digits", "fraction", "negative", "missing"],
)
def test_a_signed_time_stamp_is_at_most_five_minutes_off(make, post, vendor, stamp, status):
    source = make(vendor)
    body = body_of(vendor)
    text = stamp(int(time.time()))
    if text.isdigit() and len(text) < 20:
        text += "0" * (len(str(STAMPED[vendor])) - 1)
    headers = getattr(papers, "hubspot_v3" if vendor == "hubspot" else vendor)(body, source, stamp=text)
    assert post(source, body, headers).status_code == status


def test_a_time_stamp_in_arabic_digits_is_none():
    from leadboard.capture.signatures import is_fresh  # noqa: PLC0415 - reason: only this test

    now = str(int(time.time()))
    assert is_fresh(now)
    assert not is_fresh(now.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))


def test_hubspots_own_example_of_its_first_signature(make, post):
    source = make("hubspot", secret="yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy")
    body = json.dumps(papers.HUBSPOT, separators=(",", ":")).encode()
    signature = "232db2615f3d666fe21a8ec971ac7b5402d33b9a925784df3ca654d05f4817de"
    headers = {"x-hubspot-signature": signature, "x-hubspot-signature-version": "v1"}
    assert post(source, body, headers).status_code == 202
    assert post(source, body, {"x-hubspot-signature": signature}).status_code == 202
    for version in ("v2", "v3", "v9", ""):
        wrong = headers | {"x-hubspot-signature-version": version}
        assert post(source, body, wrong).status_code == 401
    assert Lead.objects.count() == 1


def test_hubspots_second_signature_covers_the_printed_address(make, post, settings):
    settings.LEADBOARD_URL = "https://leads.halden.example"
    source = make("hubspot")
    body = body_of("hubspot")
    right = hashlib.sha256(
        f"{SECRET}POSThttps://leads.halden.example{source.path}".encode() + body
    ).hexdigest()
    wrong = hashlib.sha256(
        f"{SECRET}POSThttp://leads.halden.example{source.path}".encode() + body
    ).hexdigest()
    for signature, status in ((right, 202), (wrong, 401)):
        headers = {"x-hubspot-signature": signature, "x-hubspot-signature-version": "v2"}
        assert post(source, body, headers).status_code == status


@pytest.mark.parametrize(
    ("asked", "signed"),
    [
        ("?team=a", "/?team=a"),
        ("?at=%2F%3a%20b", "/?at=/:%20b"),  # of what is escaped HubSpot decodes some signs
        (None, ""),
    ],
)
def test_hubspots_newest_signature_covers_the_address_as_it_was_called(make, post, asked, signed):
    source = make("hubspot")
    body, bare = body_of("hubspot"), source.path.rstrip("/")
    called = bare if asked is None else f"{source.path}{asked}"
    stamp = str(int(time.time() * 1000))
    message = f"POST{settings.LEADBOARD_URL}{bare}{signed}".encode() + body + stamp.encode()
    headers = {"x-hubspot-signature-v3": based(message), "x-hubspot-request-timestamp": stamp}
    answer = Client().generic("POST", called, body, content_type="application/json", headers=headers)
    assert answer.status_code == 202
    assert refused_after(post(source, body + b" ", headers))


def refused_after(answer):
    """Was it refused for its signature?"""
    return (answer.status_code, answer.json()["code"]) == (401, "bad_signature")


@pytest.mark.parametrize("vendor", [*SIGNED, "google_ads"])
def test_a_secret_that_was_replaced_is_taken_for_a_day_when_the_firm_says_so(make, post, vendor):
    source = make(vendor)
    body = body_of(vendor)
    headers = SIGN[vendor](body, source) if vendor in SIGN else {}
    sources.replace_secret(source, "the new one", keep_old=True)
    assert post(source, body, headers).status_code == 202
    Source.objects.update(old_secret_until=F("old_secret_until") - timedelta(days=1))
    assert refused_after(post(source, body, headers))
    sources.replace_secret(source, SECRET, keep_old=False)
    assert post(source, body, headers).status_code == 202
    assert Source.objects.get().old_secret == ""
    sources.replace_secret(source, "leaked no more", keep_old=False)
    assert refused_after(post(source, body, headers))


def test_a_wrong_new_signature_is_not_saved_by_a_right_old_one(make, post):
    source = make("hubspot")
    body = body_of("hubspot")
    old = {"x-hubspot-signature": hashlib.sha256(SECRET.encode() + body).hexdigest()}
    assert refused(post(source, body, old | {"x-hubspot-signature-v3": "AAAA"}))


def test_linkedin_may_prefix_the_signature_as_it_prefixes_what_it_signs(make, post):
    source = make("linkedin")
    body = body_of("linkedin")
    for signature in ("hmacsha256=" + hexed(b"hmacsha256=" + body), hexed(body)):
        assert post(source, body, {"x-li-signature": signature}).status_code == 202


# Google's key is in the body


@pytest.mark.parametrize("key", [None, "", "wrong", 7, [SECRET], {"a": SECRET}, SECRET + " ", "é"])
def test_a_wrong_google_key_is_refused(make, post, key):
    body = json.dumps(papers.GOOGLE | {"google_key": key}).encode()
    assert refused(post(make("google_ads"), body, {}))


def test_a_truncated_lead_of_google_is_malformed(make, post):
    answer = post(make("google_ads"), body_of("google_ads")[:-9], {})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_json")


# Vendors that sign nothing


@pytest.mark.parametrize("vendor", ["hubspot_forms", "gravity_forms"])
def test_a_form_vendor_shows_its_secret_as_a_header_when_it_has_one(make, post, vendor):
    source = make(vendor)
    assert refused(post(source, body_of(vendor), {}))
    assert post(source, body_of(vendor), {"authorization": f"Bearer {SECRET}"}).status_code == 202


def test_jotform_proves_nothing(make, post):
    answer = post(
        make("jotform", secret=""), papers.multipart(papers.JOTFORM), {}, "multipart/form-data; boundary=q"
    )
    assert answer.status_code == 202


# Handshakes


def test_meta_gets_its_challenge_back_for_the_verify_token(make, client):
    source = make("meta")
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    answer = client.get(source.path, query | {"hub.verify_token": meta.verify_token(source)})
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"1158201444", "text/plain")


@pytest.mark.parametrize(
    "change",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "é"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": ""},
        {"hub.challenge": "a\nb"},
        {"hub.challenge": "c" * 201},
    ],
)
def test_a_challenge_that_is_not_metas_is_refused(make, client, change):
    source = make("meta")
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": "1158201444",
        "hub.verify_token": meta.verify_token(source),
    }
    answer = client.get(source.path, query | change)
    assert (answer.status_code, answer.json()["code"]) == (403, "bad_handshake")


def test_linkedin_gets_its_challenge_back_with_its_hmac(make, client):
    source = make("linkedin")
    code = str(uuid.uuid4())
    answer = client.get(source.path, {"challengeCode": code})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json() == {"challengeCode": code, "challengeResponse": hexed(code.encode())}


def test_linkedins_challenge_signs_no_delivery(make, client):
    """The answer is an HMAC with the same secret: for the text of a delivery it would be its signature."""
    source = make("linkedin")
    body = json.dumps(papers.LINKEDIN)
    for text in (body, "hmacsha256=" + body, "", "x", f"{uuid.uuid4()}\n", "{" + str(uuid.uuid4()) + "}"):
        assert client.get(source.path, {"challengeCode": text}).status_code == 403


@pytest.mark.parametrize("vendor", [name for name in VENDORS if name not in ("meta", "linkedin")])
def test_no_other_vendor_is_answered_by_get(make, client, vendor):
    assert client.get(make(vendor).path, {"hub.challenge": "1", "challengeCode": "1"}).status_code == 405


def test_an_unknown_address_shakes_no_hands(db, client):
    assert client.get("/intake/nobody/", {"hub.challenge": "1"}).status_code == 404


# Limits, and what is no list


@pytest.mark.parametrize(
    ("vendor", "limit"), [("typeform", 65_536), ("meta", 1_048_576), ("hubspot", 1_048_576)]
)
def test_vendors_that_batch_may_send_a_megabyte(make, post, vendor, limit):
    source = make(vendor)
    document = body_of(vendor)
    full = document + b" " * (limit - len(document))
    assert post(source, full, SIGN[vendor](full, source)).status_code == 202
    over = full + b" "
    assert post(source, over, SIGN[vendor](over, source)).status_code == 413


@pytest.mark.parametrize(
    ("vendor", "body"),
    [
        ("typeform", b"{}"),
        ("typeform", b"[]"),
        ("tally", b"[]"),
    ],
)
def test_an_empty_list_is_refused(make, post, vendor, body):
    source = make(vendor)
    answer = post(source, body, SIGN[vendor](body, source))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


@pytest.mark.parametrize(
    ("vendor", "body"),
    [
        ("hubspot", b"[]"),
        ("meta", b'{"object": "page", "entry": []}'),
        ("meta", b'{"object": "page", "entry": [{"changes": []}]}'),
    ],
)
def test_a_vendor_that_batches_may_send_nothing(make, post, vendor, body):
    """It was sent and signed: refused it would come again and again."""
    source = make(vendor)
    for _ in range(2):
        assert post(source, body, SIGN[vendor](body, source)).status_code == 202
    submission = Submission.objects.get()
    assert submission.state == "ignored"
    assert submission.problem.endswith(" sent a list without entries.")
    assert Lead.objects.count() == 0


@pytest.mark.parametrize("vendor", SIGNED)
@pytest.mark.parametrize("body", [b'{"a": "b', b"null", b"7", b"not json", b'{"a": "\\ud800"}', b"\xff\xfe"])
def test_a_valid_signature_on_a_malformed_body_is_a_400(make, post, vendor, body):
    source = make(vendor)
    answer = post(source, body, SIGN[vendor](body, source))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


ODD = [None, True, 7, "x", [], {}, [None], [[1]], {"value": []}, [{"a": 1}], 10**30, -1, 1e300, "é" * 300]


@pytest.mark.parametrize("vendor", sorted(papers.PAPERS))
def test_any_value_in_any_place_is_kept_or_refused_and_never_a_fault(make, post, vendor):
    source = make(vendor, secret="" if vendor in papers.UNSIGNED else SECRET)
    paper = papers.PAPERS[vendor]
    for place in places(paper):
        for odd in ODD:
            body = json.dumps(replaced(paper, place, odd)).encode()
            headers = SIGN[vendor](body, source) if vendor in SIGN else {}
            status = post(source, body, headers).status_code
            assert status in ((202, 400, 401) if vendor == "google_ads" else (202, 400)), (place, odd)
    assert not Submission.objects.filter(state="received").exists()


def places(value, path=()):
    """Return the paths of the first ten values of a document and of everything above them."""
    found = [path] if path else []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inner:
        found += places(member, (*path, key))
    return found if path else found[:10]


def replaced(value, path, odd):
    """Return a copy of a document with one value replaced."""
    if not path:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], odd)
    return copy


# Adding a source


def add(*arguments):
    """Return what `source add` prints."""
    out = io.StringIO()
    call_command("source", "add", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("vendor", list(VENDORS))
def test_source_add_prints_the_path_first_for_every_vendor(db, vendor):
    secret = [] if vendor in papers.UNSIGNED else ["--secret", SECRET]
    printed = add("A source", "--vendor", vendor, *secret)
    assert printed.splitlines()[0] == Source.objects.get().path


def test_source_add_prints_what_meta_asks_for(db):
    printed = add("Ads", "--vendor", "meta", "--secret", SECRET)
    assert f"Verify token: {meta.verify_token(Source.objects.get())}" in printed.splitlines()


@pytest.mark.parametrize("vendor", [*SIGNED, "google_ads"])
def test_a_vendor_that_signs_needs_its_secret(db, vendor):
    with pytest.raises(CommandError, match="as the secret"):
        add("A source", "--vendor", vendor)


def test_what_a_vendor_cannot_do_is_refused(db):
    with pytest.raises(CommandError, match="Jotform signs nothing"):
        add("A source", "--vendor", "jotform", "--secret", SECRET)
    with pytest.raises(CommandError, match="Nothing is fetched from Tally"):
        add("A source", "--vendor", "tally", "--secret", SECRET, "--token", "t")
    assert not sources.Source.objects.exists()
