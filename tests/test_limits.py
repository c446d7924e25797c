"""Limits hold exactly, whoever asks at once and whatever address they claim."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from leadboard.capture.models import Source, Submission
from leadboard.http.addresses import network, network_of
from leadboard.limits.buckets import Rate, forget_idle, take
from leadboard.limits.models import Bucket
from leadboard.playbook import versions
from leadboard.playbook.models import PlaybookVersion
from leadboard.playbook.schema import PlaybookError

ROOT = Path(__file__).resolve().parent.parent
A_DAY = timedelta(days=1)
SLOW = Rate(100, A_DAY)
TAKER = """
import django
django.setup()
from datetime import timedelta
from django.db import connection
from leadboard.limits.buckets import Rate, take
connection.settings_dict["NAME"] = {name!r}
print(sum(take({{"a door": Rate(100, timedelta(days=1))}}) is None for _ in range(60)))
"""
FORM = {"content_type": "application/x-www-form-urlencoded", "HTTP_ORIGIN": "https://firm.example"}


@pytest.fixture
def source(db):
    return Source.objects.create(name="Web form")


def set_limit(**door):
    """Put a playbook in force whose door is so."""
    playbook = versions.active()
    text = PlaybookVersion.objects.get(number=playbook.version).text
    start = text.index("door:")
    end = text.index("# ----", start)
    lines = "".join(f"  {name}: {value}\n" for name, value in door.items())
    versions.apply(text[:start] + "door:\n" + lines + "\n" + text[end:])


def post(client, source, number=0, **headers):
    return client.post(f"/intake/{source.key}/", f"email=a{number}@x.example", **(FORM | headers))


def taken_alone(times, asked):
    """Take from a thread of its own; return how often it was given."""
    try:
        return sum(take(asked) is None for _ in range(times))
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_sixteen_at_once_get_together_what_one_may_have():
    with ThreadPoolExecutor(16) as pool:
        given_to = list(pool.map(lambda _: taken_alone(20, {"a door": SLOW}), range(16)))
    assert sum(given_to) == 100


@pytest.mark.django_db(transaction=True)
def test_four_processes_get_together_what_one_may_have():
    script = TAKER.format(name=connection.settings_dict["NAME"])
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "leadboard.settings"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", script], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(4)
    ]
    counts = [int(process.communicate(timeout=60)[0]) for process in running]
    assert sum(counts) == 100


def test_a_bucket_fills_again_and_never_over(db):
    rate = Rate(60, timedelta(minutes=1))
    assert [take({"a": rate}) for _ in range(60)] == [None] * 60
    assert take({"a": rate}) == 1
    Bucket.objects.update(at=Bucket.objects.get().at - timedelta(seconds=5))
    assert [take({"a": rate}) is None for _ in range(6)] == [True] * 5 + [False]
    Bucket.objects.update(at=Bucket.objects.get().at - timedelta(hours=5))
    assert [take({"a": rate}) is None for _ in range(61)] == [True] * 60 + [False]


def test_whoever_is_out_of_it_takes_nothing_from_the_others(db):
    mine, all_of_us = Rate(2, A_DAY), Rate(10, A_DAY)
    answers = [take({"mine": mine, "all": all_of_us}) for _ in range(8)]
    assert [answer is None for answer in answers] == [True] * 2 + [False] * 6
    assert round(Bucket.objects.get(key="all").tokens) == 8


def test_who_was_away_for_a_day_is_forgotten(db):
    take({"old": SLOW, "new": SLOW})
    Bucket.objects.filter(key="old").update(at=Bucket.objects.get(key="old").at - timedelta(days=2))
    assert forget_idle() == 1
    assert list(Bucket.objects.values_list("key", flat=True)) == ["new"]


@pytest.mark.parametrize(
    ("text", "same_as"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:5123", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2:ffff::1]:443", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_a_sender_is_known_by_the_network(text, same_as):
    assert network(text) == same_as


@given(st.text(max_size=80))
def test_whatever_stands_for_an_address_has_a_network(text):
    assert network(text)


def test_the_address_is_what_the_trusted_proxy_wrote_and_nothing_else(settings):
    asked = RequestFactory(REMOTE_ADDR="192.0.2.1").get("/", HTTP_X_FORWARDED_FOR="10.0.0.1, 198.51.100.9")
    assert network_of(asked) == "192.0.2.1"
    settings.TRUSTS_PROXY = True
    assert network_of(asked) == "198.51.100.9"


def test_one_address_may_post_a_form_so_often_and_is_told_when_again(client, source):
    set_limit(address="3/1m")
    assert [post(client, source, number).status_code for number in range(4)] == [202, 202, 202, 429]
    refused = post(client, source, 9)
    assert (refused.json()["code"], int(refused["Retry-After"]) in range(1, 61)) == ("too_many", True)
    assert Submission.objects.count() == 3
    assert post(client, source, 9, REMOTE_ADDR="192.0.2.44").status_code == 202


def test_a_forged_forwarding_header_opens_no_door(client, source, settings):
    set_limit(address="3/1d")
    forged = [
        {name: f"10.{n >> 8}.{n & 255}.1"}
        for n in range(40)
        for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_CLIENT_IP")
    ]
    answers = [post(client, source, 1, **headers).status_code for headers in forged]
    assert answers == [202] * 3 + [429] * 157
    settings.TRUSTS_PROXY = True
    behind = [{"HTTP_X_FORWARDED_FOR": f"10.0.{n}.1, 203.0.113.9"} for n in range(40)]
    answers = [post(client, source, 1, **headers).status_code for headers in behind]
    assert answers == [202] * 3 + [429] * 37


def test_ten_thousand_claimed_addresses_are_one_sender(settings):
    settings.TRUSTS_PROXY = True
    asked = (
        RequestFactory().get("/", HTTP_X_FORWARDED_FOR=f"10.{n >> 8}.{n & 255}.1, 203.0.113.9")
        for n in range(10_000)
    )
    assert {network_of(request) for request in asked} == {"203.0.113.9"}


def test_one_household_with_a_billion_addresses_is_one_sender(client, source):
    set_limit(address="3/1d")
    answers = [post(client, source, n, REMOTE_ADDR=f"2001:db8:1:2::{n:x}").status_code for n in range(1, 6)]
    assert answers == [202] * 3 + [429] * 2
    assert post(client, source, 1, REMOTE_ADDR="2001:db8:1:3::1").status_code == 202


def test_a_vendor_or_a_script_is_held_to_the_limit_of_the_source_alone(client, source):
    set_limit(address="3/1d", source="10/1d")
    plain = [
        client.post(
            f"/intake/{source.key}/", json.dumps({"email": f"{n}@x.example"}), content_type="application/json"
        )
        for n in range(12)
    ]
    assert [answer.status_code for answer in plain] == [202] * 10 + [429] * 2
    assert Submission.objects.count() == 10


def test_a_source_may_have_limits_of_its_own(client, source):
    other = Source.objects.create(name="Fair")
    set_limit(address="50/1d", sources='{"Web form": {address: 2/1d}, "Fair": {address: null}}')
    assert [post(client, source, n).status_code for n in range(3)] == [202, 202, 429]
    assert [post(client, other, n).status_code for n in range(60)] == [202] * 60


def test_the_same_delivery_again_is_answered_as_before(client, source):
    key = {"HTTP_IDEMPOTENCY_KEY": "one"}
    first, again = post(client, source, **key), post(client, source, **key)
    assert (first.status_code, first.json()) == (again.status_code, again.json())


def test_a_limit_that_is_none_is_refused_with_its_place(db):
    with pytest.raises(PlaybookError, match=r"door\.address"):
        set_limit(address="0/1m")
    with pytest.raises(PlaybookError, match=r"door\.source"):
        set_limit(source="5/400d")


def test_several_are_taken_together_or_none(db):
    three = {"a door": Rate(3, A_DAY)}
    assert [take(three, 2), take(three, 2) is None, take(three, 1), take(three, 1) is None] == [
        None, False, None, False,
    ]  # fmt: skip
    assert take({"another door": Rate(3, A_DAY)}, 4) == 1
    assert not Bucket.objects.filter(key="another door").exists()
