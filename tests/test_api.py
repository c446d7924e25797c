"""The API reads what the board shows, in the words of the contract."""

import json

import pytest
from django.core.management import call_command

from leadboard.leads import lifecycle
from leadboard.leads.stages import Desk

pytestmark = pytest.mark.django_db

CONTRACT = {
    "id", "name", "email", "phone", "company", "title", "source", "message", "stage", "desk", "owner",
    "score", "band", "enquiry_class", "reasons", "due_at", "submitted_at", "created_at", "version", "seq",
}  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Leads stay as they are made here."""
    monkeypatch.setattr("leadboard.wiring.AT_ONCE", {})
    monkeypatch.setattr("leadboard.wiring.LATER", {})


@pytest.fixture
def three(make_lead, ana):
    """Diana is Ana's, Bo is scored high, Cy is plain."""
    diana = make_lead(name="Diana Ek", email="diana@barsund.test")
    bo = make_lead(name="Bo Chen", email="bo@delmar.test", company="Delmar AG", source="Webinar")
    cy = make_lead(name="Cy Dale", email="cy@foxglove.test", company="Foxglove")
    lifecycle.move(diana, "claimed", owner=ana, desk=Desk.SALES)
    lifecycle.move(
        bo,
        "qualified",
        score=91,
        band="high",
        enquiry_class="buying",
        reasons=[{"words": "Quote", "points": 20}],
    )
    return diana, bo, cy


def names(answer):
    """Return the names of a page of leads."""
    assert answer.status_code == 200, answer.content
    return [lead["name"] for lead in answer.json()["results"]]


def test_a_lead_has_every_field_of_the_contract(three, api, ana):
    lead = api(ana).get(f"/api/leads/{three[1].uid}/").json()
    assert CONTRACT - lead.keys() == set()
    assert (lead["id"], lead["owner"], lead["score"], lead["version"]) == (str(three[1].uid), None, 91, 2)
    assert lead["reasons"] == [{"words": "Quote", "points": 20}]


def test_leads_come_newest_first_and_page_by_cursor(three, api, ana):
    first = api(ana).get("/api/leads/?page_size=2")
    assert names(first) == ["Cy Dale", "Bo Chen"]
    assert names(api(ana).get(first.json()["next"])) == ["Diana Ek"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("desk=sales", ["Diana Ek"]),
        ("owner=ana@firm.test", ["Diana Ek"]),
        ("owner=me", ["Diana Ek"]),
        ("owner=none", ["Cy Dale", "Bo Chen"]),
        ("band=high", ["Bo Chen"]),
        ("score__gte=90", ["Bo Chen"]),
        ("enquiry_class=buying", ["Bo Chen"]),
        ("source=Webinar", ["Bo Chen"]),
        ("email=BO@delmar.test", ["Bo Chen"]),
        ("search=foxgl", ["Cy Dale"]),
        ("search=delmar", ["Bo Chen"]),
        ("search=%25", []),
        ("search=' OR 1=1--", []),
        ("desk=board&band=high", ["Bo Chen"]),
    ],
)
def test_leads_are_filtered_by_the_names_of_their_fields(three, api, ana, query, found):
    assert names(api(ana).get(f"/api/leads/?{query}")) == found


@pytest.mark.parametrize(
    "query", ["stage=nonsense", "score=abc", "created_at__gte=never", "cursor=abc", "id=7"]
)
def test_a_filter_that_makes_no_sense_is_a_problem_document(three, api, ana, query):
    answer = api(ana).get(f"/api/leads/?{query}")
    assert (answer.status_code // 100, answer["Content-Type"]) == (4, "application/problem+json")


@pytest.mark.parametrize(
    "path", ["/api/leads/not-a-uuid/", "/api/leads/00000000-0000-0000-0000-000000000000/"]
)
def test_a_lead_that_is_not_there_is_not_found(three, api, ana, path):
    assert api(ana).get(path).status_code == 404


def test_an_outsider_sees_nothing(three, api, otto, client):
    assert api(otto).get("/api/leads/").status_code == 401
    assert client.get("/api/leads/").status_code == 401


def test_the_log_of_one_lead_is_read_in_order(three, api, ana):
    events = api(ana).get(f"/api/leads/{three[1].uid}/events/").json()["results"]
    assert [(event["version"], event["kind"]) for event in events] == [(1, "captured"), (2, "qualified")]


def test_the_schema_is_complete_and_valid(api, ana):
    schema = json.loads(api(ana).get("/api/schema/", HTTP_ACCEPT="application/json").content)
    assert {
        "/api/leads/",
        "/api/leads/{uid}/claim/",
        "/api/playbooks/",
        "/api/sources/",
        "/api/breaches/",
    } <= set(schema["paths"])


def test_a_manager_applies_a_playbook_and_a_rep_may_not(api, ana, lea):
    text = api(lea).get("/api/playbooks/active/").json()["text"]
    made = api(lea).post("/api/playbooks/", {"text": text, "note": "again"}, format="json")
    assert (made.status_code, made.json()["number"], made.json()["active"]) == (201, 2, True)
    assert api(ana).post("/api/playbooks/", {"text": text}, format="json").status_code == 403
    wrong = api(lea).post("/api/playbooks/", {"text": "bands: nonsense"}, format="json")
    assert wrong.status_code == 422
    assert wrong.json()["errors"] != []


def test_the_schema_has_no_warnings(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yaml"))
