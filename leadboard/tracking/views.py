"""`POST /track/`: the HTTP side of the door. 202 when something was stored, 204 when nothing had to be.

Most deliveries never come here: `door` takes them together with others. What is anything but plain (new
refusals, withdrawals, links of mails, a database that is away) is answered here, one by one.
"""

import logging
import uuid

from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from leadboard.http import bodies
from leadboard.http.addresses import network_of
from leadboard.http.problems import Problem
from leadboard.tracking import greeting, joining, reading, sites, storing, tokens, withdrawal
from leadboard.tracking.origin import device_of, is_robot

log = logging.getLogger(__name__)
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
        origin, named = request.headers.get("Origin", "")[:300], sites.named()
        headers = sites.headers_for(origin, named)
        answer = _answer(request, sites.domains_of([origin, *named]))
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


def _answer(request: HttpRequest, ours: frozenset[str]) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT)
    if request.method != "POST":
        allowed = {"Allow": "POST, OPTIONS"}
        raise Problem(405, "method_not_allowed", "Visits are sent by POST.", headers=allowed)
    reading.check_type(request.META.get("CONTENT_TYPE", ""))
    delivery = reading.read_body(bodies.receive(request, reading.LIMIT), ours)
    uid = tokens.known_visitor(delivery.visitor)
    if not delivery.consent:
        if uid:
            withdrawal.withdraw(uid)
        return HttpResponse(status=204)
    agent = request.headers.get("User-Agent", "")[:1_000]
    if reading.objects(request.headers) or is_robot(agent):
        return HttpResponse(status=204)
    if uid is None:
        greeting.greet(network_of(request))
    return _store(uid or uuid.uuid4(), delivery, device_of(agent))


def _store(uid: uuid.UUID, delivery: reading.Delivery, device: str) -> HttpResponse:
    """Store a delivery; the answer gives the visitor its signed id, which a page keeps and sends from then
    on.
    """
    stored = storing.store(uid, delivery.events, device) if delivery.is_news else 0
    link = tokens.read_link(delivery.link, "came") if delivery.link else None
    if link:
        joining.follow_link(uid, link.lead_id, link.mail)
    body = reading.acknowledgement(tokens.visitor_token(uid), stored)
    return HttpResponse(body, status=202, content_type="application/json")
