"""`POST /intake/<source key>/`: the HTTP side of the door. Every refusal is a problem document."""

import json
import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from leadboard.capture import doorkeeper, intake, refusals, sources
from leadboard.capture.models import Source
from leadboard.capture.vendors import VENDORS
from leadboard.capture.vendors.vendor import Vendor
from leadboard.http import bodies
from leadboard.http.problems import Problem
from leadboard.playbook import versions

log = logging.getLogger(__name__)
LONGEST_CONTENT_TYPE = 500


@csrf_exempt
def receive(request: HttpRequest, key: str) -> HttpResponse:
    """Take one delivery: 202 with its id once it is committed, else a problem document; never a 5xx for
    what is sent.

    503 with Retry-After is said only while the database cannot be reached.
    """
    try:
        return _receive(request, key)
    except Problem as problem:
        return problem.response()
    except (OperationalError, InterfaceError):
        log.exception("the database cannot be reached: a delivery was refused")
        return Problem(
            503,
            "unavailable",
            "The database cannot be reached. Nothing was kept; send it again.",
            headers={"Retry-After": "5"},
        ).response()


def _receive(request: HttpRequest, key: str) -> HttpResponse:
    if request.method not in ("GET", "POST"):
        raise _by_post_only()
    source = versions.with_active(Source.objects.filter(key=key, active=True)).first()
    if source is None:
        raise Problem(404, "unknown_source", "There is no source at this address, or it is switched off.")
    vendor = VENDORS[source.vendor]
    try:
        if request.method == "GET":
            return _shake_hands(vendor, source, request)
        return _take(vendor, source, request)
    except Problem as problem:
        refusals.note(source, problem)
        raise


def _take(vendor: Vendor, source: Source, request: HttpRequest) -> HttpResponse:
    body = bodies.receive(request, vendor.largest_body)
    _prove(vendor, source, request, body)
    doorkeeper.admit(versions.of(source).door, source, request)
    content_type = _content_type(request)
    payload = bodies.parse(content_type, body, lists=vendor.split is not None, nothing=vendor.batches)
    submission = intake.accept(
        source,
        content_type,
        body,
        payload,
        headers=request.headers,
        idempotency_key=intake.idempotency_key(request.headers),
    )
    return HttpResponse(
        json.dumps({"id": str(submission), "status": "accepted"}), status=202, content_type="application/json"
    )


def _shake_hands(vendor: Vendor, source: Source, request: HttpRequest) -> HttpResponse:
    """Answer the GET by which some vendors make sure whose address this is."""
    if vendor.handshake is None:
        raise _by_post_only()
    answer = vendor.handshake(source, request.GET)
    if answer is None:
        raise Problem(
            403, "bad_handshake", f"{vendor.title} asks with a challenge, and proves itself where it can."
        )
    content_type, text = answer
    return HttpResponse(text, content_type=content_type, headers={"X-Content-Type-Options": "nosniff"})


def _by_post_only() -> Problem:
    return Problem(405, "method_not_allowed", "Leads are sent by POST.", headers={"Allow": "POST"})


def _prove(vendor: Vendor, source: Source, request: HttpRequest, body: bytes) -> None:
    """Raise Problem 401 unless the sender shows that it is who it says, by the secret or by one that was
    replaced lately.
    """
    more = (settings.LEADBOARD_URL + request.get_full_path(),) if vendor.signs_address else ()
    try:
        genuine = vendor.is_genuine(source, request.headers, body, *more) or any(
            vendor.is_genuine(old, request.headers, body, *more) for old in sources.with_old_secret(source)
        )
    except Problem:
        raise
    except Exception:  # whatever a forged header makes of us: it is not shown to be genuine
        log.exception("the signature of a delivery to source %s could not be read", source.pk)
        genuine = False
    if not genuine:
        raise Problem(401, "bad_signature", vendor.asks_for, headers={"WWW-Authenticate": "Bearer"})


def _content_type(request: HttpRequest) -> str:
    content_type = request.META.get("CONTENT_TYPE", "")
    if len(content_type) > LONGEST_CONTENT_TYPE or not content_type.isprintable():
        raise Problem(415, "unsupported_type", "The Content-Type cannot be read.")
    return content_type
