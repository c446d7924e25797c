"""Posting leads to a running product: a few connections that are kept open, in order, at a pace if one
is asked for.
"""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Lock
from urllib.parse import urlsplit

TRIES = 20


class Door:
    """The address of one source."""

    def __init__(self, url: str, path: str, connections: int = 4) -> None:
        self._host = urlsplit(url).netloc
        self._path, self._connections = path, connections
        self._lock, self._next, self._begun = Lock(), 0, 0.0

    def post(self, bodies: Sequence[dict[str, str]], rate: float | None = None) -> list[str]:
        """The id that each lead got, in order; `rate` is leads a second, None as fast as the product
        takes them. Raises ConnectionError when a lead is refused or nobody answers.
        """
        ids = [""] * len(bodies)
        self._next, self._begun = 0, time.monotonic()
        with ThreadPoolExecutor(self._connections) as pool:
            for work in [pool.submit(self._work, bodies, ids, rate) for _ in range(self._connections)]:
                work.result()
        return ids

    def _work(self, bodies: Sequence[dict[str, str]], ids: list[str], rate: float | None) -> None:
        line = HTTPConnection(self._host, timeout=30)
        while (place := self._take(len(bodies))) is not None:
            if rate:
                time.sleep(max(0.0, self._begun + place / rate - time.monotonic()))
            ids[place] = self._send(
                line, json.dumps(bodies[place]), f"xeducation-{self._path}-{place}-{self._begun}"
            )
        line.close()

    def _take(self, count: int) -> int | None:
        with self._lock:
            place, self._next = self._next, self._next + 1
        return place if place < count else None

    def _send(self, line: HTTPConnection, body: str, key: str) -> str:
        """Again after a broken line or a "come back later": the key makes it one lead."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        for _ in range(TRIES):
            try:
                line.request("POST", self._path, body, headers)
                answer: HTTPResponse = line.getresponse()
                text = answer.read().decode()
            except (OSError, HTTPException):
                line.close()
                time.sleep(0.5)
                continue
            if answer.status == 202:
                return json.loads(text)["id"]
            if answer.status not in (409, 429, 503):
                raise ConnectionError(f"{answer.status}: {text[:300]}")
            time.sleep(float(answer.headers.get("Retry-After") or 1))
        raise ConnectionError(f"{self._host} does not take this lead")
