"""Acts by form and by API, and the managers' breach list."""

import pytest

from handoff import actions, claims
from handoff.models import Action, Breach, Claim
from leadboard.leads.models import Lead
from tests.hands import fire, turn


@pytest.fixture
def missed(ana, make_lead):
    """An incident: Ana claimed a lead and did nothing."""
    lead = make_lead()
    claims.claim(lead.pk, ana)
    turn(lead, "first_action")
    fire()
    return Breach.objects.get()


def test_a_claim_over_the_api_is_new_once(api, ana, make_lead):
    lead = make_lead()
    first = api(ana).post(f"/api/leads/{lead.uid}/claim/")
    again = api(ana).post(f"/api/leads/{lead.uid}/claim/")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["owner"] == again.json()["owner"] == "ana@firm.test"
    assert Claim.objects.count() == 1


def test_the_loser_of_a_race_gets_a_problem_with_the_winner(api, ana, sam, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, sam)
    lost = api(ana).post(f"/api/leads/{lead.uid}/claim/")
    assert (lost.status_code, lost["Content-Type"]) == (409, "application/problem+json")
    assert (lost.json()["code"], lost.json()["winner"]) == ("taken", "Sam Okafor")


def test_a_marketer_may_not_claim_over_the_api(api, mia, make_lead):
    assert api(mia).post(f"/api/leads/{make_lead().uid}/claim/").status_code == 403


