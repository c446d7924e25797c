"""Each invariant holds for a firm in order, and each finds the fault that it is there for."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from handoff.models import Action, Breach, Claim, Clock, Enrolment, Escalation, Send
from leadboard.capture.models import Source, Submission
from leadboard.doctor.invariants import ALL, violations
from leadboard.leads import lifecycle, reactions
from leadboard.leads.clock import db_now
from leadboard.leads.models import LeadScore
from leadboard.playbook import versions
from leadboard.playbook.models import PlaybookVersion
from leadboard.tracking.models import Interest, Touch, Visitor
from qualification.models import Rescoring, ScoredAgain, ScoringModel, Verdict

BY_NAME = {invariant.name: invariant for invariant in ALL}
MINUTE = timedelta(minutes=1)


def run(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


class Firm:
    """A claimed lead, one on the board, one in nurture; everything as the product leaves it."""

    def __init__(self, rep, other):
        self.rep, self.other, self.now = rep, other, db_now()
        self.version = versions.active().version
        self.held = self.lead(desk="board")
        self.free = self.lead(desk="board")
        self.nurtured = self.lead(desk="nurture")
        self.claim = self.begin_claim(self.held, rep)
        self.owed = self.clock(self.held, "contact", claim=self.claim)
        self.first = self.clock(self.free, "first_action")
        self.enrolment = Enrolment.objects.create(
            lead=self.nurtured, track="warm", playbook_version=self.version, step=1, next_at=self.now + MINUTE
        )
        self.mail(1, decided_at=self.now - 10 * MINUTE)
        self.submission = Submission.objects.create(
            source=Source.objects.create(name="Demo form"),
            body=b"{}",
            body_hash=b"",
            state="captured",
            lead=self.free,
        )
        self.verdict = Verdict.objects.create(
            lead=self.free, lead_version=1, enquiry_class="buying", score=70, method="scorecard",
            features={"pages": 3}, playbook_version=self.version,
        )  # fmt: skip
        LeadScore.objects.create(
            lead=self.free, score=70, by_verdict=self.verdict.pk, by_playbook=self.version
        )
        self.number_events()

    def lead(self, **fields):
        return lifecycle.capture({"name": "Diana Ek", "source": "Demo form"} | fields, facts={})[0]

    def begin_claim(self, lead, rep):
        facts = {"owner": rep.pk, "desk": "sales", "stage": lead.stage}
        lifecycle.move(lead, "claimed", actor=rep, facts=facts, owner=rep, desk="sales")
        return Claim.objects.create(lead=lead, rep=rep, from_desk="board", started_at=self.now - MINUTE)

    def clock(self, lead, kind, due=MINUTE, **fields):
        """A running clock that was started a minute ago; `due` is counted from now."""
        defaults = {
            "rule": kind, "playbook_version": self.version, "anchored_at": self.now - 5 * MINUTE,
            "started_at": self.now - 5 * MINUTE, "due_at": self.now + due, "fires_at": self.now + due,
        }  # fmt: skip
        return Clock.objects.create(lead=lead, kind=kind, **defaults | fields)

    def ended(self, lead, kind, state, due=-MINUTE, **fields):
        """A clock that has ended on its due time."""
        defaults = {"state": state, "fires_at": None, "ended_at": self.now + due, "recorded_at": self.now}
        return self.clock(lead, kind, due, **defaults | fields)

    def missed(self, lead):
        """A breached first action with its incident."""
        clock = self.ended(lead, "first_action", "breached")
        return Breach.objects.create(clock=clock, lead=lead, due_at=clock.due_at)

    def act(self, lead, at, **fields):
        return Action.objects.create(lead=lead, actor=self.rep, **{"kind": "call", "at": at} | fields)

    def mail(self, step, **fields):
        token = f"token {Send.objects.count()}"
        return Send.objects.create(
            lead=self.nurtured, enrolment=self.enrolment, step=step, token=token, **fields
        )

    def number_events(self):
        run(
            "UPDATE leads_leadevent e SET seq = n.place FROM ("
            " SELECT id, row_number() OVER (ORDER BY id) AS place FROM leads_leadevent) n WHERE n.id = e.id"
        )

    def loosen(self):
        """Take away the database's own guards, which would refuse most of the faults."""
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("DROP INDEX one_open_claim_per_lead, one_send_per_step, one_submission_per_key")
        for table, name in GUARDS:
            run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


