"""How late clocks fire, and how many a second: real `run_clocks` processes on a database of their own.

10,000 first-action clocks run, 200 of them are due in the same instant. Lateness is from the due time
to the moment at which another connection can read the breach, so the commit is in it. The floor
writes the same row versions (clock, twice lead and event, breach, escalation, claim, two clocks,
alert) by plain SQL in one transaction per batch. The leads are dated ahead, so that the sweep of what
nobody has judged leaves them alone.

Run `python -m tests.bench.clocks` with DATABASE_URL naming a database that may be thrown away.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadboard.settings")

import contextlib
import subprocess
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402 - what follows needs the apps to be loaded
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from handoff.timing.engine import BATCH  # noqa: E402
from leadboard.people.models import Role, User  # noqa: E402
from leadboard.playbook import versions  # noqa: E402
from tests.bench.figures import Figure, percentile  # noqa: E402

RUNNING, AT_ONCE, BACKLOG, WARM_UP, REPS, PATIENCE = 10_000, 200, 2_000, 20, 20, 60.0
LEADS = """
INSERT INTO leads_lead (uid, digest, stage, desk, version, name, email, phone, company, title, country,
    website, message, source, campaign, lead_type, extra, basis, do_not_contact, target_account,
    enquiry_class, band, reasons, due_kind, due_started_at, due_at, due_state, created_at)
SELECT uid, uuid_send(uid), 'raw', 'board', 0, 'Lead', '', '', '', '', '', '', '', '', '', 'other', '{}', '',
    false, false, '', '', '[]', 'first_action', now(), now() + interval '8 hours', 'running',
    now() + interval '1 hour'
FROM (SELECT gen_random_uuid() AS uid FROM generate_series(1, %(count)s)) fresh
RETURNING id
"""
CLOCKS = """
INSERT INTO handoff_clock (lead_id, kind, level, rule, playbook_version, anchored_at, started_at, due_at,
    fires_at, state, trouble)
SELECT id, 'first_action', 0, 'first_action.other', %(version)s, now(), now(), now() + interval '8 hours',
    now() + interval '8 hours', 'running', ''
FROM unnest(%(leads)s::bigint[]) AS id RETURNING id
"""
DUE_IN = """
UPDATE handoff_clock SET due_at = at, fires_at = at, anchored_at = at - interval '5 minutes'
FROM (SELECT clock_timestamp() + %(wait)s * interval '1 second' AS at) soon
WHERE id = ANY(%(clocks)s) RETURNING extract(epoch FROM due_at)::float8
"""
FIRED = """
SELECT count(*), extract(epoch FROM clock_timestamp())::float8 FROM handoff_clock
WHERE id = ANY(%(clocks)s) AND state = 'breached'
"""
LISTENING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'leadboard clocks %%'
"""
FLOOR = """
WITH batch AS (SELECT id, lead_id FROM handoff_clock WHERE id = ANY(%(clocks)s)),
ended AS (UPDATE handoff_clock c SET state = 'breached', ended_at = due_at, recorded_at = now(),
    fires_at = NULL
    FROM batch WHERE c.id = batch.id RETURNING c.id, c.lead_id, c.due_at),
incident AS (INSERT INTO handoff_breach (clock_id, lead_id, due_at, recorded_at, step, cause, note)
    SELECT id, lead_id, due_at, now(), 1, '', '' FROM ended RETURNING id, lead_id),
rung AS (INSERT INTO handoff_escalation (breach_id, level, step, at)
    SELECT id, 1, 'reassign', now() FROM incident),
claimed AS (INSERT INTO handoff_claim (lead_id, rep_id, how, from_desk, started_at, "end", reason, note,
        attempts)
    SELECT lead_id, %(rep)s, 'rerouted', 'board', now(), '', '', '', 0 FROM ended RETURNING id, lead_id),
owed AS (INSERT INTO handoff_clock (lead_id, claim_id, kind, level, rule, playbook_version, anchored_at,
        started_at, due_at, fires_at, state, trouble)
    SELECT lead_id, id, kind, 0, kind, 1, now(), now(), now() + interval '1 day',
        now() + interval '1 day', 'running', ''
    FROM claimed, unnest(ARRAY['contact', 'escalation']) AS kind),
told AS (INSERT INTO notify_alert (person_id, lead_id, kind, words, page, at)
    SELECT %(rep)s, lead_id, 'rerouted', '', '', now() FROM ended)
SELECT count(*) FROM ended
"""
TWICE = """
WITH moved AS (UPDATE leads_lead SET version = version + 1, due_state = 'breached', desk = 'sales',
    owner_id = %(rep)s
    WHERE id IN (SELECT lead_id FROM handoff_clock WHERE id = ANY(%(clocks)s)) RETURNING id, version)
INSERT INTO leads_leadevent (lead_id, version, kind, at, recorded_at, facts, digest)
SELECT id, version, 'breached', now(), now(), '{}', sha256(id::text::bytea) FROM moved
"""


