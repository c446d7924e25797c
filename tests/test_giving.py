"""A lead that the playbook gives to a rep: at once, when somebody is free; and never over a cap."""

from datetime import timedelta

import pytest
from django.db.models import F

from handoff import giving
from handoff.claims import claim
from handoff.models import AwaitedRep, Claim
from leadboard.leads.models import LeadEvent
from leadboard.notify.models import Alert
from leadboard.people.models import Availability, Team
from leadboard.playbook import versions
from leadboard.playbook.models import DEFAULT
from qualification import pipeline
from tests.mailing import run_together

BUYER = (
    "We run two sites, about 60 people. Budget is approved. We want to start in January. "
    "Can we have a demo and a quote?"
)


@pytest.fixture
def at_once(db):
    """An agreement by which a hot lead is given to a rep at once."""
    versions.apply(DEFAULT.read_text().replace(", assign_after: 3m", ""))


@pytest.fixture
def hot(make_lead):
    """Return a function that captures a lead of the high band; each is another person."""

    def make(number=1, **fields):
        defaults = {
            "name": "Ana Lund", "email": f"lund{number}@halden-optik.de", "phone": "+49 3641 555014",
            "title": "VP Operations", "company": "Halden Optik GmbH", "message": BUYER,
        }  # fmt: skip
        return make_lead(**(defaults | fields))

    return make


def owner_of(lead):
    lead.refresh_from_db()
    return lead.owner


def test_those_at_the_board_have_the_first_turn_then_it_goes_to_a_rep_who_is_free(hot, ana, sam):
    first, second = hot(1), hot(2)
    for lead in (first, second):
        pipeline.qualify(lead.pk)
    assert (owner_of(first), first.desk, giving.retry()) == (None, "board", 0)
    claim(first.pk, sam)
    AwaitedRep.objects.update(since=F("since") - timedelta(minutes=3))
    assert giving.retry() == 1
    assert (owner_of(first), owner_of(second)) == (sam, ana)
    assert not AwaitedRep.objects.exists()


def test_a_hot_lead_goes_at_once_to_a_rep_who_is_free_and_they_are_told(at_once, hot, ana):
    lead = hot()
    pipeline.qualify(lead.pk)
    assert owner_of(lead) == ana
    held = Claim.objects.get(lead=lead)
    assert (held.how, held.from_desk, held.ended_at) == ("assigned", "board", None)
    event = LeadEvent.objects.get(lead=lead, kind="assigned")
    assert (event.actor, event.facts["tier"], event.facts["route_rule"]) == (
        None,
        "sales",
        "routes.buying.high",
    )
    assert Alert.objects.get(person=ana).kind == "assigned"


def test_a_lead_of_the_medium_band_stays_for_whoever_claims_it(make_lead, ana):
    lead = make_lead(message="Please send a quote.", title="", phone="", lead_type="other", company="")
    assert pipeline.qualify(lead.pk).band == "medium"
    assert owner_of(lead) is None
    assert lead.desk == "board"


def test_while_nobody_is_free_it_lies_on_the_board_for_all_and_goes_to_the_first_who_is(at_once, hot, ana):
    ana.availability = Availability.AWAY
    ana.save()
    lead = hot()
    pipeline.qualify(lead.pk)
    assert owner_of(lead) is None
    assert lead.desk == "board"
    assert AwaitedRep.objects.get().lead == lead
    assert giving.retry() == 0
    ana.availability = Availability.AVAILABLE
    ana.save()
    assert giving.retry() == 1
    assert owner_of(lead) == ana
    assert not AwaitedRep.objects.exists()
    assert giving.retry() == 0


def test_who_claims_a_waiting_lead_keeps_it(hot, ana, sam):
    for rep in (ana, sam):
        rep.availability = Availability.AWAY
        rep.save()
    lead = hot()
    pipeline.qualify(lead.pk)
    claim(lead.pk, sam)
    ana.availability = Availability.AVAILABLE
    ana.save()
    assert giving.retry() == 0
    assert owner_of(lead) == sam
    assert not AwaitedRep.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_burst_never_puts_anybody_over_their_cap_and_the_rest_waits(at_once, hot, ana, sam):
    for rep in (ana, sam):
        rep.cap = 2
        rep.save()
    leads = [hot(number) for number in range(6)]
    run_together([lambda lead=lead: pipeline.qualify(lead.pk) for lead in leads])
    held = [Claim.objects.filter(rep=rep, ended_at=None).count() for rep in (ana, sam)]
    assert held == [2, 2]
    assert AwaitedRep.objects.count() == 2
    run_together([giving.retry, giving.retry])
    assert Claim.objects.count() == 4


def test_a_partly_interested_lead_goes_to_pre_sales_and_without_them_to_sales(at_once, hot, ana, sam):
    sam.team = Team.objects.create(name="First talks", tier="presales")
    sam.save()
    asks = {
        "message": "Which standards does your interface comply with? Is there documentation?",
        "lead_type": "demo", "extra": {"visits": 9, "seconds_on_site": 2000}, "target_account": True,
    }  # fmt: skip
    first = hot(1, **asks)
    assert (pipeline.qualify(first.pk).enquiry_class, owner_of(first)) == ("information", sam)
    sam.availability = Availability.AWAY
    sam.save()
    second = hot(2, **asks)
    pipeline.qualify(second.pk)
    assert owner_of(second) == ana


def test_a_buyer_is_not_given_to_pre_sales(hot, sam):
    sam.team = Team.objects.create(name="First talks", tier="presales")
    sam.save()
    lead = hot()
    pipeline.qualify(lead.pk)
    assert owner_of(lead) is None
    assert AwaitedRep.objects.get().tier == "sales"