GUARDS = [
    ("handoff_clock", "a_clock_runs_or_has_ended"),
    ("handoff_clock", "a_warning_comes_before_the_breach"),
    ("handoff_escalation", "each_escalation_level_once"),
    ("leads_lead", "an_owned_lead_is_on_the_sales_desk"),
    ("leads_lead", "the_sales_desk_has_an_owner"),
    ("leads_leadevent", "leads_leadevent_seq_key"),
]


@pytest.fixture
def firm(ana, sam, settings):
    """A firm in order, in which nothing reacts by itself."""
    settings.LEADBOARD_WIRING = "tests.no_reactions"
    reactions.wiring.cache_clear()
    yield Firm(ana, sam)
    reactions.wiring.cache_clear()


def two_open_claims(firm):
    Claim.objects.create(lead=firm.held, rep=firm.other, from_desk="board")
    return firm.held.pk


def owner_without_claim(firm):
    run("UPDATE leads_lead SET owner_id = %s WHERE id = %s", firm.other.pk, firm.free.pk)
    return firm.free.pk


def overlapping_spells(firm):
    Claim.objects.filter(pk=firm.claim.pk).update(ended_at=firm.now, end="released")
    Claim.objects.create(lead=firm.held, rep=firm.other, from_desk="board", started_at=firm.now - MINUTE / 2)
    return firm.held.pk


def change_without_event(firm):
    run("UPDATE leads_lead SET version = version + 1 WHERE id = %s", firm.free.pk)
    return firm.free.pk


def row_beside_the_log(firm):
    run("UPDATE leads_lead SET stage = 'sql' WHERE id = %s", firm.held.pk)
    return firm.held.pk


def more_than_the_cap(firm):
    type(firm.rep).objects.filter(pk=firm.rep.pk).update(cap=1)
    firm.begin_claim(firm.free, firm.rep)
    return firm.rep.email


def claim_on_a_forbidden_lead(firm):
    run("UPDATE leads_lead SET do_not_contact = true WHERE id = %s", firm.held.pk)
    return firm.held.pk


def ended_clock_that_still_fires(firm):
    Clock.objects.filter(pk=firm.first.pk).update(state="met", ended_at=firm.now, recorded_at=firm.now)
    return firm.free.pk


def met_by_nothing(firm):
    firm.act(firm.free, firm.now - 3 * MINUTE, kind="note")
    firm.ended(firm.free, "first_action", "met")
    return firm.free.pk


def met_too_late(firm):
    firm.act(firm.held, firm.now, is_conversation=True)
    firm.ended(firm.held, "contact", "met", ended_at=firm.now)
    return firm.held.pk


def missed_although_done(firm):
    firm.missed(firm.free)
    firm.act(firm.free, firm.now - 3 * MINUTE)
    return firm.free.pk


def fired_too_early(firm):
    clock = firm.ended(firm.free, "parked", "breached", recorded_at=firm.now - 2 * MINUTE)
    return clock.lead_id


def breach_dated_by_its_discovery(firm):
    clock = firm.ended(firm.free, "parked", "breached", ended_at=firm.now)
    return clock.lead_id


def miss_without_incident(firm):
    return firm.ended(firm.held, "contact", "breached").lead_id


def clock_that_nobody_fires(firm):
    Clock.objects.filter(pk=firm.first.pk).update(fires_at=firm.now - MINUTE)
    return firm.free.pk


def left_out_step(firm):
    breach = firm.missed(firm.free)
    Escalation.objects.create(breach=breach, level=1, step="reassign")
    Escalation.objects.create(breach=breach, level=3, step="hand_back")
    return firm.free.pk


def step_taken_twice(firm):
    breach = firm.missed(firm.free)
    for _ in range(2):
        Escalation.objects.create(breach=breach, level=1, step="reassign")
    return firm.free.pk


def time_won_by_releasing(firm):
    Clock.objects.filter(pk=firm.first.pk).update(
        state="cancelled", ended_at=firm.now, recorded_at=firm.now, fires_at=None
    )
    firm.clock(firm.free, "first_action", due=10 * MINUTE)
    return firm.free.pk


def warned_of_the_past(firm):
    firm.ended(firm.free, "parked", "cancelled", warned_at=firm.now)
    return firm.free.pk


def clock_that_outlives_its_claim(firm):
    Claim.objects.filter(pk=firm.claim.pk).update(ended_at=firm.now, end="released")
    return firm.held.pk


def claimed_and_forgotten(firm):
    firm.owed.delete()
    return firm.held.pk


def on_the_board_and_forgotten(firm):
    firm.first.delete()
    return firm.free.pk


def in_nurture_and_forgotten(firm):
    Enrolment.objects.update(next_at=firm.now - 2 * MINUTE)
    return firm.nurtured.pk


