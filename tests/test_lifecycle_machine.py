"""Acts in any order, by anybody, with clocks that run out in between: the invariants hold after each."""

import contextlib

from django.db import connection
from django.test import TransactionTestCase
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import integers, sampled_from

from handoff import actions, claims, outcomes
from handoff.models import Breach, Claim, Clock, Enrolment, Escalation
from handoff.timing import escalation
from leadboard.http.problems import Problem
from leadboard.leads import chain, lifecycle
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage
from leadboard.people.models import Role, User
from tests.hands import fire, turn

FIRST_FOUR = ("first_action", "contact", "follow_up", "meeting")
NUMBER = integers(0, 1)
REJECTIONS = sampled_from(["premature", "outside_territory", "duplicate", "wrong_persona"])
ENDS = sampled_from(["connected", "no_answer", "voicemail"])


class Firm(RuleBasedStateMachine):
    """Two reps, a manager, two leads."""

    def __init__(self):
        super().__init__()
        self.reps = [
            User.objects.create(email=f"rep{n}@firm.test", name=f"Rep {n}", role=Role.REP, cap=1)
            for n in range(2)
        ]
        self.manager = User.objects.create(email="lead@firm.test", name="Lead", role=Role.MANAGER)
        self.leads = [
            lifecycle.capture({"name": f"Lead {n}", "lead_type": "demo"}, facts={"source": "form"})[0]
            for n in range(2)
        ]
        self.due = {lead.pk: lead.clocks.get(kind="first_action").due_at for lead in self.leads}

    def teardown(self):
        """Empty the database for the next history."""
        TransactionTestCase._fixture_teardown(TransactionTestCase("run"))

    def act(self, do, lead, *args, **more):
        """Do it; a refusal is fine, anything else is not."""
        with contextlib.suppress(Problem):
            do(self.leads[lead].pk, *args, **more)

    @rule(lead=NUMBER, rep=NUMBER)
    def claim(self, lead, rep):
        self.act(claims.claim, lead, self.reps[rep])

    @rule(lead=NUMBER, rep=NUMBER)
    def release(self, lead, rep):
        self.act(claims.release, lead, self.reps[rep])

    @rule(lead=NUMBER, rep=NUMBER)
    def undo(self, lead, rep):
        self.act(claims.undo, lead, self.reps[rep])

    @rule(lead=NUMBER, rep=NUMBER)
    def assign(self, lead, rep):
        self.act(claims.assign, lead, self.reps[rep], self.manager)

    @rule(lead=NUMBER, rep=NUMBER, end=ENDS)
    def call(self, lead, rep, end):
        self.act(actions.log, lead, self.reps[rep], "call", outcome=end)

    @rule(lead=NUMBER, rep=NUMBER)
    def accept(self, lead, rep):
        self.act(outcomes.accept, lead, self.reps[rep])

    @rule(lead=NUMBER, rep=NUMBER, code=REJECTIONS)
    def reject(self, lead, rep, code):
        self.act(outcomes.reject, lead, self.reps[rep], code)

    @rule(lead=NUMBER, rep=NUMBER)
    def hand_back(self, lead, rep):
        self.act(claims.hand_back, lead, self.reps[rep], "wrong_time")

    @rule(lead=NUMBER, outcome=sampled_from(["won", "lost"]))
    def close(self, lead, outcome):
        self.act(outcomes.record, lead, self.manager, outcome)

    @rule(lead=NUMBER)
    def reopen(self, lead):
        self.act(outcomes.reopen, lead, self.manager)

    @rule(lead=NUMBER)
    def write_again(self, lead):
        fresh = Lead.objects.get(pk=self.leads[lead].pk)
        lifecycle.move(fresh, "joined", facts={"source": "form"})

    @rule(lead=NUMBER, route=sampled_from(["board", "nurture", "closed"]))
    def qualify(self, lead, route):
        fresh = Lead.objects.get(pk=self.leads[lead].pk)
        if fresh.owner_id or fresh.desk == Desk.CLOSED:
            return
        stage = {"board": Stage.MQL, "nurture": Stage.RAW, "closed": Stage.DISQUALIFIED}[route]
        facts = {
            "route": f"routes.{route}",
            "track": "welcome",
            "enquiry_class": "information",
            "desk": route,
        }
        lifecycle.move(fresh, "qualified", facts=facts, desk=route, stage=stage)

    @rule(lead=NUMBER, kind=sampled_from([*FIRST_FOUR, "escalation"]))
    def run_out(self, lead, kind):
        if Clock.objects.filter(lead=self.leads[lead], kind=kind, state="running").exists():
            clock = turn(self.leads[lead], kind)
            if kind == "first_action":
                self.due[clock.lead_id] = clock.due_at
            fire()

    @rule()
    def retry(self):
        escalation.retry_held()

    @invariant()
    def ownership_is_one_truth(self):
        """I1, I2, I7, I8: the owner is the rep of the one open claim; nobody is over the cap."""
        for lead in Lead.objects.all():
            held = list(Claim.objects.filter(lead=lead, ended_at__isnull=True).values_list("rep", flat=True))
            assert held == ([lead.owner_id] if lead.owner_id else [])
            assert (lead.desk == Desk.SALES) is bool(held)
        for rep in self.reps:
            assert Claim.objects.filter(rep=rep, ended_at__isnull=True).count() <= 1

    @invariant()
    def the_log_is_whole(self):
        """I5, I34: versions are 1..n and the chain of digests verifies."""
        for lead in Lead.objects.all():
            versions = list(lead.events.order_by("version").values_list("version", flat=True))
            assert versions == list(range(1, lead.version + 1))
        with connection.cursor() as cursor:
            assert chain.faults(cursor) == []

    @invariant()
    def clocks_end_once_and_truly(self):
        """I10, I11, I13, I16: an end has its evidence; rungs are 1..k; a warning came before the breach."""
        for clock in Clock.objects.exclude(state="running"):
            assert clock.recorded_at >= clock.ended_at
            if clock.state == "met":
                assert clock.ended_at <= clock.due_at or clock.kind in ("nurture", "parked")
            if clock.state == "breached":
                assert clock.ended_at == clock.due_at
                assert clock.kind == "escalation" or Breach.objects.filter(clock=clock).count() == 1
        for breach in Breach.objects.all():
            levels = list(
                Escalation.objects.filter(breach=breach).order_by("level").values_list("level", flat=True)
            )
            assert levels == list(range(1, len(levels) + 1))

    @invariant()
    def nobody_falls_silent(self):
        """I18, I20: an open lead is owed something by somebody; sales and nurture never talk at once."""
        for lead in Lead.objects.exclude(desk=Desk.CLOSED):
            assert Clock.objects.filter(lead=lead, state="running").exists(), (lead.desk, lead.stage)
        held = Claim.objects.filter(ended_at__isnull=True).values("lead")
        assert not Enrolment.objects.filter(state="active", lead__in=held).exists()

    @invariant()
    def first_response_is_never_lengthened(self):
        """I17: whatever is claimed and released, the first clock of a lead is due when it was due."""
        for lead in self.leads:
            first = lead.clocks.filter(kind="first_action").order_by("pk").first()
            assert first.due_at <= self.due[lead.pk] or first.state != "running"


def test_the_invariants_hold_whatever_is_done_in_whatever_order(transactional_db):
    shape = settings(max_examples=6, stateful_step_count=30, deadline=None, database=None, derandomize=True,
                     suppress_health_check=list(HealthCheck), phases=[Phase.generate])  # fmt: skip
    run_state_machine_as_test(Firm, settings=shape)
