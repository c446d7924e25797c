"""HubSpot webhooks: a list of events with ids of contacts, which are fetched, or come by their properties.

Signed with the app's client secret in one of three ways: v3 (base64 HMAC of method, address, body and time
stamp in milliseconds), v2 (hash of secret, method, address and body), v1 (hash of secret and body).
"""

import hashlib
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, id_text, moment, object_in, put, short_code
from leadboard.capture.models import Source
from leadboard.capture.vendors.asking import get_object
from leadboard.capture.vendors.vendor import LARGE, Document, Sample, Vendor, as_json

API = "https://api.hubapi.com"
WANTED = (
    "email,firstname,lastname,phone,mobilephone,company,jobtitle,country,website,message,"
    "hs_analytics_source,createdate,numemployees,industry"
)
ESCAPED = re.compile("%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
CONTACT = "0-1"
IDS = ("id", "objectId", "vid", "canonical-vid", "hs_object_id")
OTHER_OBJECTS = ("company.", "deal.", "ticket.", "product.", "line_item.", "conversation.")
NO_LEAD = ("deletion", "merge", "restore", "associationChange", "newMessage")


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes, address: str = "") -> bool:
    """Is the delivery signed with the client secret, by the newest version that it is signed in?

    `address` is the one that was called, with its query; without it that of the source.
    """
    address = address or source.url
    if not source.secret:
        return False
    newest = headers.get("X-HubSpot-Signature-v3")
    if newest is not None:
        stamp = headers.get("X-HubSpot-Request-Timestamp", "")
        expected = _newest(source, stamp, body, decoded(address))
        return signatures.is_equal(newest.strip(), expected) and signatures.is_fresh(stamp, per_second=1_000)
    version = headers.get("X-HubSpot-Signature-Version", "v1").strip().lower()
    signed = {"v1": source.secret, "v2": f"{source.secret}POST{address}"}
    if version not in signed:
        return False
    expected = hashlib.sha256(signed[version].encode() + body).hexdigest()
    return signatures.is_equal(headers.get("X-HubSpot-Signature", "").strip().lower(), expected)


def sign(source: Source, body: bytes) -> dict[str, str]:
    """Return the headers that prove a body, now, in the newest version."""
    stamp = str(int(time.time() * 1_000))
    signature = _newest(source, stamp, body, source.url)
    return {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}


def decoded(address: str) -> str:
    """Return an address as HubSpot signs it in v3: some signs, where they are escaped, stand as they are."""
    return ESCAPED.sub(lambda found: unquote(found[0]), address)


def _newest(source: Source, stamp: str, body: bytes, address: str) -> str:
    """Return signature v3 of a POST to an address."""
    return signatures.hmac_base64(source.secret, f"POST{address}".encode() + body + stamp.encode())


def split(payload: Any) -> list[Document]:
    """Return one document per event."""
    events = payload if isinstance(payload, list) else [payload]
    return [event if isinstance(event, dict) else {"event": event} for event in events]


def read(event: Document) -> Entry:
    """Return the contact of one event: its id, and the property that changed; or a whole contact."""
    if object_in(event, "properties"):
        return _contact(event)
    kind = id_text(event.get("subscriptionType")) or id_text(event.get("eventType"))
    subject, _, change = kind.rpartition(".")
    if kind.startswith(OTHER_OBJECTS) or (subject == "object" and event.get("objectTypeId") != CONTACT):
        return Entry(ignored=f"HubSpot's event {kind} tells of no contact.")
    if change == "privacyDeletion":
        return Entry(problem="HubSpot deleted this contact for privacy. Look whether to erase the lead.")
    if subject in ("contact", "object") and change in NO_LEAD:
        return Entry(ignored=f"HubSpot's event {kind} tells of no new contact.")
    if subject not in ("contact", "object") or change not in ("creation", "propertyChange"):
        return Entry(problem=f"HubSpot sent the event {kind or None!r}, which is not known here.")
    fields: dict[str, Any] = {}
    if change == "propertyChange":
        put(fields, id_text(event.get("propertyName")) or "property", event.get("propertyValue"))
    parts = (kind, event.get("eventId"), event.get("occurredAt"), event.get("propertyName"))
    return _entry(event.get("objectId"), fields, event.get("occurredAt"), parts)


def _contact(contact: Document) -> Entry:
    """Return a contact as the CRM API gives it: {id, properties}; or as a workflow does, each property an
    object with its value.
    """
    fields: dict[str, Any] = {}
    for name, value in object_in(contact, "properties").items():
        put(fields, name, value.get("value") if isinstance(value, dict) else value)
    created = fields.pop("createdate", None) or contact.get("createdAt")
    parts = ("contact", contact.get("updatedAt"), contact.get("archived"))
    known_as = next((contact[name] for name in IDS if contact.get(name)), None)
    return _entry(known_as, fields, created, parts)


def _entry(contact_id: Any, fields: dict[str, Any], submitted_at: Any, parts: tuple[Any, ...]) -> Entry:
    contact = id_text(contact_id)
    if not contact:
        return Entry(problem="HubSpot sent an event without the id of the contact.")
    return Entry(
        fields,
        key=" ".join([contact, *(str(part) for part in parts if part is not None)]),
        submitted_at=moment(submitted_at),
        external_id=contact,
        name=f"HubSpot contact {short_code(contact)}",
    )


def fetch(external_id: str, token: str) -> Document:
    """Return a contact from the CRM API; raises NotAnswered."""
    url = f"{API}/crm/v3/objects/contacts/{quote(external_id, safe='')}"
    return get_object(url, headers={"Authorization": f"Bearer {token}"}, query={"properties": WANTED})


def sample(source: Source, mark: str) -> Sample:
    """Return the event of one new contact."""
    number = int(mark, 16)
    return as_json([{"eventId": number, "subscriptionType": "contact.creation", "objectId": number}])


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "In the app's Webhooks paste the address as target URL and subscribe to contact.creation.",
        "Ids come without the person. With a token (crm.objects.contacts.read) the contact is fetched; "
        "without one "
        "subscribe to contact.propertyChange of email, firstname, lastname, phone, company too.",
        "All versions of HubSpot's signature are checked, the newest one first.",
    ]


VENDOR = Vendor(
    "HubSpot", is_genuine, read, sample, steps, sign=sign, secret="the app's client secret",
    token="a private app's access token with crm.objects.contacts.read", largest_body=LARGE, split=split,
    fetch=fetch, signs_address=True, batches=True,
)  # fmt: skip