def two_voices(firm):
    Enrolment.objects.create(lead=firm.held, track="warm", playbook_version=firm.version)
    return firm.held.pk


def step_sent_twice(firm):
    firm.mail(1)
    return firm.nurtured.pk


def step_left_out(firm):
    Enrolment.objects.update(step=3)
    firm.mail(3)
    return firm.nurtured.pk


def sent_although_claimed(firm):
    firm.begin_claim(firm.nurtured, firm.rep)
    firm.mail(2)
    return firm.nurtured.pk


def sent_although_stopped(firm):
    Enrolment.objects.update(state="stopped", ended_at=firm.now - 20 * MINUTE)
    return firm.nurtured.pk


def in_a_track_although_unsubscribed(firm):
    run("UPDATE leads_lead SET do_not_contact = true WHERE id = %s", firm.nurtured.pk)
    return firm.nurtured.pk


def gap_in_the_numbers(firm):
    run("UPDATE leads_leadevent SET seq = 1000 WHERE seq = (SELECT max(seq) FROM leads_leadevent)")
    return 1000


def numbers_against_the_order(firm):
    run("UPDATE leads_leadevent SET seq = 100 - version WHERE lead_id = %s", firm.held.pk)
    return firm.held.pk


def event_without_a_number(firm):
    run(
        "UPDATE leads_leadevent SET seq = NULL, recorded_at = now() - interval '1 min' WHERE lead_id = %s",
        firm.free.pk,
    )
    return firm.free.pk


def submission_left_behind(firm):
    Submission.objects.update(state="received", received_at=firm.now - 2 * MINUTE)
    return firm.submission.pk


def submission_without_its_lead(firm):
    Submission.objects.update(lead=None)
    return firm.submission.pk


def delivery_counted_twice(firm):
    for _ in range(2):
        Submission.objects.create(
            source=firm.submission.source, body=b"{}", body_hash=b"", state="received", idempotency_key="a"
        )
    return firm.submission.source_id


def quarantined_without_a_word(firm):
    Submission.objects.update(state="quarantined")
    return firm.submission.pk


def touch_of_who_withdrew(firm):
    visitor = Visitor.objects.create(uid=uuid4(), withdrawn_at=firm.now)
    Touch.objects.create(at=firm.now, kind="view", visitor=visitor, what="/")
    return visitor.pk


def touch_of_which_nobody_hears(firm):
    Interest.objects.create(lead=firm.free, at=firm.now, due_at=firm.now - 2 * MINUTE)
    return firm.free.pk


def event_changed_afterwards(firm):
    run("""UPDATE leads_leadevent SET facts = '{"source": "other"}' WHERE lead_id = %s""", firm.free.pk)
    return firm.free.pk


def score_out_of_nothing(firm):
    Verdict.objects.update(features={})
    return firm.free.pk


def score_of_no_model(firm):
    Verdict.objects.update(method="model")
    return firm.free.pk


def score_that_nobody_decided(firm):
    LeadScore.objects.update(score=71)
    return firm.free.pk


def score_of_an_older_verdict(firm):
    firm.verdict.pk = None
    firm.verdict.lead_version = 2
    firm.verdict.save()
    return firm.free.pk


def score_that_never_says_why(firm):
    now = firm.now
    Rescoring.objects.create(playbook_version=firm.version, to_do=1, finished_at=now)
    LeadScore.objects.update(reasons=None)
    return firm.free.pk


def score_by_another_model_than_told(firm):
    ScoredAgain.objects.create(
        lead=firm.free, verdict=firm.verdict, method="scorecard", playbook_version=firm.version, score=70,
        fit=30, intent=30, probability=0.5, model_id=7,
    )  # fmt: skip
    return firm.free.pk


def decision_by_an_unknown_playbook(firm):
    Verdict.objects.update(playbook_version=99)
    return firm.free.pk


def two_playbooks_in_force(firm):
    run("DROP INDEX one_playbook_in_force")
    text = PlaybookVersion.objects.get().text
    PlaybookVersion.objects.create(number=firm.version + 1, text=text, digest=b"", active=True)
    return "playbook"


def name_of_an_erased_person(firm):
    run(
        "UPDATE leads_lead SET erased_at = now(), desk = 'closed', do_not_contact = true WHERE id = %s",
        firm.free.pk,
    )
    return firm.free.pk


def two_models_in_force(firm):
    run("DROP INDEX one_live_scoring_model")
    for number in (1, 2):
        ScoringModel.objects.create(number=number, state="live", content=b"", sha256="", outcomes=0)
    return "model"


