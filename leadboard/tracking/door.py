"""`POST /track/` before Django: plain deliveries of many browsers are stored together, each answered for
itself.

A page view alone costs Django's whole way in and a commit of its own; together they share one thread, one
transaction and one wait for the disk. Only what is plain is taken here: a delivery with consent that is well
formed, from a page that may send, of a visitor within its quota. Everything else, and whatever goes wrong
here, is handed on to Django as it came, whose view is the one that refuses.
"""

import logging
import time
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection
from django.http.request import split_domain_port, validate_host

from leadboard.http.addresses import sender
from leadboard.http.problems import Problem
from leadboard.tracking import greeting, interest, reading, sites, storing, tokens
from leadboard.tracking.gathering import Gatherer
from leadboard.tracking.origin import device_of, is_robot

log = logging.getLogger(__name__)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[..., Awaitable[None]]
PATH = "/track/"
SITES_LAST = 1.0  # seconds for which a site that was removed may still send
ALWAYS = {
    "Content-Type": "application/json", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
}  # fmt: skip


async def DONE() -> dict[str, Any]:
    """Say that nothing is left to receive."""
    return {"type": "http.disconnect"}


@dataclass(frozen=True)
class Plain:
    """A delivery that may be stored with others; `network` is who greets us for the first time, else ""."""

    parcel: storing.Parcel
    token: str
    origin: str
    network: str
    is_news: bool


class Door:
    """An ASGI application: takes plain deliveries, and hands all else on to `other`."""

    def __init__(self, other: Application):
        self.other = other
        self.gatherer = Gatherer(self.store, key=lambda plain: plain.parcel.uid)
        self.teller = ThreadPoolExecutor(1, "teller")
        self.origins: frozenset[str] = frozenset()
        self.asked_at = -SITES_LAST

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] == PATH and scope["method"] == "POST":
            receive = await self.take(scope, receive, send)
        if receive is not DONE:
            await self.other(scope, receive, send)

    async def take(self, scope: Scope, receive: Receive, send: Send) -> Receive:
        """Store and answer what is plain, and return DONE; else return how the request is received by who
        answers it.
        """
        headers = _headers(scope)
        if not (_is_short(headers) and _is_for_us(scope, headers)):
            return receive
        body = await _body(receive)
        plain = _plain(scope, headers, body, sites.domains_of([headers.get("origin", ""), *self.origins]))
        stored = await self.gatherer.do(plain) if plain else None
        if plain is None or stored is None:
            return _again(body, receive)
        await _acknowledge(send, plain, stored)
        return DONE

    def store(self, many: list[Plain]) -> list[int | None]:
        """Store deliveries of different visitors; return how many touches of each are new, None for those
        that Django has to answer.
        """
        try:
            origins = self.named_sites()
            taken = [one for one in many if sites.may_send(one.origin, origins) and _is_welcome(one)]
            stored = storing.store_all([one.parcel for one in taken if one.is_news])
        except Exception:
            connection.close()  # this thread keeps its connection as long as it is good
            raise
        for lead_id in stored.hot:
            self.teller.submit(_tell, lead_id)
        counts = {one.parcel.uid: 0 for one in taken if not one.is_news} | stored.counts
        return [counts.get(one.parcel.uid) for one in many]

    def named_sites(self) -> frozenset[str]:
        """Return the origins that may send, as they were a second ago at most."""
        if time.monotonic() - self.asked_at >= SITES_LAST:
            self.origins, self.asked_at = sites.named(), time.monotonic()
        return self.origins


async def _acknowledge(send: Send, plain: Plain, stored: int) -> None:
    answer = reading.acknowledgement(plain.token, stored).encode()
    said = ALWAYS | sites.cors(plain.origin) | {"Content-Length": str(len(answer))}
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in said.items()]
    await send({"type": "http.response.start", "status": 202, "headers": pairs})
    await send({"type": "http.response.body", "body": answer})


def _tell(lead_id: int) -> None:
    """Tell a lead's log at once; what fails here is told by the sweep."""
    close_old_connections()
    try:
        interest.tell(lead_id)
    except Exception:
        log.exception("lead %s could not be told of its touches", lead_id)
    finally:
        close_old_connections()


def _is_welcome(one: Plain) -> bool:
    """May this visitor come in? Each new one is counted for its network."""
    if not one.network:
        return True
    try:
        greeting.greet(one.network)
    except Problem:
        return False
    return True


def _headers(scope: Scope) -> dict[str, str]:
    """Return the headers by name in lower case; one that comes twice is joined, as Django does."""
    headers: dict[str, str] = {}
    for raw, value in scope["headers"]:
        name, text = raw.decode("latin-1"), value.decode("latin-1")
        headers[name] = f"{headers[name]},{text}" if name in headers else text
    return headers


def _is_short(headers: dict[str, str]) -> bool:
    """Is it said beforehand that the body is one that we take?"""
    length = headers.get("content-length", "")
    is_plain = headers.get("content-encoding", "identity").strip().lower() in ("", "identity")
    return is_plain and length.isascii() and length.isdigit() and 0 < int(length[:9]) <= reading.LIMIT


def _is_for_us(scope: Scope, headers: dict[str, str]) -> bool:
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


def _plain(scope: Scope, headers: dict[str, str], body: bytes, ours: frozenset[str]) -> Plain | None:
    """Return what a request asks to store; None when it is anything else. `ours` are the firm's domains."""
    agent = headers.get("user-agent", "")[:1_000]
    try:
        reading.check_type(headers.get("content-type", ""))
        delivery = reading.read_body(body, ours)
        uid = tokens.known_visitor(delivery.visitor)
    except Problem:
        return None
    objects = reading.objects({"Sec-GPC": headers.get("sec-gpc", ""), "DNT": headers.get("dnt", "")})
    if not delivery.consent or delivery.link or objects or is_robot(agent):
        return None
    client = scope.get("client") or ("",)
    network = "" if uid else sender(str(client[0]), headers.get("x-forwarded-for", ""))
    parcel = storing.Parcel(uid or uuid.uuid4(), delivery.events, device_of(agent))
    token = delivery.visitor or tokens.visitor_token(parcel.uid)
    return Plain(parcel, token, headers.get("origin", "")[:300], network, delivery.is_news)


async def _body(receive: Receive) -> bytes:
    """Return the body, which the web program has bounded; what broke off is no JSON, and is refused so."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(pieces)
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a way to receive the body once more, and then whatever follows."""
    first = [{"type": "http.request", "body": body, "more_body": False}]

    async def give() -> dict[str, Any]:
        return first.pop() if first else await receive()

    return give
