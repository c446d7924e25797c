"""A desk on which nobody engages with a lead for the set time passes it on."""

from datetime import timedelta

import pytest
from django.db.models import F

from handoff import claims, marketing
from handoff.models import Clock
from handoff.nurturing import nurture
from handoff.timing import timeouts
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead, LeadEvent

pytestmark = pytest.mark.django_db


def age(lead, days):
    """Let everything that ever happened to a lead have happened so many days earlier."""
    earlier = timedelta(days=days)
    LeadEvent.objects.filter(lead=lead).update(at=F("at") - earlier, recorded_at=F("recorded_at") - earlier)
    Lead.objects.filter(pk=lead.pk).update(created_at=F("created_at") - earlier)


def where(lead):
    """Return desk and stage of a lead as they are now."""
    lead.refresh_from_db()
    return lead.desk, lead.stage


def test_a_lead_on_which_nobody_acts_leaves_the_board_for_nurture(make_lead):
    old, fresh = make_lead(), make_lead(email="fresh@a.test")
    age(old, 15)
    age(fresh, 13)
    assert timeouts.pass_on() == 1
    assert (where(old), where(fresh)) == (("nurture", "raw"), ("board", "raw"))
    assert [c.kind for c in Clock.objects.filter(lead=old, state="running")] == ["nurture"]
    told = LeadEvent.objects.get(lead=old, kind="timed_out")
    assert (told.facts["reason"], told.facts["desk"]) == ("timed_out", "nurture")
    assert timeouts.pass_on() == 0


def test_a_lead_that_somebody_holds_or_that_wrote_again_stays(make_lead, ana):
    held, wrote = make_lead(), make_lead(email="w@a.test")
    claims.claim(held.pk, ana)
    age(held, 100)
    age(wrote, 100)
    lifecycle.move(wrote, "joined", facts={"source": "Demo form"})
    assert timeouts.pass_on() == 0
    assert (where(held)[0], where(wrote)[0]) == ("sales", "board")


def test_nurture_sinks_to_the_long_term_track_and_at_last_is_closed(make_lead, mia, ana):
    lead = make_lead()
    marketing.take(lead.pk, "welcome", mia)
    age(lead, 121)
    assert timeouts.pass_on() == 1
    assert where(lead)[0] == "long_nurture"
    assert nurture.open_enrolment(lead).track == "long_term"
    age(lead, 367)
    assert timeouts.pass_on() == 1
    assert where(lead) == ("closed", "disqualified")
    assert not Clock.objects.filter(lead=lead, state="running").exists()
    claims.claim(lead.pk, ana)
    assert where(lead)[0] == "sales"


def test_what_a_person_left_for_a_review_waits_for_it(make_lead, mia):
    lead = make_lead()
    marketing.take(lead.pk, "welcome", mia)
    nurture.stop(lead, "by hand")
    nurture.park(lead, "call in spring")
    age(lead, 200)
    assert timeouts.pass_on() == 0
    assert where(lead)[0] == "nurture"


def test_the_letters_of_a_track_are_no_engagement(make_lead, mia):
    lead = make_lead()
    marketing.take(lead.pk, "welcome", mia)
    age(lead, 121)
    lifecycle.move(lead, "nurture_sent", facts={"track": "welcome", "step": 1})
    assert timeouts.pass_on() == 1
