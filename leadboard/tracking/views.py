"""`POST /track/`: the HTTP side of the door. 202 when something was stored, 204 when nothing had to be."""

import json
import logging
import uuid
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt

from leadboard.http import bodies, strict_json
from leadboard.http.addresses import network_of
from leadboard.http.problems import Problem
from leadboard.limits.buckets import Rate, take
from leadboard.tracking import joining, reading, sites, storing, tokens, withdrawal
from leadboard.tracking.origin import device_of, is_robot

log = logging.getLogger(__name__)
LIMIT = 65_536
TYPES = ("text/plain", "application/json", "")  # a beacon may only send the first without asking before
NEW_VISITORS = Rate(3_000, timedelta(minutes=1))  # of one network: an office or a campus, not a machine gun
PREFLIGHT = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}


@csrf_exempt
def track(request: HttpRequest) -> HttpResponse:
    """Take what one browser did. Nothing is stored without consent, nor against `Sec-GPC: 1` or `DNT: 1`;
    every refusal is a problem document. 503 is said only while the database cannot be reached.
    """
    headers: dict[str, str] = {}
    try:
        headers = sites.headers_for(request.headers.get("Origin", "")[:300])
        answer = _answer(request)
    except Problem as problem:
        answer = problem.response()
    except (OperationalError, InterfaceError):
        log.exception("the database cannot be reached: a visit was refused")
        words = "The database cannot be reached. Nothing was kept."
        answer = Problem(503, "unavailable", words, headers={"Retry-After": "5"}).response()
    except DatabaseError:  # whatever a value made of us: it was not stored, and the page is told
        log.exception("a visit could not be stored")
        answer = Problem(400, "out_of_range", "A value is outside of what can be stored.").response()
    for name, value in headers.items():
        answer.headers[name] = value
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _answer(request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if request.method != "POST":
        allowed = {"Allow": "POST, OPTIONS"}
        raise Problem(405, "method_not_allowed", "Visits are sent by POST.", headers=allowed)
    delivery = reading.read(_document(request))
    uid = _visitor(delivery.visitor)
    if not delivery.consent:
        if uid:
            withdrawal.withdraw(uid)
        return HttpResponse(status=204)
    agent = request.headers.get("User-Agent", "")[:1_000]
    if _objects(request) or is_robot(agent):
        return HttpResponse(status=204)
    if uid is None:
        _greet(request)
    return _store(uid or uuid.uuid4(), delivery, device_of(agent))


def _store(uid: uuid.UUID, delivery: reading.Delivery, device: str) -> HttpResponse:
    """Store a delivery; the answer gives the visitor its signed id, which a page keeps and sends from then
    on.
    """
    is_news = bool(delivery.visitor) or any(event.kind != "left" for event in delivery.events)
    stored = storing.store(uid, delivery.events, device) if is_news else 0
    link = tokens.read_link(delivery.link, "came") if delivery.link else None
    if link:
        joining.follow_link(uid, link.lead_id, link.mail)
    body = json.dumps({"visitor": tokens.visitor_token(uid), "stored": stored})
    return HttpResponse(body, status=202, content_type="application/json")


def _greet(request: HttpRequest) -> None:
    """Count one more new visitor of a network; Problem 429 when those are too many. Of the address a keyed
    hash is kept, for a day at most.
    """
    network = salted_hmac("tracking.network", network_of(request)).hexdigest()[:24]
    seconds = take({f"track {network}": NEW_VISITORS})
    if seconds is not None:
        wait = {"Retry-After": str(seconds)}
        raise Problem(429, "too_many", "Too many new visitors come from this network.", headers=wait)


def _document(request: HttpRequest) -> object:
    media_type, *parameters = request.META.get("CONTENT_TYPE", "").lower().split(";")
    if media_type.strip() not in TYPES or any(
        "charset" in one and one.split("=")[-1].strip(' "') not in bodies.CHARSETS for one in parameters
    ):
        raise Problem(415, "unsupported_type", "Send JSON in UTF-8 as text/plain or application/json.")
    return strict_json.loads(bodies.receive(request, LIMIT))


def _visitor(token: str) -> uuid.UUID | None:
    """Return the visitor of a token; Problem 401 for one that was not given here."""
    uid = tokens.visitor_uid(token) if token else None
    if token and uid is None:
        raise Problem(401, "unknown_visitor", "This visitor id was not given by us; leave it out to get one.")
    return uid


def _objects(request: HttpRequest) -> bool:
    """Does the browser say for its user that nobody may follow (Global Privacy Control, Do Not Track)?"""
    return request.headers.get("Sec-GPC", "").strip() == "1" or request.headers.get("DNT", "").strip() == "1"
