"""Any form or script: JSON, form-encoded or multipart; with a secret, a bearer token or an HMAC of the
body.
"""

from collections.abc import Mapping

from leadboard.capture import signatures
from leadboard.capture.entries import Entry
from leadboard.capture.models import Source
from leadboard.capture.vendors.vendor import Document, Vendor

ASKS = (
    "This source has a secret: send it as Authorization: Bearer <secret>, or sign the body in "
    "X-Leadboard-Signature."
)


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Has the source no secret, or does the sender show that it knows it?

    Either `Authorization: Bearer <secret>` or `X-Leadboard-Signature: sha256=<hex HMAC-SHA256 of the
    raw body with the secret>`.
    """
    if not source.secret:
        return True
    expected = "sha256=" + signatures.hmac_hex(source.secret, body)
    bearer = headers.get("Authorization", "")
    signed = headers.get("X-Leadboard-Signature", "").strip().lower()
    return signatures.is_equal(bearer, "Bearer " + source.secret) | signatures.is_equal(signed, expected)


def read(document: Document) -> Entry:
    """Return the document as it is: its fields are those of the form."""
    return Entry(fields=document)


VENDOR = Vendor(
    "Generic",
    is_genuine,
    read,
    secret="a text that only you and the sender know",
    needs_secret=False,
    asks=ASKS,
)