def test_delete_releases(api, ana, sam, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    assert api(sam).delete(f"/api/leads/{lead.uid}/claim/").status_code == 409
    released = api(ana).delete(f"/api/leads/{lead.uid}/claim/")
    assert (released.status_code, released.json()["owner"], released.json()["desk"]) == (200, None, "board")


def test_an_action_over_the_api_acts_once_per_key(api, ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    body = {"kind": "call", "outcome": "connected", "note": "nice"}
    answers = [
        api(ana).post(f"/api/leads/{lead.uid}/actions/", body, format="json", HTTP_IDEMPOTENCY_KEY="k")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert Action.objects.count() == 1
    listed = api(ana).get(f"/api/leads/{lead.uid}/actions/").json()
    assert [(one["kind"], one["is_conversation"]) for one in listed] == [("call", True)]


@pytest.mark.parametrize(("act", "body", "status"), [
    ("accept", {}, 200), ("release", {}, 200), ("reject", {"code": "premature"}, 200),
    ("reject", {"code": "bored"}, 422), ("reject", {}, 400),
    ("hand-back", {"code": "no_answer"}, 200), ("hand-back", {"code": "sla_missed"}, 422),
    ("undo", {}, 200), ("outcome", {"outcome": "won"}, 200), ("outcome", {"outcome": "sql"}, 422),
    ("outcome", {"outcome": "eaten"}, 400), ("assign", {"rep": "ana@firm.test"}, 403),
    ("actions", {"kind": "call", "outcome": "x\x00"}, 400), ("actions", {"kind": ["call"]}, 400),
])  # fmt: skip
def test_every_act_of_the_owner_over_the_api(api, ana, make_lead, act, body, status):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    assert api(ana).post(f"/api/leads/{lead.uid}/{act}/", body, format="json").status_code == status


def test_a_manager_assigns_over_the_api(api, lea, ana, make_lead):
    lead = make_lead()
    assigned = api(lea).post(f"/api/leads/{lead.uid}/assign/", {"rep": "ANA@firm.test"}, format="json")
    assert (assigned.status_code, assigned.json()["owner"]) == (200, "ana@firm.test")
    nobody = api(lea).post(f"/api/leads/{lead.uid}/assign/", {"rep": "x@firm.test"}, format="json")
    assert (nobody.status_code, nobody.json()["code"]) == (422, "unknown_person")


def test_an_erased_lead_is_not_found(api, ana, make_lead):
    lead = make_lead()
    Lead.objects.filter(pk=lead.pk).update(erased_at="2026-01-01T00:00Z")
    assert api(ana).post(f"/api/leads/{lead.uid}/claim/").status_code == 404


def test_clocks_and_claims_can_be_read_and_filtered(api, ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    clocks = api(ana).get(f"/api/clocks/?lead={lead.uid}&state=running").json()["results"]
    assert {clock["kind"] for clock in clocks} == {"first_action", "contact"}
    open_claims = api(ana).get("/api/claims/?open=true").json()["results"]
    assert [claim["rep"] for claim in open_claims] == ["ana@firm.test"]


def test_a_manager_states_the_cause_of_a_breach_and_a_rep_may_not_look(api, lea, ana, missed):
    address = f"/api/breaches/{missed.pk}/"
    assert api(ana).get("/api/breaches/").status_code == 403
    assert api(lea).get("/api/breaches/?open=true").json()["results"][0]["rep"] == "ana@firm.test"
    unknown = api(lea).patch(address, {"cause": "moon"}, format="json")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown_cause")
    early = api(lea).patch(address, {"resolved": True}, format="json")
    assert (early.status_code, early.json()["code"]) == (422, "cause_missing")
    done = api(lea).patch(
        address, {"cause": "in_meeting", "note": "stand-up", "resolved": True}, format="json"
    )
    assert (done.status_code, done.json()["resolved_by"]) == (200, "lea@firm.test")
    assert api(lea).delete(address).status_code == 405


def test_the_claim_form_works_without_javascript(page, ana, make_lead):
    lead = make_lead()
    answer = page(ana).post(f"/leads/{lead.pk}/claim/", {"next": "/mine/"})
    assert (answer.status_code, answer["Location"]) == (302, "/mine/")
    assert Claim.objects.get().rep == ana


@pytest.mark.parametrize(
    "elsewhere", ["//evil.test", "https://evil.test/", "/\\evil.test", "javascript:alert(1)"]
)
def test_the_way_back_never_leads_elsewhere(page, ana, make_lead, elsewhere):
    lead = make_lead()
    answer = page(ana).post(f"/leads/{lead.pk}/claim/", {"next": elsewhere})
    assert answer["Location"] == f"/leads/{lead.pk}/"


def test_a_claim_is_never_made_by_a_link(page, ana, make_lead):
    assert page(ana).get(f"/leads/{make_lead().pk}/claim/").status_code == 405


def test_a_lost_claim_answers_with_who_has_the_lead(page, ana, sam, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, sam)
    answer = page(ana).post(
        f"/leads/{lead.pk}/claim/", headers={"HX-Request": "true", "HX-Target": f"lead-{lead.pk}-state"}
    )
    html = answer.content.decode()
    assert answer.status_code == 409
    assert (
        html.startswith(f'<div class="row-act" id="lead-{lead.pk}-state"')
        or f'id="lead-{lead.pk}-state"' in html
    )
    assert "Sam claimed it " in html


def test_a_claim_by_htmx_answers_with_the_parts_that_changed(page, ana, make_lead):
    lead = make_lead()
    answer = page(ana).post(
        f"/leads/{lead.pk}/claim/", headers={"HX-Request": "true", "HX-Target": f"lead-{lead.pk}-state"}
    )
    html = answer.content.decode()
    assert answer.status_code == 200
    for part in ("state", "sla", "acts", "ladder"):
        assert html.count(f'id="lead-{lead.pk}-{part}"') == 1


def test_one_click_logs_a_call_with_its_outcome(page, ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    for _ in range(2):
        page(ana).post(
            f"/leads/{lead.pk}/actions/", {"what": "call:connected", "note": "calls back", "key": "n1"}
        )
    action = Action.objects.get()
    assert (action.kind, action.outcome, action.note) == ("call", "connected", "calls back")


@pytest.mark.parametrize("who", ["ana", "sam", "mia", "lea"])
def test_the_lead_page_offers_each_person_what_they_may_do(request, page, make_lead, ana, who):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    actions.log(lead.pk, ana, "call", outcome="no_answer")
    html = page(request.getfixturevalue(who)).get(f"/leads/{lead.pk}/").content.decode()
    assert ("Release" in html) is (who == "ana")
    assert (f'action="/leads/{lead.pk}/actions/"' in html) is (who in ("ana", "lea"))
    assert (f'action="/leads/{lead.pk}/assign/"' in html) is (who == "lea")


def test_the_ladder_tells_what_happens_when_nobody_acts(page, ana, make_lead):
    html = page(ana).get(f"/leads/{make_lead().pk}/").content.decode()
    assert "goes to the next suitable rep, never to one who missed it" in html
    assert "goes back to marketing with all that was tried" in html


def test_managers_see_the_breaches_and_close_them(page, lea, missed):
    html = page(lea).get("/sla/").content.decode()
    assert "Ana Ruiz" in html
    page(lea).post(f"/sla/{missed.pk}/", {"cause": "not_seen", "note": "new here", "done": "1"})
    missed.refresh_from_db()
    assert (missed.cause, missed.note, missed.resolved_by) == ("not_seen", "new here", lea)
    assert "Nothing to review" in page(lea).get("/sla/").content.decode()
    assert "new here" in page(lea).get("/sla/?view=all").content.decode()


@pytest.mark.parametrize("who", ["ana", "mia"])
def test_others_may_not_review_breaches(request, page, who, missed):
    person = request.getfixturevalue(who)
    assert page(person).get("/sla/").status_code == 403
    assert page(person).post(f"/sla/{missed.pk}/", {"cause": "not_seen"}).status_code == 403


def test_a_manager_comes_back_to_the_breach_that_was_looked_at(page, lea, missed):
    html = page(lea).get("/sla/").content.decode()
    assert f'value="/sla/#breach-{missed.pk}"' in html
    answer = page(lea).post(f"/sla/{missed.pk}/", {"next": f"/sla/#breach-{missed.pk}", "note": "Lunch"})
    assert answer.url == f"/sla/#breach-{missed.pk}"
