"""`POST /track/` ahead of Django: plain deliveries of many browsers are stored together, each answered for
itself.

Plain is a delivery with consent that is well formed, from a page that may send, of a visitor within its
quota.
"""

import logging
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.db import close_old_connections, connection

from leadboard.http import ahead
from leadboard.http.addresses import sender
from leadboard.http.gathering import Gatherer
from leadboard.http.problems import Problem
from leadboard.tracking import greeting, interest, reading, sites, storing, tokens
from leadboard.tracking.origin import device_of, is_robot

log = logging.getLogger(__name__)
PATH = "/track/"
SITES_LAST = 1.0  # seconds for which a site that was removed may still send


@dataclass(frozen=True)
class Plain:
    """A delivery that may be stored with others; `network` is who greets us for the first time, else ""."""

    parcel: storing.Parcel
    token: str
    origin: str
    network: str
    is_news: bool


class Door(ahead.Ahead):
    """Takes plain deliveries."""

    def __init__(self, other: ahead.Application):
        super().__init__(other)
        self.gatherer = Gatherer(self.store, key=lambda plain: plain.parcel.uid)
        self.teller = ThreadPoolExecutor(1, "teller")
        self.origins: frozenset[str] = frozenset()
        self.asked_at = -SITES_LAST

    def is_mine(self, path: str) -> bool:
        """Is this the recorder's path?"""
        return path == PATH

    async def take(self, scope: ahead.Scope, receive: ahead.Receive, send: ahead.Send) -> ahead.Receive:
        """Store and answer what is plain."""
        headers = ahead.headers_of(scope)
        if not (ahead.is_short(headers, reading.LIMIT) and ahead.is_for_us(scope, headers)):
            return receive
        body = await ahead.body_of(receive)
        plain = _plain(scope, headers, body, sites.domains_of([headers.get("origin", ""), *self.origins]))
        stored = await self.gatherer.do(plain) if plain else None
        if plain is None or stored is None:
            return ahead.again(body, receive)
        said = reading.acknowledgement(plain.token, stored).encode()
        return await ahead.answer(send, 202, said, sites.cors(plain.origin))

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


def _plain(scope: ahead.Scope, headers: dict[str, str], body: bytes, ours: frozenset[str]) -> Plain | None:
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