def query(statement, **values):
    """Run a statement in its own transaction; return its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def make(count):
    """Add so many leads on the board, each with a running clock; return the clocks' ids."""
    leads = [row[0] for row in query(LEADS, count=count)]
    return [row[0] for row in query(CLOCKS, leads=leads, version=versions.active().version)]


@contextlib.contextmanager
def programs(count):
    """Run so many real clock programs."""
    words = [sys.executable, "manage.py", "run_clocks", "--skip-checks"]
    ours = os.environ | {"LEADBOARD_PROGRAM": "clocks"}
    started = [subprocess.Popen(words, cwd=settings.ROOT, env=ours) for _ in range(count)]
    try:
        until = time.monotonic() + PATIENCE
        while query(LISTENING)[0][0] < count and time.monotonic() < until:
            time.sleep(0.1)
        lateness(make(WARM_UP), wait=0.5)
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def lateness(clocks, wait=3.0):
    """Let the clocks be due together in `wait` seconds; return how many seconds late each was seen."""
    due = query(DUE_IN, clocks=clocks, wait=wait)[0][0]
    late, until = [], time.monotonic() + wait + PATIENCE
    while len(late) < len(clocks):
        fired, now = query(FIRED, clocks=clocks)[0]
        late += [now - due] * (fired - len(late))
        if time.monotonic() > until:
            raise TimeoutError(f"{len(clocks) - len(late)} clocks never fired")
        time.sleep(0.02)
    return late


def floor_rate(clocks, rep):
    """Return how many firings a second plain SQL writes."""
    begun = time.perf_counter()
    for first in range(0, len(clocks), BATCH):
        batch = clocks[first : first + BATCH]
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(TWICE, {"clocks": batch, "rep": rep.pk})
            cursor.execute(FLOOR, {"clocks": batch, "rep": rep.pk})
            cursor.execute(TWICE, {"clocks": batch, "rep": rep.pk})
            cursor.execute("COMMIT")
    return len(clocks) / (time.perf_counter() - begun)


def measure():
    """Return the figures: lateness and rate with one and two programs, beside the floor of this run."""
    reps = [User.objects.create(email=f"bench{n}@firm.test", name=f"Bench {n}", role=Role.REP, cap=10_000)
            for n in range(REPS - User.objects.filter(email__startswith="bench").count())]  # fmt: skip
    rep = User.objects.filter(role=Role.REP).first() or reps[0]
    make(RUNNING)
    floor = floor_rate(make(BACKLOG), rep)
    figures = []
    for count in (1, 2):
        with programs(count):
            late = [1000 * one for one in lateness(make(AT_ONCE))]
            backlog = lateness(make(BACKLOG), wait=1.0)
        name = f"clocks, {count} program{'s' if count > 1 else ''}"
        figures.append(Figure(f"{name}: 200 due at once, late p50", percentile(late, 50), "ms"))
        figures.append(Figure(f"{name}: 200 due at once, late p99", percentile(late, 99), "ms"))
        rate = len(backlog) / max(backlog)
        figures.append(Figure(f"{name}: firings", rate, "a second", floor, "the same rows by plain SQL"))
    return figures


if __name__ == "__main__":
    call_command("migrate", verbosity=0, skip_checks=True)
    for figure in measure():
        print(figure.line())
