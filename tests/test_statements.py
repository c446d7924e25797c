"""How many statements a form, a verdict and a claim cost: each is a wait for the database, none creeps in."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leadboard.capture.models import Source
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
