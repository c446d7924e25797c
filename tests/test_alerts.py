"""Alerts: what a person has to know now, until they have seen it."""

import pytest

from handoff import actions, claims
from leadboard.notify import tray
from leadboard.notify.alerts import alert, mark_seen
from leadboard.notify.models import Alert


@pytest.fixture
def told(make_lead, ana):
    """Return an alert of Ana's about a lead of hers."""
    alert(ana, make_lead(), "wrote_again", "Your lead wrote again. Read it and answer.")
    return Alert.objects.get(person=ana)


def test_an_alert_waits_until_it_is_seen_and_is_not_repeated_meanwhile(told, ana):
    alert(ana, told.lead, "wrote_again", "Once more.")
    assert tray.open_count(ana) == 1
    assert mark_seen(ana) == 1
    assert tray.open_count(ana) == 0
    alert(ana, told.lead, "wrote_again", "Once more.")
    assert [entry.alert.words for entry in tray.waiting(ana)] == ["Once more."]


def test_the_page_shows_my_alerts_and_nobody_elses(told, ana, sam, page):
    assert b"Your lead wrote again. Read it and answer." in page(ana).get("/alerts/").content
    other = page(sam).get("/alerts/").content
    assert b"Your lead wrote again" not in other
    assert b"Nothing waits for you" in other


def test_marking_one_as_seen_moves_it_to_what_was_seen_before(told, ana, page):
    answer = page(ana).post(f"/alerts/{told.pk}/seen/", follow=True)
    assert answer.redirect_chain == [("/alerts/", 302)]
    assert b"Seen before" in answer.content
    assert tray.open_count(ana) == 0


def test_nobody_marks_the_alert_of_somebody_else_as_seen(told, ana, sam, page):
    assert page(sam).post(f"/alerts/{told.pk}/seen/").status_code == 302
    assert page(sam).post("/alerts/seen/").status_code == 302
    assert tray.open_count(ana) == 1


def test_looking_changes_nothing_and_strangers_are_sent_to_sign_in(told, ana, otto, page, client):
    assert client.get("/alerts/").status_code == 302
    assert page(ana).get(f"/alerts/{told.pk}/seen/").status_code == 405
    assert page(ana).get("/alerts/99999999999999999999/seen/").status_code == 404
    assert tray.open_count(ana) == 1


def test_a_kind_without_a_face_of_its_own_is_named_by_its_code(told, ana, page):
    alert(ana, told.lead, "no_show_risk", "They may not come.")
    assert b"No show risk" in page(ana).get("/alerts/").content


def kinds_of(person):
    """Return the kinds of alerts that wait for a person."""
    return sorted(entry.alert.kind for entry in tray.waiting(person))


def test_whoever_acts_on_a_lead_need_not_be_told_of_it_any_more(make_lead, ana, sam):
    lead, other = make_lead(), make_lead(email="other@x.test")
    claims.claim(lead.pk, ana)
    for person, about in ((ana, lead), (ana, other), (sam, lead)):
        alert(person, about, "sla_soon", "The first action is nearly due.")
    actions.log(lead.pk, ana, "call")
    assert [entry.alert.lead for entry in tray.waiting(ana)] == [other]
    assert kinds_of(sam) == ["sla_soon"]


def test_what_only_the_owner_can_do_leaves_with_the_lead(make_lead, ana, sam, lea):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    for kind in ("sla_soon", "wrote_again", "high_intent"):
        alert(ana, lead, kind, "Look.")
    alert(lea, lead, "missed", "The first action was missed.")
    claims.assign(lead.pk, sam, lea)
    assert kinds_of(ana) == ["high_intent"]
    assert "assigned" in kinds_of(sam)
    assert kinds_of(lea) == ["missed"]
    claims.release(lead.pk, sam)
    assert kinds_of(sam) == []


def test_the_bell_is_counted_with_the_rest(told, ana, sam, page):
    assert page(ana).get("/board/counts/").json()["alerts"] == tray.open_count(ana) == 1
    assert page(sam).get("/board/counts/").json()["alerts"] == 0
