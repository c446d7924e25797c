"""Any form or script: JSON, form-encoded or multipart; with a secret, a bearer token or an HMAC of the
body.
"""

from collections.abc import Mapping
from typing import Any

from leadboard.capture import guessing, signatures
from leadboard.capture.entries import Entry
from leadboard.capture.models import Source
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor, as_json

SEVERAL = (
    "leads",
    "contacts",
    "people",
    "persons",
    "submissions",
    "entries",
    "records",
    "items",
    "rows",
    "data",
)
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
    expected = sign(source, body)["X-Leadboard-Signature"]
    scheme, _, bearer = headers.get("Authorization", "").partition(" ")
    signed = headers.get("X-Leadboard-Signature", "").strip().lower()
    knows = signatures.is_equal(bearer.strip() if scheme.lower() == "bearer" else "", source.secret)
    return knows | signatures.is_equal(signed, expected)


def sign(source: Source, body: bytes) -> dict[str, str]:
    """Return the header that proves a body; none for a source without a secret."""
    if not source.secret:
        return {}
    return {"X-Leadboard-Signature": "sha256=" + signatures.hmac_hex(source.secret, body)}


def split(payload: Any) -> list[Document]:
    """Return one document per person: those of a list, or of a list of several under a name for such lists.

    What stands beside that list is said of each of them.
    """
    if isinstance(payload, list):
        return payload if all(isinstance(item, dict) for item in payload) else []
    name = next((name for name in SEVERAL if _is_of_people(payload.get(name))), None)
    if name is None:
        return [payload]
    about = {key: value for key, value in payload.items() if key != name}
    return [about | person for person in payload[name]]


def _is_of_people(value: Any) -> bool:
    """Are there several objects, each with an e-mail address of its own?"""
    return (
        isinstance(value, list)
        and len(value) > 1
        and all(isinstance(item, dict) and _has_address(item) for item in value)
    )


def _has_address(person: Document) -> bool:
    return any(isinstance(value, str) and guessing.is_email(value) for value in person.values())


def read(document: Document) -> Entry:
    """Return the document as it is: its fields are those of the form."""
    return Entry(fields=document)


def sample(source: Source, mark: str) -> Sample:
    """Return what a form sends."""
    names = ("name", "email", "phone", "company", "title", "message")
    return as_json({name: TESTER[name] for name in names} | {"reference": mark})


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    proof = ["With each delivery send the header Authorization: Bearer and the secret."]
    return [
        "Let your form, tool or script POST to the address: JSON, form-encoded or multipart.",
        *(proof if source.secret else []),
        "An Idempotency-Key header makes a delivery that is sent twice one.",
    ]


VENDOR = Vendor(
    "Generic",
    is_genuine,
    read,
    sample,
    steps,
    sign=sign,
    secret="a text that only you and the sender know",
    needs_secret=False,
    is_secret_ours=True,
    asks=ASKS,
    split=split,
)
