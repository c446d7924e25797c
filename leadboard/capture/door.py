"""`POST /intake/<source key>/` ahead of Django: deliveries that come at once are kept and digested together.

Plain is a delivery of a bounded size that is proved by the secret in force, within the limits, readable, with
an idempotency key that is new or none. What is kept here is answered here, whatever it turns out to be.
"""

import json
import logging
import re
import uuid
from asyncio import get_running_loop
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from django.db import close_old_connections, connection
from django.utils.datastructures import CaseInsensitiveMapping

from leadboard.capture import doorkeeper, intake, together
from leadboard.capture.models import Source
from leadboard.capture.together import Delivery
from leadboard.capture.vendors import VENDORS
from leadboard.capture.vendors.vendor import SMALL
from leadboard.capture.views import LONGEST_CONTENT_TYPE
from leadboard.http import ahead, bodies
from leadboard.http.addresses import sender
from leadboard.http.gathering import Gatherer
from leadboard.http.problems import Problem
from leadboard.limits.buckets import Rate, take
from leadboard.playbook import versions

log = logging.getLogger(__name__)
PATH = re.compile(r"/intake/([\w-]{1,64})/?", re.ASCII)
THREADS_ALONE = 4


@dataclass(frozen=True)
class Plain:
    """A delivery as it came; `network` is where from."""

    key: str
    headers: CaseInsensitiveMapping[str]
    body: bytes
    network: str
    id: uuid.UUID = field(default_factory=uuid.uuid4)


@dataclass(frozen=True)
class Kept:
    """A delivery that is kept and committed; `alone` is what is still to be digested of it."""

    id: uuid.UUID
    alone: Delivery | None


class Door(ahead.Ahead):
    """Takes plain deliveries."""

    def __init__(self, other: ahead.Application):
        super().__init__(other)
        self.gatherer = Gatherer(self.keep, key=lambda plain: plain.id)
        self.alone = ThreadPoolExecutor(THREADS_ALONE, "digest")

    def is_mine(self, path: str) -> bool:
        """Is this the address of a source?"""
        return PATH.fullmatch(path) is not None

    async def take(self, scope: ahead.Scope, receive: ahead.Receive, send: ahead.Send) -> ahead.Receive:
        """Keep, digest and answer a plain delivery."""
        headers = ahead.headers_of(scope)
        if not (ahead.is_short(headers, SMALL) and ahead.is_for_us(scope, headers)):
            return receive
        body = await ahead.body_of(receive)
        plain = _plain(scope, headers, body)
        kept = await self.gatherer.do(plain) if plain else None
        if kept is None:
            return ahead.again(body, receive)
        if kept.alone is not None:
            await get_running_loop().run_in_executor(self.alone, _digest_alone, kept.alone)
        said = json.dumps({"id": str(kept.id), "status": "accepted"}).encode()
        return await ahead.answer(send, 202, said)

    def keep(self, many: list[Plain]) -> list[Kept | None]:
        """Keep deliveries, and digest those that are plain all the way; None for what Django answers."""
        try:
            asked = {one.id: (one, source, two) for one, source, two in _read(many)}
            admitted = _admitted(asked.values())
            kept = together.keep([asked[one][2] for one in admitted]) if admitted else []
        except Exception:
            connection.close()  # this thread keeps its connection as long as it is good
            raise
        # Committed: from here on nothing is Django's, which would keep it a second time.
        alone = {one.submission.id: one for one in together.digest(kept)}
        told = {one.submission.id: Kept(one.submission.id, alone.get(one.submission.id)) for one in kept}
        told |= _known([asked[one][2] for one in admitted if one not in told])
        return [told.get(one.id) for one in many]


def _plain(scope: ahead.Scope, headers: dict[str, str], body: bytes) -> Plain | None:
    path = PATH.fullmatch(scope["path"])
    if path is None or not body.strip() or len(body) != int(headers["content-length"]):
        return None
    client = scope.get("client") or ("",)
    network = sender(str(client[0]), headers.get("x-forwarded-for", ""))
    return Plain(path[1], CaseInsensitiveMapping(headers), body, network)


def _read(many: list[Plain]) -> Iterator[tuple[Plain, Source, Delivery]]:
    """Yield the deliveries that are proved and can be read; the submission of each has its id."""
    known = versions.with_active(Source.objects.filter(key__in={one.key for one in many}, active=True))
    sources = {source.key: source for source in known}
    for one in many:
        source = sources.get(one.key)
        if source is not None and _is_proved(source, one) and (delivery := _delivery(source, one)):
            yield one, source, delivery


def _is_proved(source: Source, one: Plain) -> bool:
    """Does the sender know the secret in force, and is the body one of this vendor's size?"""
    vendor = VENDORS[source.vendor]
    if vendor.signs_address or len(one.body) > vendor.largest_body:
        return False
    try:
        return vendor.is_genuine(source, one.headers, one.body)
    except Exception:  # Django asks again, and says what it makes of it
        log.info("the signature of a delivery to source %s could not be read", source.pk, exc_info=True)
        return False


def _delivery(source: Source, one: Plain) -> Delivery | None:
    vendor, content_type = VENDORS[source.vendor], one.headers.get("content-type", "")
    if len(content_type) > LONGEST_CONTENT_TYPE or not content_type.isprintable():
        return None
    try:
        payload = bodies.parse(content_type, one.body, lists=vendor.split is not None, nothing=vendor.batches)
        key = intake.idempotency_key(one.headers)
        submission = intake.submission_of(
            source, content_type, one.body, payload, headers=one.headers, idempotency_key=key
        )
    except Problem:
        return None
    submission.id = one.id
    return Delivery(submission, payload)


def _admitted(asked: Iterable[tuple[Plain, Source, Delivery]]) -> list[uuid.UUID]:
    """Return those that are within the limits, counted for all that share them at once."""
    by_limits: dict[tuple[tuple[str, Rate], ...], list[uuid.UUID]] = defaultdict(list)
    for one, source, _ in asked:
        says_origin = "origin" in one.headers
        limits = doorkeeper.limits_of(versions.of(source).door, source, one.network, says_origin)
        by_limits[tuple(limits.items())].append(one.id)
    fits = [same for limits, same in by_limits.items() if not limits or take(dict(limits), len(same)) is None]
    return [one for same in fits for one in same]


def _known(again: list[Delivery]) -> dict[uuid.UUID, Kept]:
    """Return the first delivery of each key that came before. One that came with another body is Django's,
    as is all that fails here: it is not kept yet, and its key lets nobody keep it twice.
    """
    told = {}
    for one in again:
        try:
            told[one.submission.id] = Kept(intake.first_of(one.submission).id, None)
        except Problem:
            continue
        except Exception:
            log.exception("the first delivery of a key could not be found")
            connection.close()
    return told


def _digest_alone(delivery: Delivery) -> None:
    close_old_connections()
    try:
        intake.digest_or_leave(delivery.submission, delivery.payload)
    finally:
        close_old_connections()