FAULTS = [
    ("one open claim per lead", two_open_claims),
    ("the owner is the rep of the open claim", owner_without_claim),
    ("spells of ownership do not overlap", overlapping_spells),
    ("events are 1..n and n is the version", change_without_event),
    ("folding the events gives the row", row_beside_the_log),
    ("nobody holds more than the cap", more_than_the_cap),
    ("no open claim on a lead that is over", claim_on_a_forbidden_lead),
    ("a clock runs or has ended once", ended_clock_that_still_fires),
    ("met means evidence in time", met_by_nothing),
    ("met means evidence in time", met_too_late),
    ("breached means nothing was in time", missed_although_done),
    ("a breach is recorded after its due time and dated by it", fired_too_early),
    ("a breach is recorded after its due time and dated by it", breach_dated_by_its_discovery),
    ("each missed promise has its incident", miss_without_incident),
    ("no clock is overdue", clock_that_nobody_fires),
    ("escalation levels are 1..k", left_out_step),
    ("escalation levels are 1..k", step_taken_twice),
    ("claiming again does not lengthen the first response", time_won_by_releasing),
    ("a warning comes before the breach", warned_of_the_past),
    ("a clock of a claim ends with it", clock_that_outlives_its_claim),
    ("a claimed lead has a running clock", claimed_and_forgotten),
    ("a lead on the board has a running clock", on_the_board_and_forgotten),
    ("a nurtured lead has a next step", in_nurture_and_forgotten),
    ("no track is active on a claimed lead", two_voices),
    ("steps are sent once and in order", step_sent_twice),
    ("steps are sent once and in order", step_left_out),
    ("nothing is sent while sales has the lead", sent_although_claimed),
    ("nothing is sent after a track has ended", sent_although_stopped),
    ("nobody is in a track who must not be contacted", in_a_track_although_unsubscribed),
    ("the numbers of events have no gap", gap_in_the_numbers),
    ("a lead's events are numbered in their order", numbers_against_the_order),
    ("events are numbered at once", event_without_a_number),
    ("an accepted submission does not lie around", submission_left_behind),
    ("a captured submission names its lead", submission_without_its_lead),
    ("a delivery counts once", delivery_counted_twice),
    ("a quarantined submission says why", quarantined_without_a_word),
    ("nothing is kept of a visitor who withdrew", touch_of_who_withdrew),
    ("each lead hears of its touches in time", touch_of_which_nobody_hears),
    ("the chain of each lead verifies", event_changed_afterwards),
    ("each score names its model and inputs", score_out_of_nothing),
    ("each score names its model and inputs", score_of_no_model),
    ("the score that stands is the newest decision's", score_that_nobody_decided),
    ("the score that stands is the newest decision's", score_of_an_older_verdict),
    ("the score that stands is the newest decision's", score_by_another_model_than_told),
    ("each score says why", score_that_never_says_why),
    ("each decision names a playbook that exists", decision_by_an_unknown_playbook),
    ("nothing is left of a person who was erased", name_of_an_erased_person),
    ("one playbook and at most one model are in force", two_playbooks_in_force),
    ("one playbook and at most one model are in force", two_models_in_force),
]


def test_a_firm_in_order_breaks_none(firm):
    assert {invariant.name: violations(invariant) for invariant in ALL} == {name: [] for name in BY_NAME}


def test_every_invariant_has_a_fault_that_it_finds():
    assert {name for name, _ in FAULTS} == set(BY_NAME)


@pytest.mark.parametrize(("name", "plant"), FAULTS, ids=[plant.__name__ for _, plant in FAULTS])
def test_the_fault_is_found_and_named(firm, name, plant):
    firm.loosen()
    assert violations(BY_NAME[name]) == []
    broken = plant(firm)
    assert [row[0] for row in violations(BY_NAME[name])] == [broken]


def test_the_command_names_what_is_broken_with_its_promise_and_fails(firm):
    firm.owed.delete()
    out = StringIO()
    with pytest.raises(CommandError, match="1 wrong"):
        call_command("doctor", invariants=True, stdout=out)
    assert (
        "WRONG  a claimed lead has a running clock: Whoever holds a lead owes something by a certain time.\n"
        f"       {firm.held.pk}, sales\n"
    ) in out.getvalue()


def test_the_command_is_content_with_a_firm_in_order(firm):
    out = StringIO()
    call_command("doctor", invariants=True, stdout=out)
    assert out.getvalue().count("ok   ") == len(ALL)
    assert "WRONG" not in out.getvalue()
