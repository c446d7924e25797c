"""Webflow: one form per delivery, in the shape of its Data API v2 or v1.

x-webflow-signature is the hex HMAC-SHA256 of `<x-webflow-timestamp>:<raw body>`, the stamp in milliseconds
and at most five minutes old.
"""

from collections.abc import Mapping
from typing import Any

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, put
from leadboard.capture.models import Source
from leadboard.capture.vendors.vendor import Document, Vendor


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Are time stamp and body signed with the webhook's secret, just now?"""
    stamp = headers.get("X-Webflow-Timestamp", "")
    expected = signatures.hmac_hex(source.secret, f"{stamp}:".encode() + body)
    given = headers.get("X-Webflow-Signature", "").strip().lower()
    fresh = signatures.is_fresh(stamp, per_second=1_000)
    return bool(source.secret) and signatures.is_equal(given, expected) and fresh


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
    put(fields, "form.name", form.get("name"))
    key = id_text(form.get("id")) or id_text(form.get("_id"))
    return Entry(
        fields,
        key=f"{key} {digest_of(data)}" if key else "",
        submitted_at=moment(form.get("submittedAt")) or moment(form.get("d")),
    )


VENDOR = Vendor(
    "Webflow", is_genuine, read, secret="the secret of the webhook in Webflow, or the app's client secret"
)
