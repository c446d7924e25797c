"""The clocks program: every clock ends exactly once, whatever happens to the processes."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.models import Count, F

from handoff import claims, periodic
from handoff.models import Breach, Clock, Escalation, PeriodicRun
from handoff.timing import engine, firing
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead, LeadEvent
from tests.hands import fire, turn
from tests.live import environment


def overdue(leads, **later):
    """Let the first-action clocks of these leads be due `later` from now."""
    moment = db_now() + timedelta(**later)
    Clock.objects.filter(lead__in=leads, kind="first_action").update(
        anchored_at=moment - timedelta(minutes=5), started_at=moment - timedelta(minutes=5), warn_at=None,
        due_at=moment, fires_at=moment,
    )  # fmt: skip


def test_a_clock_that_can_not_fire_is_put_off_and_holds_nobody_up(monkeypatch, make_lead):
    bad, good = make_lead(), make_lead(email="g@g.test")
    for lead in (bad, good):
        turn(lead, "first_action")
    really = firing.fire

    def stumble(due, now):
        if any(clock.lead_id == bad.pk for clock in due):
            raise ValueError("this lead is odd")
        really(due, now)

    monkeypatch.setattr(firing, "fire", stumble)
    fire()
    stuck = bad.clocks.get(kind="first_action")
    assert (stuck.state, stuck.trouble) == ("running", "ValueError: this lead is odd")
    assert stuck.fires_at > db_now()
    assert good.clocks.get(kind="first_action").state == "breached"
    monkeypatch.undo()
    turn(bad, "first_action")
    fire()
    assert bad.clocks.get(kind="first_action").state == "breached"


@pytest.mark.django_db(transaction=True)
def test_a_clock_that_is_met_while_the_engine_looks_is_not_breached(ana, make_lead):
    lead = make_lead()
    turn(lead, "first_action")
    holding, go = threading.Event(), threading.Event()

    def hold():
        with connections["default"].cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM leads_lead WHERE id = %s FOR UPDATE", [lead.pk])
            holding.set()
            go.wait()
            cursor.execute(
                "UPDATE handoff_clock SET state = 'met', ended_at = due_at, recorded_at = now(),"
                " fires_at = NULL WHERE lead_id = %s AND state = 'running'", [lead.pk])  # fmt: skip
            cursor.execute("COMMIT")
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    holding.wait()
    assert engine.fire_due() == 0
    assert engine.seconds_to_next() == engine.CONTENDED_SLEEP
    go.set()
    other.join()
    assert engine.fire_due() == 0
    assert not Breach.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_several_engines_at_once_fire_nothing_twice(ana, sam, make_lead):
    leads = [make_lead(email=f"{n}@a.test") for n in range(60)]
    overdue(leads, seconds=-1)

    def sweep():
        for _ in range(30):
            engine.fire_due(limit=7)
        connections.close_all()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Clock.objects.filter(kind="first_action", state="breached").count() == 60
    assert Breach.objects.count() == Escalation.objects.filter(level=1).count() == 60
    assert LeadEvent.objects.filter(kind="breached").count() == 60


def test_what_two_clocks_of_one_lead_owe_is_settled_one_after_the_other(ana, make_lead):
    lead = make_lead()
    claims.claim(lead.pk, ana)
    turn(lead, "first_action", overdue_by=20)
    turn(lead, "contact", overdue_by=10)
    fire()
    ends = dict(lead.clocks.filter(kind__in=["first_action", "contact"]).values_list("kind", "state"))
    assert ends == {"first_action": "breached", "contact": "cancelled"}


@pytest.mark.django_db(transaction=True)
def test_a_periodic_job_runs_in_one_program_once_per_interval(settings, monkeypatch):
    ran = []
    monkeypatch.setattr(periodic, "wiring", lambda: type("W", (), {"PERIODIC": {"a job": ("x.y", 60)}}))
    monkeypatch.setattr(periodic, "import_string", lambda name: lambda: ran.append(name))

    def look():
        periodic.run_due()
        connections.close_all()

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ran == ["x.y"]
    PeriodicRun.objects.update(at=F("at") - timedelta(seconds=61))
    periodic.run_due()
    assert ran == ["x.y", "x.y"]


@pytest.mark.django_db(transaction=True)
def test_a_periodic_job_that_fails_says_so_and_has_its_next_turn(monkeypatch):
    def fail():
        raise ValueError("no luck")

    monkeypatch.setattr(periodic, "wiring", lambda: type("W", (), {"PERIODIC": {"a job": ("x.y", 60)}}))
    monkeypatch.setattr(periodic, "import_string", lambda name: fail)
    assert periodic.run_due() == ["a job"]
    assert PeriodicRun.objects.get().trouble == "ValueError: no luck"


def start_clocks():
    """Start a `run_clocks` of its own on the test database, whose settings may be faster than safe."""
    words = [sys.executable, "manage.py", "run_clocks", "--skip-checks"]
    return subprocess.Popen(words, cwd=settings.ROOT, env=environment(LEADBOARD_PROGRAM="clocks"))


def listening():
    """Return how many clocks programs hear of clocks that are started."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE 'leadboard clocks %%'"
        )
        return cursor.fetchone()[0]


def wait_for(question, seconds=60):
    """Wait until a question is answered with yes."""
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_at_random_each_clock_still_ends_exactly_once(ana, sam, make_lead):
    leads = [make_lead(email=f"{n}@a.test") for n in range(300)]
    overdue(leads[:100], seconds=1)
    overdue(leads[100:200], seconds=4)
    overdue(leads[200:], seconds=8)
    dice = random.Random(7)
    running = [start_clocks(), start_clocks()]
    try:
        for _ in range(6):
            time.sleep(dice.uniform(0.8, 2.5))
            victim = running.pop(0)
            os.kill(victim.pid, signal.SIGKILL)
            victim.wait()
            running.append(start_clocks())
        wait_for(lambda: not Clock.objects.filter(kind="first_action", state="running").exists())
        wait_for(lambda: listening() == 2)  # before that SIGTERM simply ends a Python that is starting
    finally:
        for process in running:
            process.terminate()
        codes = [process.wait(timeout=20) for process in running]
    assert codes == [0, 0]
    assert Clock.objects.filter(kind="first_action", state="breached").count() == 300
    assert Breach.objects.count() == 300
    assert Escalation.objects.filter(level=1).count() == 300
    doubled = LeadEvent.objects.filter(kind="breached").values("lead").annotate(n=Count("id")).filter(n__gt=1)
    assert not doubled.exists()
    for lead in Lead.objects.annotate(n=Count("events")):
        assert lead.n == lead.version


@pytest.mark.django_db(transaction=True)
def test_sigterm_ends_the_program_and_a_clock_that_is_started_wakes_it(make_lead):
    program = start_clocks()
    try:
        lead = make_lead()
        overdue([lead], milliseconds=200)
        wait_for(lambda: lead.clocks.get(kind="first_action").state == "breached")
    finally:
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=20) == 0
