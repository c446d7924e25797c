"""What reps log is the evidence that meets clocks; it is dated by the database and never doubled."""

import pytest

from handoff import actions, claims, outcomes
from handoff.models import Action, Breach, Claim, Clock
from leadboard.http.problems import Problem
from leadboard.leads.clock import db_now
from leadboard.leads.models import LeadEvent
from leadboard.leads.stages import Desk, Stage
from tests.hands import fire, turn


@pytest.fixture
def mine(ana, make_lead):
    """A lead that Ana holds."""
    lead = make_lead()
    claims.claim(lead.pk, ana)
    lead.refresh_from_db()
    return lead


def state(lead, kind):
    """Return the state of the newest clock of this kind."""
    return lead.clocks.filter(kind=kind).latest("pk").state


@pytest.mark.parametrize("kind", ["call", "email", "text", "linkedin", "meeting"])
def test_an_attempt_in_time_meets_the_first_action_clock(ana, mine, kind):
    action = actions.log(mine.pk, ana, kind)
    clock = mine.clocks.get(kind="first_action")
    mine.refresh_from_db()
    assert (clock.state, clock.ended_at) == ("met", action.at)
    assert mine.first_action_at == action.at
    assert LeadEvent.objects.get(lead=mine, kind="action").facts["met"][0] == "first_action"


def test_a_note_is_no_attempt(ana, mine):
    actions.log(mine.pk, ana, "note", note="has two children")
    assert state(mine, "first_action") == "running"
    mine.refresh_from_db()
    assert mine.first_action_at is None


def test_the_words_of_a_note_stay_out_of_the_log_of_events(ana, mine):
    actions.log(mine.pk, ana, "note", note="has two children")
    assert "children" not in str(LeadEvent.objects.filter(lead=mine).values_list("facts", flat=True))


def test_a_conversation_meets_the_contact_clock_and_the_silence_is_counted_from_it(ana, mine):
    action = actions.log(mine.pk, ana, "call", outcome="connected")
    mine.refresh_from_db()
    follow_up = mine.clocks.get(kind="follow_up", state="running")
    assert action.is_conversation
    assert state(mine, "contact") == "met"
    assert mine.conversation_at == action.at == follow_up.anchored_at
    assert (mine.due_kind, mine.due_at) == ("follow_up", follow_up.due_at)


def test_an_attempt_without_an_answer_leaves_the_contact_clock_running(ana, mine):
    actions.log(mine.pk, ana, "call", outcome="no_answer")
    mine.refresh_from_db()
    assert state(mine, "contact") == "running"
    assert (mine.due_kind, mine.due_state) == ("contact", "running")
    assert mine.conversation_at is None


def test_each_action_after_the_conversation_counts_the_silence_anew(ana, mine):
    actions.log(mine.pk, ana, "call", outcome="connected")
    last = actions.log(mine.pk, ana, "email", outcome="sent")
    assert list(mine.clocks.filter(kind="follow_up").order_by("pk").values_list("state", flat=True)) == [
        "met", "running"]  # fmt: skip
    assert mine.clocks.get(kind="follow_up", state="running").anchored_at == last.at


def test_the_same_key_again_is_the_same_action(ana, mine):
    first = actions.log(mine.pk, ana, "call", key="k1")
    assert actions.log(mine.pk, ana, "call", key="k1") == first
    assert Action.objects.count() == 1


def test_a_key_of_another_action_is_refused(ana, mine, make_lead):
    actions.log(mine.pk, ana, "call", key="k1")
    other = make_lead(email="o@o.test")
    claims.claim(other.pk, ana)
    with pytest.raises(Problem) as refused:
        actions.log(other.pk, ana, "call", key="k1")
    assert (refused.value.status, refused.value.code) == (422, "key_reused")


def test_a_late_action_before_the_clock_fired_is_a_breach_that_was_acted_on(ana, mine):
    turn(mine, "first_action", overdue_by=5)
    action = actions.log(mine.pk, ana, "call")
    breach = Breach.objects.get()
    assert (breach.rep, breach.acted_at) == (ana, action.at)
    assert state(mine, "first_action") == "breached"
    assert fire() == 0


def test_only_the_rep_and_managers_log_on_a_lead(lea, sam, mine):
    with pytest.raises(Problem) as refused:
        actions.log(mine.pk, sam, "call")
    assert (refused.value.status, refused.value.code) == (409, "not_yours")
    assert actions.log(mine.pk, lea, "call").actor == lea


def test_nobody_logs_on_a_lead_that_nobody_has(ana, make_lead):
    with pytest.raises(Problem) as refused:
        actions.log(make_lead().pk, ana, "call")
    assert (refused.value.status, refused.value.code) == (409, "not_claimed")


