"""A missed first action goes to the next responder, then the manager, then marketing."""

import pytest

from handoff import actions, claims
from handoff.models import Breach, Claim, Clock, Escalation
from handoff.timing import escalation
from leadboard.leads.models import LeadEvent
from leadboard.leads.stages import Desk
from leadboard.notify.models import Alert
from leadboard.people.models import Availability, Team, User
from tests.hands import fire, turn


def steps(lead):
    """Return (level, step, rep) of what was done after the breach."""
    return list(
        Escalation.objects.filter(breach__lead=lead).order_by("level").values_list("level", "step", "rep")
    )


def kinds(lead):
    """Return the kinds of the lead's events in order."""
    return list(lead.events.order_by("version").values_list("kind", flat=True))


def test_a_lead_that_nobody_acted_on_goes_to_the_next_responder(ana, make_lead):
    lead = make_lead()
    clock = turn(lead, "first_action")
    assert fire() == 1
    lead.refresh_from_db()
    clock.refresh_from_db()
    breach = Breach.objects.get()
    assert (lead.owner, lead.desk, lead.due_kind, lead.due_state) == (
        ana,
        Desk.SALES,
        "first_action",
        "breached",
    )
    assert (clock.state, clock.ended_at, clock.fires_at) == ("breached", clock.due_at, None)
    assert (breach.clock, breach.rep, breach.due_at, breach.step) == (clock, None, clock.due_at, 1)
    assert breach.recorded_at >= breach.due_at
    assert steps(lead) == [(1, "reassign", ana.pk)]
    assert kinds(lead)[-2:] == ["breached", "rerouted"]
    assert Claim.objects.get().how == "rerouted"
    assert Clock.objects.get(kind="escalation", state="running").level == 2
    assert Alert.objects.get(person=ana).kind == "rerouted"


def test_the_breach_is_dated_by_its_due_time(make_lead):
    lead = make_lead()
    clock = turn(lead, "first_action", overdue_by=3600)
    fire()
    event = LeadEvent.objects.get(lead=lead, kind="breached")
    assert event.at == clock.due_at
    assert event.facts["late"] == "3600 s"


