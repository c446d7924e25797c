"""A lead sleeps in nurture; what it does on the site wakes it, and nobody is moved by a mere look."""

import json
import uuid

import pytest
from django.db import connection
from django.test import Client
from django_q.models import OrmQ

from handoff.claims import claim, hand_back
from handoff.models import Claim, Clock, Enrolment
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead, LeadEvent
from leadboard.notify.models import Alert
from leadboard.tracking import interest, joining
from leadboard.tracking.models import Touch
from leadboard.tracking.tokens import visitor_uid
from qualification import pipeline

INTERN = {"name": "Kim Noor", "email": "kim.noor@gmail.com", "title": "Intern", "company": "Acme"}


@pytest.fixture
def look():
    """Return a function by which a visitor looks at pages; it gives the visitor's token."""

    def at(*paths, visitor=None):
        events = [{"page": uuid.uuid4().hex[:10], "path": path} for path in paths]
        body = {"consent": True, "events": events} | ({"visitor": visitor} if visitor else {})
        answer = Client().post("/track/", json.dumps(body), content_type="text/plain")
        assert answer.status_code == 202
        return answer.json()["visitor"]

    return at


@pytest.fixture
def asleep(make_lead, look):
    """Return a lead that its first verdict sent to nurture, and its visitor's token."""
    lead = make_lead(**INTERN, lead_type="other", message="")
    token = look("/")
    joining.identify(lead, visitor_uid(token))
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert (lead.desk, lead.band) == ("nurture", "low")
    return lead, token


def an_hour_passes():
    """Let all that happened lie an hour further back: a test is one transaction, in which no time passes."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leads_leadevent SET recorded_at = recorded_at - interval '1 hour'")
        cursor.execute("UPDATE tracking_touch SET at = at - interval '1 hour'")
        cursor.execute("UPDATE tracking_interest SET told_at = told_at - interval '1 hour'")


def kinds_after(lead, version):
    return list(
        LeadEvent.objects.filter(lead=lead, version__gt=version)
        .order_by("version")
        .values_list("kind", flat=True)
    )


def test_a_sleeping_lead_that_looks_at_prices_comes_to_the_board_and_reps_are_told(
    asleep, look, ana, sam, mia
):
    lead, token = asleep
    an_hour_passes()
    version, score = lead.version, lead.score
    OrmQ.objects.all().delete()
    look("/pricing", "/demo", "/about", visitor=token)
    assert OrmQ.objects.count() == 1
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert (lead.desk, lead.due_kind) == ("board", "first_action")
    assert lead.score > score
    told = kinds_after(lead, version)
    assert [kind for kind in told if kind in ("touched", "qualified", "woke", "nurture_paused")] == [
        "touched", "qualified", "nurture_paused", "woke",
    ]  # fmt: skip
    assert Enrolment.objects.get(lead=lead).state == "paused"
    assert Clock.objects.filter(lead=lead, kind="nurture", state="running").count() == 0
    alerts = Alert.objects.filter(lead=lead, kind="high_intent")
    assert sorted(alert.person.name for alert in alerts) == ["Ana Ruiz", "Sam Okafor"]
    assert "Looked at the prices" in [reason["words"] for reason in lead.reasons]


def test_one_idle_look_changes_the_score_and_not_the_desk(asleep, look):
    lead, token = asleep
    an_hour_passes()
    look("/imprint", visitor=token)
    interest.Interest.objects.update(due_at="2020-01-01T00:00Z")
    assert interest.tell_due() == 1
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert lead.desk == "nurture"
    assert Alert.objects.filter(lead=lead).count() == 0
    assert "desk" not in LeadEvent.objects.filter(lead=lead, kind="qualified").latest("version").facts


def test_what_it_did_before_it_fell_asleep_does_not_wake_it(make_lead, look, ana, lea):
    lead = make_lead(**INTERN, lead_type="demo", message="")
    token = look("/pricing", "/demo")
    joining.identify(lead, visitor_uid(token))
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert lead.desk == "board"
    an_hour_passes()
    claim(lead.pk, ana)
    hand_back(lead.pk, ana, "wrong_time")
    ana.availability = "busy"  # so that nothing is given to her by itself
    ana.save()
    lead.refresh_from_db()
    assert lead.desk == "nurture"
    an_hour_passes()
    look("/imprint", visitor=token)
    interest.Interest.objects.update(due_at="2020-01-01T00:00Z")
    interest.tell_due()
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert lead.desk == "nurture"
    an_hour_passes()
    look("/pricing", visitor=token)
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert lead.desk == "board"
    assert [alert.person for alert in Alert.objects.filter(lead=lead, kind="high_intent")] == [ana]


def test_a_look_never_sends_a_lead_away_from_the_board(make_lead, look):
    lead = make_lead(**INTERN, lead_type="other", message="")
    joining.identify(lead, visitor_uid(token := look("/")))
    look("/pricing", visitor=token)
    pipeline.qualify(lead.pk)
    lead.refresh_from_db()
    assert lead.desk == "board"


def test_the_rep_who_holds_the_lead_hears_of_a_hot_page(make_lead, look, ana, sam):
    lead = make_lead()
    token = look("/")
    joining.identify(lead, visitor_uid(token))
    lifecycle.move(lead, "claimed", actor=ana, owner=ana, desk="sales", facts={"rep": ana.pk})
    look("/blog", visitor=token)
    assert Alert.objects.count() == 0
    look("/pricing", visitor=token)
    assert [(alert.person, alert.kind) for alert in Alert.objects.all()] == [(ana, "high_intent")]
    assert Claim.objects.count() == 0


@pytest.mark.parametrize(
    "state", [{"do_not_contact": True}, {"desk": "closed", "stage": "lost"}, {"desk": "quarantine"}]
)
def test_leads_that_are_over_or_objected_hear_nothing(make_lead, look, state):
    lead = make_lead()
    token = look("/")
    joining.identify(lead, visitor_uid(token))
    Lead.objects.filter(pk=lead.pk).update(**state)
    version = Lead.objects.get(pk=lead.pk).version
    look("/pricing", visitor=token)
    assert Lead.objects.get(pk=lead.pk).version == version
    assert Touch.objects.filter(lead=lead).count() == 2
