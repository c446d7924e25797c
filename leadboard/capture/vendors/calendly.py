"""Calendly: meetings booked and cancelled, and routing forms, whether a meeting follows or not.

Calendly-Webhook-Signature is `t=<seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`.
"""

import time
from collections.abc import Mapping
from typing import Any

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.models import Source
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor, as_json

MOST_PARTS = 20
# A contact is made by the booking that comes as an event of its own, or by hand.
NO_LEAD = ("invitee_no_show", "event_type", "meeting_recap", "contact")


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Are time stamp and body signed with the webhook's signing key, just now?"""
    header = headers.get("Calendly-Webhook-Signature", "")
    parts = [part.strip().partition("=") for part in header.split(",", MOST_PARTS)]
    stamps = [value for name, _, value in parts if name == "t"]
    if not source.secret or len(stamps) != 1 or not signatures.is_fresh(stamps[0]):
        return False
    expected = _signature(source, stamps[0], body)
    given = [value.lower() for name, _, value in parts if name == "v1"]
    return any(signatures.is_equal(value, expected) for value in given)


def sign(source: Source, body: bytes) -> dict[str, str]:
    """Return the header that proves a body, now."""
    stamp = str(int(time.time()))
    return {"Calendly-Webhook-Signature": f"t={stamp},v1={_signature(source, stamp, body)}"}


def _signature(source: Source, stamp: str, body: bytes) -> str:
    return signatures.hmac_hex(source.secret, f"{stamp}.".encode() + body)


def read(document: Document) -> Entry:
    """Return who booked, cancelled or filled in a routing form."""
    kind, payload = document.get("event"), object_in(document, "payload")
    match kind:
        case "invitee.created":
            return _entry(document, _person(payload) | _meeting(payload))
        case "invitee.canceled":
            return _cancelled(document, payload)
        case "routing_form_submission.created":
            return _entry(document, _answers(payload))
        case str() if kind.partition(".")[0] in NO_LEAD:
            return Entry(ignored=f"Calendly's event {kind} tells of no new enquiry.")
    return Entry(problem=f"Calendly sent the event {kind!r}, which is not known here.")


def _cancelled(document: Document, payload: Document) -> Entry:
    if payload.get("rescheduled") is True:
        return Entry(ignored="The meeting was moved; the new booking comes as a delivery of its own.")
    cancellation = object_in(payload, "cancellation")
    if cancellation.get("canceler_type") == "host":
        return Entry(ignored="The host cancelled this meeting.")
    reason = cancellation.get("reason")
    said = (
        f"Cancelled the meeting: {reason}" if isinstance(reason, str) and reason else "Cancelled the meeting."
    )
    answers = {name: value for name, value in _person(payload).items() if name != "message"}
    return _entry(document, answers | _meeting(payload) | {"message": said})


def _entry(document: Document, fields: dict[str, Any]) -> Entry:
    payload = object_in(document, "payload")
    uri = id_text(payload.get("uri"))
    sent, made = moment(document.get("created_at")), moment(payload.get("created_at"))
    return Entry(
        fields,
        key=f"{document['event']} {uri} {digest_of(payload)}" if uri else "",
        submitted_at=sent if document["event"] == "invitee.canceled" else made or sent,
    )


def _person(payload: Document) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name in ("name", "first_name", "last_name", "email"):
        put(fields, name, payload.get(name))
    put(fields, "phone", payload.get("text_reminder_number") or _called_at(payload))
    return fields | {label: value for label, value in _answers(payload).items() if label not in fields}


def _called_at(payload: Document) -> Any:
    """Return the number at which the host is to call, where that is the place of the meeting."""
    place = object_in(payload, "scheduled_event", "location")
    return place.get("location") if place.get("type") == "outbound_call" else None


def _answers(payload: Document) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for answered in objects_in(payload, "questions_and_answers"):
        put(fields, id_text(answered.get("question")) or "answer", answered.get("answer"))
    for name, value in object_in(payload, "tracking").items():
        put(fields, name, value)
    return fields


def _meeting(payload: Document) -> dict[str, Any]:
    """Return the meeting as fields of the firm's own: no label of them means one of ours."""
    meeting, fields = object_in(payload, "scheduled_event"), dict[str, Any]()
    put(fields, "event.name", meeting.get("name"))
    put(fields, "event.starts", meeting.get("start_time"))
    put(fields, "event.timezone", payload.get("timezone"))
    return fields


def sample(source: Source, mark: str) -> Sample:
    """Return a booking."""
    payload = {
        "uri": f"https://api.calendly.com/scheduled_events/TEST/invitees/{mark}",
        "name": TESTER["name"],
        "email": TESTER["email"],
        "questions_and_answers": [{"question": "Company", "answer": TESTER["company"], "position": 0}],
        "tracking": {},
        "scheduled_event": {"name": "Test"},
    }
    return as_json({"event": "invitee.created", "payload": payload})


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "Calendly has no screen for webhooks: make a subscription by its API (POST "
        "/webhook_subscriptions) with "
        "the address as url and the secret of this source as signing_key.",
        "Subscribe to invitee.created, invitee.canceled and routing_form_submission.created.",
        "A booking that is moved makes no second lead; who cancels joins the lead of the booking.",
    ]


VENDOR = Vendor(
    "Calendly", is_genuine, read, sample, steps, sign=sign,
    secret="the signing key of the webhook subscription", is_secret_ours=True,
)  # fmt: skip
