"""Clients that race for leads over HTTP and write down what they were told."""

import http.client
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

PATIENCE = 120  # seconds a client keeps trying one request while the product is away


@dataclass
class Told:
    """What one client was told: lead → status, and how long each answer took (seconds)."""

    won: list = field(default_factory=list)
    lost: list = field(default_factory=list)
    other: list = field(default_factory=list)
    seconds: list = field(default_factory=list)


class Client:
    """A keep-alive connection with a bearer token; a lost answer is asked for again."""

    def __init__(self, base, token):
        self.host = urlsplit(base).netloc
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self.connection = None

    def close(self):
        """Hang up."""
        if self.connection:
            self.connection.close()
        self.connection = None

    def post(self, path, body=None, headers=None):
        """Return (status, parsed body); reconnect and repeat when the connection breaks."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.connection = self.connection or http.client.HTTPConnection(self.host, timeout=20)
                self.connection.request("POST", path, json.dumps(body or {}), self.headers | (headers or {}))
                answer = self.connection.getresponse()
                return answer.status, json.loads(answer.read() or b"{}")
            except (OSError, http.client.HTTPException, ValueError):
                self.close()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)


def race(base, tokens, leads, *, rivals=4, seed=1):
    """Let `rivals` of the clients (one per token) go for each lead at once; return {token index: Told}.

    Every lead is claimed by different rivals in a different order, seeded.
    """
    chance = random.Random(seed)
    plans = [[] for _ in tokens]
    for lead in leads:
        for index in chance.sample(range(len(tokens)), rivals):
            plans[index].append(lead)
    told = {index: Told() for index in range(len(tokens))}
    gate = threading.Barrier(len(tokens))
    with ThreadPoolExecutor(len(tokens)) as clients:
        runs = [
            clients.submit(_claim_all, Client(base, token), plans[index], told[index], gate)
            for index, token in enumerate(tokens)
        ]
    for run in runs:
        run.result()  # a client that gave up is a failure, not a silence
    return told


def _claim_all(client, leads, told, gate):
    """Go for each lead of the plan in turn."""
    gate.wait()
    for lead in leads:
        began = time.perf_counter()
        status, body = client.post(f"/api/leads/{lead}/claim/")
        told.seconds.append(time.perf_counter() - began)
        if status in {200, 201}:
            told.won.append(lead)
        elif status == 409:
            told.lost.append(lead)
        else:
            told.other.append((lead, status, body))
    client.close()
