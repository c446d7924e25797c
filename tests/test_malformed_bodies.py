"""A thousand deliveries as nobody should send them: each is refused with a problem document, or kept."""

import json
import random

import pytest
from django.db import connection
from django.test import RequestFactory

from leadboard.capture import intake, views
from leadboard.capture.models import Source, Submission
from leadboard.capture.vendors import VENDORS
from tests import malformed
from tests.vendor_papers import SECRET, SIGN, UNSIGNED


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """On a busy machine too all entries are digested while the vendor waits."""
    monkeypatch.setattr(intake, "PATIENCE", 600)


SETTLED = {"captured", "joined", "quarantined", "ignored", "split", "discarded"}
THOUSAND, SEEDS, SHARE = 1_000, 4, 250
# Every kind at every vendor, one in seven unproved; None is a delivery in the vendor's own shape, altered.
ROUND = [(vendor, kind) for vendor in VENDORS for kind in (*malformed.KINDS, *[None] * len(malformed.KINDS))]
EACH = [(*ROUND[number % len(ROUND)], number % 7 > 0) for number in range(THOUSAND)]


@pytest.fixture
def doors(db):
    """A source of each vendor."""
    return {
        vendor: Source.objects.create(
            name=vendor, vendor=vendor, secret="" if vendor in (*UNSIGNED, "generic") else SECRET
        )
        for vendor in VENDORS
    }


def send(source, body, content_type, headers):
    """Post a body by the real view, in this process."""
    request = RequestFactory().generic(
        "POST", source.path, body, content_type=content_type, headers={"accept": "*/*"} | headers
    )
    return views.receive(request, source.key)


def is_refusal(answer):
    """Is it a problem document with what and why?"""
    document = json.loads(answer.content)
    assert answer["Content-Type"] == "application/problem+json"
    assert document["status"] == answer.status_code
    return bool(document["code"] and document["detail"])


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_thousand_malformed_bodies_are_refused_with_words_or_kept(doors, seed, caplog):
    dice = random.Random(seed)
    kept, statuses = set(), {}
    for number, (vendor, kind, is_signed) in enumerate(EACH[seed * SHARE :][:SHARE]):
        source = doors[vendor]
        body, content_type, headers = kind(dice) if kind else malformed.of_vendor(dice, vendor)
        if vendor in SIGN and is_signed:
            headers = headers | SIGN[vendor](body, source)
        answer = send(source, body, content_type, headers)
        told = f"seed {seed}, number {number}, {vendor}: {answer.status_code} for {body[:300]!r}"
        assert answer.status_code == 202 or (400 <= answer.status_code < 500 and is_refusal(answer)), told
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        if answer.status_code == 202:
            kept.add(json.loads(answer.content)["id"])
    whole = {str(pk) for pk in Submission.objects.filter(part_of=None).values_list("pk", flat=True)}
    parts = {str(pk) for pk in Submission.objects.exclude(part_of=None).values_list("pk", flat=True)}
    assert whole <= kept <= whole | parts  # an entry that came before within a batch is the one it was
    assert set(Submission.objects.values_list("state", flat=True)) <= SETTLED
    assert all(one.problem for one in Submission.objects.filter(state__in=("quarantined", "ignored")))
    assert {202, 400, 401, 415} <= set(statuses)
    assert "could not be digested" not in caplog.text


def test_what_is_kept_of_them_is_replayed_without_a_fault(doors):
    dice = random.Random(99)
    for vendor, source in doors.items():
        for _ in range(8):
            body, content_type, headers = malformed.of_vendor(dice, vendor)
            signed = headers | (SIGN[vendor](body, source) if vendor in SIGN else {})
            send(source, body, content_type, signed)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE capture_submission SET state = 'received', lead_id = NULL, "
                       "received_at = now() - interval '1 hour' WHERE state = 'quarantined'")  # fmt: skip
    while intake.digest_left_behind():
        assert Submission.objects.filter(state="received", attempts__gt=1).count() == 0
