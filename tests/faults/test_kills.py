"""The real product under kill -9: what it acknowledged is there, once; what was due fired, once."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bench.doors import enquiry, hire, post_leads
from tests.database import temporary_folder
from tests.faults import importing
from tests.faults.racing import Client, race
from tests.product import Product

# The import is broken off first and looked at last, so nobody waits for the minute it is left alone.
pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("broken_import")]
# `make faults` races 1,000 leads and kills 24 times; within `make test` less, for the suite has ten minutes.
LEADS, CLIENTS = int(os.environ.get("LEADBOARD_FAULT_LEADS", "250")), 32
KILLS = 24 if LEADS >= 1_000 else 8


@pytest.fixture(scope="module")
def product():
    """Two web processes over an embedded PostgreSQL, with a fresh folder.

    Not below pytest's own: each run of pytest closes that again for the account PostgreSQL has under root.
    """
    with Product(temporary_folder("faults"), web=2) as running:
        yield running


@pytest.fixture(scope="module")
def door(product):
    """The path of a source."""
    return product.manage("source", "add", "Fault form", "--lead-type", "other").stdout.splitlines()[0]


PERSONS, ROWS, REFUSED = 59, 600, 30


@pytest.fixture(scope="module")
def broken_import(product):
    """An import whose jobs, their whole process group, were killed in the middle of it."""
    rows = [f"Visitor {n % PERSONS},v{n % PERSONS}@fair{n % PERSONS}.example,{n}" for n in range(ROWS)]
    rows[:: ROWS // REFUSED] = [f",,{n}" for n in range(REFUSED)]
    with importing.half_imported(product, "Name,E-mail,Stand\n" + "\n".join(rows)) as run:
        os.killpg(product.pids("jobs")[0], signal.SIGKILL)
        assert importing.standing(product, run) == ["running", 200, ROWS]
    return run


class Nemesis:
    """Kills one program of each named kind in turn, every so many seconds, until the block ends.

    At most `most` times: each start costs a core for two seconds, and the suite has ten minutes.
    """

    def __init__(self, product, kinds, every, most=KILLS):
        self.product, self.kinds, self.every, self.most = product, kinds, every, most
        self.stop, self.kills = threading.Event(), []
        self.thread = threading.Thread(target=self.run)

    def run(self):
        turn = 0
        while len(self.kills) < self.most and not self.stop.wait(self.every):
            kind = self.kinds[turn % len(self.kinds)]
            if self.product.kill(kind, turn) is not None:
                self.kills.append(kind)
            turn += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def settle(product, sql, wanted, seconds=90):
    """Wait until a query gives what is wanted; return what it gave last."""
    until = time.monotonic() + seconds
    while (got := product.query(sql)) != wanted and time.monotonic() < until:
        time.sleep(0.5)
    return got


def clean(product):
    """Return what doctor says of the invariants when something is broken, else nothing."""
    product.wait_ready()
    done = product.manage("doctor", "--invariants", check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_leads_raced_by_32_clients_have_one_winner_each_while_web_processes_die(product, door):
    ids, _, _ = post_leads(product.base, door, LEADS)
    tokens = hire(product, CLIENTS)
    with Nemesis(product, ["web"], 0.5) as nemesis:
        told = race(product.base, tokens, ids, rivals=2)
    assert nemesis.kills != []
    assert [other for one in told.values() for other in one.other] == []
    owners = product.query(
        "SELECT l.uid, u.email FROM leads_lead l JOIN handoff_claim c ON c.lead_id = l.id "
        "AND c.ended_at IS NULL JOIN people_user u ON u.id = c.rep_id WHERE u.email LIKE 'racer%'"
    )
    acknowledged = sorted(
        [lead, f"racer{index}@bench.example"] for index, one in told.items() for lead in one.won
    )
    assert sorted(owners) == acknowledged
    assert len(acknowledged) == LEADS
    assert clean(product) == ""


def test_every_acknowledged_enquiry_is_there_once_whatever_is_killed_meanwhile(product, door):
    acknowledged, lock = [], threading.Lock()

    def post(first):
        client = Client(product.base, "")
        client.headers = {"Content-Type": "application/json"}
        for number in range(first, first + 60):
            key = {"Idempotency-Key": f"killed-{number}"}
            status, body = client.post(door, enquiry(100_000 + number), key)
            while status == 503:
                time.sleep(0.2)
                status, body = client.post(door, enquiry(100_000 + number), key)
            with lock:
                acknowledged.append((number, status, body["id"]))
        client.close()

    with Nemesis(product, ["jobs", "clocks", "database", "web"], 1.5) as nemesis:
        with ThreadPoolExecutor(6) as clients:
            runs = [clients.submit(post, first) for first in range(0, 360, 60)]
        for run in runs:
            run.result()
        while len(set(nemesis.kills)) < 4:
            time.sleep(0.5)
    product.wait_ready()
    assert {status for _, status, _ in acknowledged} == {202}
    waiting = "SELECT count(*) FROM capture_submission WHERE state = 'received'"
    assert settle(product, waiting, [[0]]) == [[0]]
    kept = product.query(
        "SELECT idempotency_key, id FROM capture_submission "
        "WHERE idempotency_key LIKE 'killed-%' AND lead_id IS NOT NULL"
    )
    assert sorted(kept) == sorted([f"killed-{number}", uid] for number, _, uid in acknowledged)
    doubled = "SELECT email FROM leads_lead WHERE email LIKE 'prospect10%' GROUP BY email HAVING count(*) > 1"
    assert product.query(doubled) == []
    unscored = (
        "SELECT count(*) FROM leads_lead l WHERE owner_id IS NULL AND NOT EXISTS "
        "(SELECT FROM qualification_verdict v WHERE v.lead_id = l.id)"
    )
    assert settle(product, unscored, [[0]]) == [[0]]
    assert clean(product) == ""


def test_clocks_that_came_due_while_everything_was_down_fire_once_each(product, door):
    post_leads(product.base, door, 40)
    product.query(
        "WITH due AS (UPDATE handoff_clock SET due_at = now() - interval '1 second', fires_at = now(), "
        "warn_at = NULL, anchored_at = now() - interval '6 minutes', "
        "started_at = now() - interval '6 minutes' "
        "WHERE state = 'running' AND kind = 'first_action' RETURNING lead_id) "
        "UPDATE leads_lead SET due_at = now() - interval '1 second' "
        "WHERE id IN (SELECT lead_id FROM due) RETURNING id"
    )
    with Nemesis(product, ["clocks", "database"], 1):
        time.sleep(5)
    overdue = (
        "SELECT count(*) FROM handoff_clock "
        "WHERE state = 'running' AND fires_at < now() - interval '2 seconds'"
    )
    product.wait_ready()
    assert settle(product, overdue, [[0]]) == [[0]]
    doubled = "SELECT clock_id FROM handoff_breach GROUP BY clock_id HAVING count(*) > 1"
    unbreached = (
        "SELECT count(*) FROM handoff_clock c WHERE state = 'breached' AND kind = 'first_action' "
        "AND NOT EXISTS (SELECT FROM handoff_breach b WHERE b.clock_id = c.id)"
    )
    assert (product.query(doubled), product.query(unbreached)) == ([], [[0]])
    assert clean(product) == ""


def test_an_import_whose_jobs_were_killed_is_resumed_with_every_row_once(product, broken_import):
    product.wait_ready()
    importing.wait_for(product, broken_import, lambda state, done, total: state == "done", 120)
    done = importing.standing(product, broken_import)[1]
    counts = importing.counts(product, broken_import)
    assert (done, counts) == (ROWS, {"new": PERSONS, "joined": ROWS - PERSONS - REFUSED, "refused": REFUSED})
    kept = "SELECT count(*), count(lead_id), count(DISTINCT lead_id) FROM capture_submission WHERE "
    assert product.query(kept + "idempotency_key LIKE '§import %'") == [[ROWS, ROWS - REFUSED, PERSONS]]
    refused = (
        f"SELECT count(*), count(DISTINCT row) FROM imports_importrefusal WHERE run_id = '{broken_import}'"
    )
    assert product.query(refused) == [[REFUSED, REFUSED]]
    unheard = (
        "SELECT count(*) FROM leads_lead l WHERE email LIKE 'v%@fair%.example' "
        "AND NOT EXISTS (SELECT FROM leads_leadscore s WHERE s.lead_id = l.id)"
    )
    assert settle(product, unheard, [[0]]) == [[0]]
    assert clean(product) == ""
