"""Requests as the web program hands them on, for what stands ahead of Django."""

import asyncio
import contextlib
import json

from django.core.asgi import get_asgi_application
from django.db import connection, connections


def request(path, body=b"", method="POST", **headers):
    """Return (scope, body) of a request; a body that is no bytes is sent as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {"host": "localhost", "content-length": str(len(raw))}
    said |= {name.replace("_", "-"): value for name, value in headers.items()}
    pairs = [(name.encode(), value.encode()) for name, value in said.items()]
    return {
        "type": "http", "http_version": "1.1", "method": method, "path": path, "raw_path": path.encode(),
        "scheme": "http", "query_string": b"", "client": ("192.0.2.7", 4711), "headers": pairs,
    }, raw  # fmt: skip


async def send(application, scope, raw):
    """Return (status, headers, document) of the answer."""
    told, given = [], [{"type": "http.request", "body": raw, "more_body": False}]

    async def receive():
        while not given:
            await asyncio.sleep(3_600)
        return given.pop()

    async def keep(message):
        told.append(message)

    await application(scope, receive, keep)
    headers = {name.decode().lower(): value.decode() for name, value in told[0]["headers"]}
    body = b"".join(message.get("body", b"") for message in told[1:])
    return told[0]["status"], headers, json.loads(body) if body else None


@contextlib.contextmanager
def ahead_of_django(door, monkeypatch, let_through):
    """Yield a door of this class as it stands in the web program; `let_through` gets the path of each request
    that it leaves to Django.
    """
    monkeypatch.setitem(connections.settings["default"], "CONN_MAX_AGE", 0)
    django = get_asgi_application()

    async def other(scope, receive, send):
        let_through.append(scope["path"])
        await django(scope, receive, send)

    made = door(other)
    yield made
    made.gatherer.thread.submit(lambda: connection.close()).result()
