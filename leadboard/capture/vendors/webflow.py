"""Webflow: one form per delivery, in the shape of its Data API v2 or v1.

x-webflow-signature is the hex HMAC-SHA256 of `<x-webflow-timestamp>:<raw body>`, the stamp in milliseconds
and at most five minutes old.
"""

import time
from collections.abc import Mapping
from typing import Any

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.models import Source
from leadboard.capture.vendors import kinds
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor, as_json

KINDS = {"formtextarea": "message", "formemail": "email"}


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Are time stamp and body signed with the webhook's secret, just now?"""
    stamp = headers.get("X-Webflow-Timestamp", "")
    expected = _signature(source, stamp, body)
    given = headers.get("X-Webflow-Signature", "").strip().lower()
    fresh = signatures.is_fresh(stamp, per_second=1_000)
    return bool(source.secret) and signatures.is_equal(given, expected) and fresh


def sign(source: Source, body: bytes) -> dict[str, str]:
    """Return the headers that prove a body, now."""
    stamp = str(int(time.time() * 1_000))
    return {"X-Webflow-Timestamp": stamp, "X-Webflow-Signature": _signature(source, stamp, body)}


def _signature(source: Source, stamp: str, body: bytes) -> str:
    return signatures.hmac_hex(source.secret, f"{stamp}:".encode() + body)


def read(document: Document) -> Entry:
    """Return the fields of one form, by their names."""
    kind = document.get("triggerType", "form_submission")
    if kind != "form_submission":
        return Entry(problem=f"Webflow sent the event {kind!r}, which is not known here.")
    form = object_in(document, "payload") or document
    data = object_in(form, "data")
    if not data:
        return Entry(problem="Webflow sent a form without data.")
    fields: dict[str, Any] = {}
    for name, value in data.items():
        put(fields, name, value)
    asked = [
        (id_text(field.get("fieldName")), KINDS[kind])
        for field in objects_in(form, "schema")
        if (kind := str(field.get("fieldType")).lower()) in KINDS
        and id_text(field.get("fieldName")) in fields
    ]
    hints = kinds.hints(asked, list(fields))
    put(fields, "form.name", form.get("name"))
    put(fields, "page.address", form.get("pageUrl") or form.get("publishedPath"))
    key = id_text(form.get("id")) or id_text(form.get("_id"))
    return Entry(
        fields,
        hints=hints,
        key=f"{key} {digest_of(data)}" if key else "",
        submitted_at=moment(form.get("submittedAt")) or moment(form.get("d")),
    )


def sample(source: Source, mark: str) -> Sample:
    """Return one form."""
    data = {
        "First Name": TESTER["first"],
        "Last Name": TESTER["last"],
        "Email": TESTER["email"],
        "Company": TESTER["company"],
        "Message": TESTER["message"],
    }
    form = {"name": "Test", "siteId": "test", "data": data, "id": mark, "formId": "test"}
    return as_json({"triggerType": "form_submission", "payload": form})


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "In Webflow open the site's settings, Apps & integrations, Webhooks, and add one.",
        "Choose the trigger Form submission, API version V2, and paste the address.",
        "Webflow shows the webhook's secret when it is made: enter it here as the secret of this source. "
        "For a "
        "webhook that an app made by the API it is the app's client secret.",
    ]


VENDOR = Vendor(
    "Webflow", is_genuine, read, sample, steps, sign=sign,
    secret="the secret of the webhook in Webflow, or the app's client secret",
)  # fmt: skip
