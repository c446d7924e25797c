"""Visits over HTTP against the running product, beside the same rows by plain SQL over one connection."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg

from leadboard import embedded
from tests.bench.doors import pgbench
from tests.bench.figures import Figure, percentile
from tests.faults.racing import Client
from tests.product import Product

VISITORS, CLIENTS = 400, 8
SIZES = {1: 4_000, 5: 3_000}  # touches in a delivery: deliveries
TABLE = """
CREATE SEQUENCE floor_touch_id;
CREATE TABLE floor_touch (
    id bigint NOT NULL DEFAULT nextval('floor_touch_id'), at timestamptz NOT NULL DEFAULT now(), kind text,
    visitor_id bigint, lead_id bigint, visit int, page text, what text, title text, seconds int,
    device text, hour smallint, referrer text, source text, medium text, campaign text, PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE floor_touch_now PARTITION OF floor_touch DEFAULT;
CREATE INDEX ON floor_touch (visitor_id, at);
"""
ROW = (
    "('view', :v, 1, md5(:v::text), '/pricing', 'Prices', 0, 'desktop', 14, 'google.com', 'google', 'cpc',"
    " 'spring')"
)
VERDICTS = """
SELECT count(*) FROM qualification_verdict v JOIN leads_lead l ON l.id = v.lead_id WHERE l.email = '{email}'
"""
FLOOR = """
\\set v random(1, 400)
INSERT INTO floor_touch (kind, visitor_id, visit, page, what, title, seconds, device, hour, referrer, source,
                         medium, campaign)
VALUES {rows};
"""


def event(number):
    """Return one page view as the recorder sends it."""
    utm = {"source": "google", "medium": "cpc", "campaign": "spring"}
    return {
        "kind": "view", "page": f"p{number:x}", "path": "/product/tour", "title": "Tour", "age": 0.2,
        "hour": 14, "referrer": "https://www.google.com/", "utm": utm,
    }  # fmt: skip


def send(base, tokens, size, count):
    """Send so many deliveries with all clients; return (seconds of each answer, seconds in all)."""
    numbers, answers, lock = itertools.count(), [], threading.Lock()

    def work():
        client = Client(base, "")
        client.headers = {"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://www.firm.example"}
        while (number := next(numbers)) < count:
            events = [event(number * size + place) for place in range(size)]
            body = {"consent": True, "visitor": tokens[number % len(tokens)], "events": events}
            began = time.perf_counter()
            status, said = client.post("/track/", body)
            with lock:
                answers.append(time.perf_counter() - began)
            assert (status, said["stored"]) == (202, size), (status, said)
        client.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        runs = [clients.submit(work) for _ in range(CLIENTS)]
    for run in runs:
        run.result()
    return answers, time.perf_counter() - began


def visitors(base):
    """Return the tokens of fresh visitors, as the door gives them."""
    client = Client(base, "")
    client.headers = {"Content-Type": "text/plain"}
    tokens = [client.post("/track/", {"consent": True})[1]["visitor"] for _ in range(VISITORS)]
    client.close()
    return tokens


def wake(product, leads=30):
    """Return the seconds from a hot page view to the new verdict, for leads that came by a form."""
    path = product.manage("source", "add", "Wake form", "--lead-type", "content").stdout.splitlines()[0]
    client, waits = Client(product.base, ""), []
    for number, token in enumerate(visitors(product.base)[:leads]):
        form = {"name": "Ana Ruiz", "email": f"ana{number}@wake{number}.example", "leadboard_visitor": token}
        client.post(path, form)
        verdicts = VERDICTS.format(email=form["email"])
        until(product, verdicts, 1)
        began = time.perf_counter()
        client.post("/track/", {"consent": True, "visitor": token, "events": [{"path": "/pricing"}]})
        until(product, verdicts, 2)
        waits.append(time.perf_counter() - began)
    client.close()
    return waits


def until(product, query, count):
    """Wait until a query counts so many, half a minute at most."""
    end = time.monotonic() + 30
    with psycopg.connect(product.database_url(), autocommit=True) as connection:
        while connection.execute(query).fetchone()[0] < count:
            assert time.monotonic() < end, query
            time.sleep(0.01)


def run(data):
    """Measure visits with two web processes; return Figures."""
    figures = []
    with Product(data, web=2) as product:
        with psycopg.connect(embedded.url(data), autocommit=True) as connection:
            connection.execute(TABLE)
        for size, count in SIZES.items():
            answers, seconds = send(product.base, visitors(product.base), size, count)
            floor = size * pgbench(data, FLOOR.format(rows=", ".join([ROW] * size)), 1)
            name = f"touches, {size} in a delivery, {CLIENTS} clients"
            figures.append(
                Figure(name, size * count / seconds, "touches/s", floor, "same rows, one connection")
            )
            figures.append(Figure("  p99 of a delivery", percentile(answers, 99) * 1000, "ms"))
        waits = wake(product)
        figures.append(Figure("hot page to new verdict, p50", percentile(waits, 50), "s"))
        figures.append(Figure("  p99 (the slowest of thirty)", percentile(waits, 99), "s"))
    return figures