def test_a_rep_who_missed_a_lead_never_gets_it_again(ana, sam, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    turn(lead, "first_action")
    fire()
    lead.refresh_from_db()
    assert lead.owner == sam
    assert list(Claim.objects.order_by("pk").values_list("rep", "end", "reason")) == [
        (ana.pk, "expired", "sla_missed"), (sam.pk, "", "")]  # fmt: skip
    assert Breach.objects.get().rep == ana
    assert LeadEvent.objects.get(lead=lead, kind="rerouted").facts["from_rep"] == ana.pk


def test_when_only_who_missed_it_is_there_the_lead_lies_open_again(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    turn(lead, "first_action")
    fire()
    lead.refresh_from_db()
    assert (lead.owner, lead.desk) == (None, Desk.BOARD)
    assert steps(lead) == [(1, "reassign", None)]
    assert kinds(lead)[-1] == "escalated"


def test_when_nobody_is_free_it_waits_and_goes_to_who_is_free_first(ana, make_lead):
    User.objects.update(availability=Availability.BUSY)
    lead = make_lead()
    turn(lead, "first_action")
    fire()
    assert escalation.retry_held() == 0
    User.objects.filter(pk=ana.pk).update(availability=Availability.AVAILABLE)
    assert escalation.retry_held() == 1
    assert escalation.retry_held() == 0
    lead.refresh_from_db()
    assert lead.owner == ana
    assert steps(lead) == [(1, "reassign", ana.pk)]


@pytest.mark.parametrize("change", [
    {"availability": Availability.AWAY}, {"is_active": False}, {"cap": 0}, {"territory": ["FR"]},
    {"hours": {"zone": "UTC", "hours": {}}},
])  # fmt: skip
def test_reps_who_are_away_full_or_elsewhere_get_nothing(ana, sam, make_lead, change):
    User.objects.filter(pk=ana.pk).update(**change)
    lead = make_lead(country="DE")
    turn(lead, "first_action")
    fire()
    lead.refresh_from_db()
    assert lead.owner == sam


def test_many_leads_at_once_are_spread_over_the_reps_up_to_their_caps(ana, sam, make_lead):
    User.objects.filter(pk=ana.pk).update(cap=2)
    User.objects.filter(pk=sam.pk).update(cap=3)
    leads = [make_lead(email=f"{n}@a.test") for n in range(7)]
    for lead in leads:
        turn(lead, "first_action")
    fire()
    held = Claim.objects.filter(ended_at__isnull=True)
    assert (held.filter(rep=ana).count(), held.filter(rep=sam).count()) == (2, 3)
    assert Escalation.objects.filter(rep__isnull=True).count() == 2


def test_the_manager_and_the_inbound_team_are_alerted_next(lea, ana, sam, make_lead):
    User.objects.filter(pk=sam.pk).update(team=Team.objects.create(name="Inbound", inbound=True))
    lead = make_lead()
    turn(lead, "first_action")
    fire()
    turn(lead, "escalation")
    fire()
    assert steps(lead) == [(1, "reassign", ana.pk), (2, "manager", None)]
    assert set(Alert.objects.filter(kind="missed").values_list("person", flat=True)) == {lea.pk, sam.pk}
    assert Breach.objects.get().step == 2


def test_at_last_the_lead_goes_back_to_marketing_with_the_attempts(ana, lea, make_lead):
    lead = make_lead()
    turn(lead, "first_action")
    fire()
    for _ in range(2):
        turn(lead, "escalation")
        fire()
    lead.refresh_from_db()
    assert (lead.owner, lead.desk, lead.due_kind) == (None, Desk.NURTURE, "")
    assert steps(lead) == [(1, "reassign", ana.pk), (2, "manager", None), (3, "hand_back", None)]
    assert Claim.objects.get().end == "expired"
    assert LeadEvent.objects.get(lead=lead, kind="handed_back").facts["reason"] == "sla_missed"
    assert list(lead.clocks.filter(state="running").values_list("kind", flat=True)) == ["nurture"]


def test_an_action_ends_the_ladder_and_is_noted_on_the_incident(ana, make_lead):
    lead = make_lead()
    turn(lead, "first_action")
    fire()
    action = actions.log(lead.pk, ana, "call", outcome="no_answer")
    breach = Breach.objects.get()
    lead.refresh_from_db()
    assert breach.acted_at == action.at
    assert not Clock.objects.filter(kind="escalation", state="running").exists()
    assert Clock.objects.get(kind="first_action").state == "breached"
    assert (lead.due_kind, lead.due_state) == ("contact", "running")


def test_who_takes_an_escalating_lead_gets_the_time_of_a_responder_once(ana, sam, make_lead):
    User.objects.update(availability=Availability.BUSY)
    lead = make_lead()
    turn(lead, "first_action")
    fire()
    running = turn(lead, "escalation", overdue_by=-2)
    claims.claim(lead.pk, sam)
    given = Clock.objects.get(pk=running.pk).due_at
    assert given > running.due_at
    claims.release(lead.pk, sam)
    claims.claim(lead.pk, sam)
    assert Clock.objects.get(pk=running.pk).due_at == given


def test_a_silent_claim_goes_back_after_the_contact_clock(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    actions.log(lead.pk, ana, "call", outcome="no_answer")
    clock = turn(lead, "contact")
    fire()
    lead.refresh_from_db()
    claim = Claim.objects.get()
    assert (lead.owner, lead.desk) == (None, Desk.NURTURE)
    assert (claim.end, claim.reason, claim.attempts) == ("expired", "meager", 1)
    assert Breach.objects.get().clock == clock
    assert kinds(lead)[-3:-1] == ["breached", "handed_back"]
    assert Alert.objects.get(person=ana).kind == "missed"


def test_silence_is_warned_about_and_then_hands_back(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    actions.log(lead.pk, ana, "call", outcome="connected")
    turn(lead, "follow_up", warn=True)
    fire()
    assert Alert.objects.get(person=ana).kind == "stalled"
    turn(lead, "follow_up")
    fire()
    lead.refresh_from_db()
    assert (lead.owner, lead.desk) == (None, Desk.NURTURE)


def test_a_warning_comes_once_and_before_the_breach(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    turn(lead, "first_action", warn=True)
    assert fire() == 1
    assert fire() == 0
    lead.refresh_from_db()
    clock = lead.clocks.get(kind="first_action")
    assert (clock.state, lead.due_state) == ("running", "warned")
    assert clock.warned_at <= clock.due_at == clock.fires_at
    assert [(alert.person, alert.kind) for alert in Alert.objects.all()] == [(ana, "sla_soon")]


def test_after_an_outage_nobody_is_warned_of_what_is_over_already(ana, make_lead):
    lead = make_lead()
    clock = turn(lead, "first_action", overdue_by=86_400)
    fire()
    clock.refresh_from_db()
    assert (clock.warned_at, clock.state) == (None, "breached")
    assert "warned" not in kinds(lead)


def test_a_person_who_must_not_be_contacted_owes_nobody_an_action(make_lead):
    lead = make_lead()
    turn(lead, "first_action")
    type(lead).objects.filter(pk=lead.pk).update(do_not_contact=True)
    fire()
    assert lead.clocks.get(kind="first_action").state == "cancelled"
    assert not Breach.objects.exists()