@pytest.mark.parametrize(("kind", "outcome", "code"), [
    ("dance", "", "unknown_action"),
    ("call", "sold", "unknown_outcome"),
    ("note", "connected", "unknown_outcome"),
])  # fmt: skip
def test_what_the_playbook_does_not_know_is_refused(ana, mine, kind, outcome, code):
    with pytest.raises(Problem) as refused:
        actions.log(mine.pk, ana, kind, outcome=outcome, note="x")
    assert (refused.value.status, refused.value.code) == (422, code)


def test_acceptance_makes_an_sal_once(ana, mine):
    outcomes.accept(mine.pk, ana)
    version = outcomes.accept(mine.pk, ana).version
    mine.refresh_from_db()
    assert (mine.stage, mine.version) == (Stage.SAL, version)


def test_a_rejection_needs_a_known_code(ana, mine):
    with pytest.raises(Problem) as refused:
        outcomes.reject(mine.pk, ana, "")
    assert refused.value.status == 422
    assert "duplicate" in refused.value.extra["reasons"]


@pytest.mark.parametrize(("code", "desk", "stage"), [
    ("premature", Desk.NURTURE, Stage.RAW), ("outside_territory", Desk.CLOSED, Stage.DISQUALIFIED),
    ("duplicate", Desk.CLOSED, Stage.DISQUALIFIED),
])  # fmt: skip
def test_a_rejected_lead_goes_where_its_reason_says(ana, mine, code, desk, stage):
    outcomes.reject(mine.pk, ana, code)
    mine.refresh_from_db()
    assert (mine.owner, mine.desk, mine.stage) == (None, desk, stage)
    assert Claim.objects.get().end == "rejected"
    assert not Clock.objects.filter(lead=mine, state="running").exclude(kind="nurture").exists()


def test_an_sql_needs_its_contract_and_the_refusal_lists_what_is_missing(ana, mine):
    with pytest.raises(Problem) as refused:
        outcomes.to_sql(mine.pk, ana, problem="loses leads", authority="", next_step="", next_step_at=None)
    assert (refused.value.status, refused.value.code) == (422, "contract")
    assert [one["field"] for one in refused.value.extra["missing"]] == [
        "authority",
        "next_step",
        "next_step_at",
    ]
    mine.refresh_from_db()
    assert mine.stage == Stage.RAW


def test_an_sql_has_its_next_step_timed(ana, mine):
    actions.log(mine.pk, ana, "call", outcome="connected")
    outcomes.accept(mine.pk, ana)
    at = db_now().replace(year=2100)
    outcomes.to_sql(mine.pk, ana, problem="p", authority="CFO", next_step="demo", next_step_at=at)
    mine.refresh_from_db()
    meeting = mine.clocks.get(kind="meeting", state="running")
    assert (mine.stage, meeting.warn_at) == (Stage.SQL, at)
    assert mine.extra["authority"] == "CFO"
    actions.log(mine.pk, ana, "meeting", outcome="held")
    assert state(mine, "meeting") == "met"
    assert state(mine, "follow_up") == "running"


def test_a_won_lead_is_closed_and_nothing_runs_on(ana, mine):
    outcomes.won(mine.pk, ana)
    outcomes.won(mine.pk, ana)
    mine.refresh_from_db()
    assert (mine.stage, mine.desk, mine.owner) == (Stage.WON, Desk.CLOSED, None)
    assert mine.closed_at is not None
    assert not mine.clocks.filter(state="running").exists()
    assert Claim.objects.get().end == "closed"


def test_an_outcome_is_recorded_for_a_lead_that_nobody_holds(lea, make_lead):
    lead = make_lead()
    outcomes.record(lead.pk, lea, "lost", code="budget")
    lead.refresh_from_db()
    assert (lead.stage, lead.desk) == (Stage.LOST, Desk.CLOSED)
    assert not lead.clocks.filter(state="running").exists()


def test_a_rep_may_not_close_the_lead_of_another(sam, mine):
    with pytest.raises(Problem) as refused:
        outcomes.won(mine.pk, sam)
    assert (refused.value.status, refused.value.code) == (409, "not_yours")


def test_an_outcome_in_the_future_is_refused(lea, make_lead):
    with pytest.raises(Problem) as refused:
        outcomes.record(make_lead().pk, lea, "won", at=db_now().replace(year=2100))
    assert (refused.value.status, refused.value.code) == (422, "in_the_future")


def test_only_a_manager_reopens_and_the_lead_is_with_marketing(ana, lea, mine):
    outcomes.lost(mine.pk, ana)
    with pytest.raises(Problem) as refused:
        outcomes.reopen(mine.pk, ana)
    assert refused.value.status == 403
    outcomes.reopen(mine.pk, lea)
    mine.refresh_from_db()
    assert (mine.stage, mine.desk, mine.closed_at) == (Stage.MQL, Desk.NURTURE, None)
    assert mine.clocks.filter(state="running", kind="nurture").exists()
