"""How many statements a form, a verdict and a claim cost, alone and with others: each is a wait."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.datastructures import CaseInsensitiveMapping

from handoff.door import Door as ClaimDoor
from handoff.door import Plain as Wish
from leadboard.capture.door import Door as IntakeDoor
from leadboard.capture.door import Plain as Delivery
from leadboard.capture.models import Source
from leadboard.people.models import User
from leadboard.people.tokens import give_token
from qualification import pipeline

pytestmark = pytest.mark.django_db


def statements(act):
    """Return how many statements an act needs, those that open and close savepoints left out."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        act()
    return len([one for one in asked if "SAVEPOINT" not in one["sql"]])


def test_a_form_costs_nineteen_statements(client):
    source = Source.objects.create(name="Web form")

    def send(number):
        body = {
            "name": "Diana Ek",
            "email": f"diana{number}@barsund{number}.test",
            "message": "A quote, please.",
        }
        answer = client.post(f"/intake/{source.key}/", body, content_type="application/json")
        assert answer.status_code == 202

    send(1)
    assert statements(lambda: send(2)) == 19


def test_a_verdict_costs_seventeen_statements(make_lead):
    pipeline.qualify(make_lead().pk)
    other = make_lead(
        name="Bo Chen", email="bo@delmar.test", company="Delmar", message="A quote for 40 seats."
    )
    assert statements(lambda: pipeline.qualify(other.pk)) == 17


def test_a_claim_costs_thirteen_statements(make_lead, ana, api):
    browser = api(ana)

    def claim(lead):
        assert browser.post(f"/api/leads/{lead.uid}/claim/").status_code == 201

    claim(make_lead())
    other = make_lead(name="Bo Chen", email="bo@delmar.test", company="Delmar")
    assert statements(lambda: claim(other)) == 13


def test_a_claim_on_the_board_costs_twenty_three_statements_with_the_drawn_answer(make_lead, ana, page):
    browser = page(ana)

    def claim(lead):
        said = {"HX-Request": "true", "HX-Target": f"lead-{lead.pk}-state"}
        assert browser.post(f"/leads/{lead.pk}/claim/", headers=said).status_code == 200

    claim(make_lead())
    other = make_lead(name="Bo Chen", email="bo@delmar.test", company="Delmar")
    assert statements(lambda: claim(other)) == 23


def test_eight_forms_at_once_cost_twenty_statements(make_lead):
    source, door = Source.objects.create(name="Web form"), IntakeDoor(None)

    def send(first):
        said = CaseInsensitiveMapping({"content-type": "application/json"})
        bodies = [
            {"name": "Diana Ek", "email": f"diana{n}@barsund{n}.test", "message": "A quote, please."}
            for n in range(first, first + 8)
        ]
        told = door.keep(
            [Delivery(source.key, said, json.dumps(body).encode(), "192.0.2.7") for body in bodies]
        )
        assert [one.alone for one in told] == [None] * 8

    send(0)
    assert statements(lambda: send(8)) == 20


def test_eight_claims_at_once_cost_twelve_statements(make_lead):
    door = ClaimDoor(None)
    tokens = [give_token(User.objects.create_user(f"r{n}@firm.test", name=f"R{n} X")) for n in range(8)]

    def claim(first):
        leads = [make_lead(name=f"N{n} X", email=f"n{n}@n{n}.test") for n in range(first, first + 8)]
        wishes = [Wish(lead.uid, token) for lead, token in zip(leads, tokens, strict=True)]
        return lambda: [one.status for one in door.decide(wishes)]

    assert claim(0)() == [201] * 8
    assert statements(claim(8)) == 12
