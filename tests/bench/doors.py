"""Intake and claims over HTTP against the running product, beside pgbench with the same rows."""

import itertools
import re
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import psycopg

from leadboard import embedded
from tests.bench.figures import Figure, percentile
from tests.faults.racing import Client, race
from tests.product import Product

LEADS, POSTERS, CLAIMERS = 1_000, 8, 32
SECONDS_OF_FLOOR = 4

# ruff: noqa: E501 - SQL reads better in long lines
INTAKE_FLOOR = r"""
\set n random(1, 1000000000)
BEGIN;
INSERT INTO floor_submission (id, content_type, headers, body, body_hash, state)
VALUES (gen_random_uuid(), 'application/json', '{}', 'x', 'y', 'received');
COMMIT;
BEGIN;
WITH fresh AS (
    INSERT INTO floor_lead (name, email, message) VALUES ('Ana Ruiz', 'ana' || :n || '@floor.example', 'Quote')
    RETURNING id
), seen AS (
    INSERT INTO floor_event (lead_id, version, kind, facts) SELECT id, 1, 'captured', '{}' FROM fresh
), ticking AS (
    INSERT INTO floor_clock (lead_id, due_at) SELECT id, now() + interval '5 minutes' FROM fresh
)
INSERT INTO floor_event (lead_id, version, kind, facts) SELECT id, 2, 'clock_started', '{}' FROM fresh;
COMMIT;
"""
CLAIM_FLOOR = r"""
\set n random(1, 200000)
WITH won AS (
    UPDATE floor_lead SET owner = :client_id WHERE id = :n AND owner IS NULL RETURNING id
), seen AS (
    INSERT INTO floor_event (lead_id, version, kind, facts) SELECT id, 3, 'claimed', '{}' FROM won
), ticking AS (
    INSERT INTO floor_clock (lead_id, due_at) SELECT id, now() + interval '1 day' FROM won
)
INSERT INTO floor_claim (lead_id, rep) SELECT id, :client_id FROM won;
"""
TABLES = """
CREATE TABLE floor_submission (id uuid PRIMARY KEY, content_type text, headers jsonb, body bytea, body_hash bytea,
                               state text, received_at timestamptz DEFAULT now());
CREATE TABLE floor_lead (id bigserial PRIMARY KEY, name text, email text UNIQUE, message text, owner int);
CREATE TABLE floor_event (id bigserial PRIMARY KEY, lead_id bigint, version int, kind text, facts jsonb,
                          at timestamptz DEFAULT now(), UNIQUE (lead_id, version));
CREATE TABLE floor_clock (id bigserial PRIMARY KEY, lead_id bigint, due_at timestamptz);
CREATE INDEX ON floor_clock (due_at);
CREATE TABLE floor_claim (id bigserial PRIMARY KEY, lead_id bigint UNIQUE, rep int);
INSERT INTO floor_lead (name, email, message) SELECT 'Ana', 'lead' || n, 'Quote' FROM generate_series(1, 200000) n;
"""


def pgbench(data, script, clients, options=""):
    """Return transactions a second of a pgbench script with prepared statements."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        address = embedded.url(data)
        address += ("&" if "?" in address else "?") + f"options={quote(options)}" if options else ""
        done = subprocess.run(
            [
                Path(embedded.binaries()) / "pgbench",
                "-n",
                "-M",
                "prepared",
                "-c",
                str(clients),
                "-j",
                "2",
                "-T",
                str(SECONDS_OF_FLOOR),
                "-f",
                file.name,
                address,
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    return float(re.search(r"tps = ([\d.]+)", done.stdout)[1])


def post_leads(base, path, count=LEADS, posters=POSTERS):
    """Post leads with several clients; return (ids, seconds of each answer, seconds in all)."""
    numbers, ids, answers, lock = itertools.count(), [], [], threading.Lock()

    def post():
        client = Client(base, "")
        client.headers = {"Content-Type": "application/json"}
        while (number := next(numbers)) < count:
            began = time.perf_counter()
            status, body = client.post(path, enquiry(number))
            with lock:
                answers.append(time.perf_counter() - began)
                assert status == 202, (status, body)
                ids.append(body["id"])
        client.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(posters) as clients:
        runs = [clients.submit(post) for _ in range(posters)]
    for run in runs:
        run.result()
    return ids, answers, time.perf_counter() - began


def enquiry(number):
    """Return the form of one prospect."""
    return {
        "name": f"Prospect {number}",
        "email": f"prospect{number}@bench{number}.example",
        "company": f"Bench {number}",
        "message": "We need a quote for 40 seats this quarter.",
        "job_title": "COO",
    }


def hire(product, count):
    """Return bearer tokens of so many reps without a practical cap."""
    script = (
        "from leadboard.people.models import User; from leadboard.people.tokens import give_token\n"
        f"print(' '.join(give_token(User.objects.create_user(f'racer{{n}}@bench.example', name=f'Racer {{n}}', "
        f"cap=100000)) for n in range({count})))"
    )
    return product.manage("shell", "-v", "0", "-c", script).stdout.split()


def run(data):
    """Measure intake and claims with one and two web processes; return Figures."""
    figures = []
    with Product(data, web=2) as product:
        path = product.manage("source", "add", "Bench form", "--lead-type", "demo").stdout.splitlines()[0]
        tokens = hire(product, CLAIMERS)
        ids, answers, seconds = post_leads(product.base, path)
        with psycopg.connect(embedded.url(data), autocommit=True) as connection:
            connection.execute(TABLES)
        floor = pgbench(data, INTAKE_FLOOR, 1)
        figures.append(
            Figure("intake, 8 clients, 2 web", LEADS / seconds, "leads/s", floor, "same rows, one connection")
        )
        figures.append(Figure("intake p99", percentile(answers, 99) * 1000, "ms"))
        began = time.perf_counter()
        told = race(product.base, tokens, ids, rivals=2)
        seconds = time.perf_counter() - began
        asked = sum(len(one.seconds) for one in told.values())
        won = sum(len(one.won) for one in told.values())
        floor = pgbench(data, CLAIM_FLOOR, CLAIMERS)
        figures.append(
            Figure(
                "claims asked, 32 clients, 2 web", asked / seconds, "claims/s", floor, "same rows, pgbench"
            )
        )
        figures.append(
            Figure(
                "claim p99", percentile([s for one in told.values() for s in one.seconds], 99) * 1000, "ms"
            )
        )
        figures.append(Figure("leads with exactly one winner", won, f"of {LEADS}"))
    return figures
