"""What stands ahead of Django and answers what is plain there, many at once; all else goes on as it came.

A request alone costs Django's whole way in and a commit of its own; together they share one thread, one
transaction and one wait for the disk. A door of this kind refuses nothing: whatever it does not take, or what
goes wrong in it, is handed on to Django, whose view is the one that refuses.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[..., Awaitable[None]]
ALWAYS = {
    "Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
}  # fmt: skip


async def DONE() -> dict[str, Any]:
    """Say that nothing is left to receive."""
    return {"type": "http.disconnect"}


class Ahead:
    """An ASGI application before `other`. Subclasses say which paths are theirs, and take what is plain."""

    def __init__(self, other: Application):
        self.other = other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or let it through."""
        if scope["type"] == "http" and scope["method"] == "POST" and self.is_mine(scope["path"]):
            receive = await self.take(scope, receive, send)
        if receive is not DONE:
            await self.other(scope, receive, send)

    def is_mine(self, path: str) -> bool:
        """Is this a path of mine?"""
        raise NotImplementedError

    async def take(self, scope: Scope, receive: Receive, send: Send) -> Receive:
        """Answer what is plain, and return DONE; else return how whoever answers it receives the request."""
        raise NotImplementedError


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the headers by name in lower case; one that comes twice is joined, as Django does."""
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1"), value.decode("latin-1")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    return headers


def is_for_us(scope: Scope, headers: dict[str, str]) -> bool:
    """Is it sent to a name of ours, by TLS where we speak TLS, with nothing behind the path?"""
    is_safe = scope.get("scheme") == "https" or (
        settings.TRUSTS_PROXY and headers.get("x-forwarded-proto", "").strip() == "https"
    )
    host, _ = split_domain_port(headers.get("host", ""))
    return (
        (is_safe or not settings.HTTPS)
        and not scope.get("query_string")
        and bool(host)
        and validate_host(host, settings.ALLOWED_HOSTS)
    )


def is_short(headers: dict[str, str], most: int) -> bool:
    """Is it said beforehand that the body is plain, not empty, and has at most so many bytes?"""
    length = headers.get("content-length", "")
    is_plain = headers.get("content-encoding", "identity").strip().lower() in ("", "identity")
    return is_plain and length.isascii() and length.isdigit() and 0 < int(length[:9]) <= most


async def body_of(receive: Receive) -> bytes:
    """Return the body, which the web program has bounded; of what broke off, as much as came."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(pieces)
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def again(body: bytes, receive: Receive) -> Receive:
    """Return a way to receive the body once more, and then whatever follows."""
    first = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> dict[str, Any]:
        return first.pop() if first else await receive()

    return give


async def answer(send: Send, status: int, body: bytes, more: dict[str, str] | None = None) -> Receive:
    """Send an answer, JSON unless the headers `more` say otherwise, and return that this is all."""
    said = ALWAYS | (more or {}) | {"Content-Length": str(len(body))}
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})
    return DONE
