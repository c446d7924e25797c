"""Tally: one form per delivery; choices come as the ids of options and are resolved to their texts.

Tally-Signature is the base64 HMAC-SHA256 of the raw body. A field is called by its label.
"""

from collections.abc import Mapping
from typing import Any

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.models import Source
from leadboard.capture.vendors import kinds
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor, as_json

KINDS = {
    "INPUT_EMAIL": "email",
    "INPUT_PHONE_NUMBER": "phone",
    "TEXTAREA": "message",
    "INPUT_LINK": "website",
}


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the body signed with the webhook's signing secret?"""
    given = headers.get("Tally-Signature", "").strip()
    return bool(source.secret) and signatures.is_equal(given, sign(source, body)["Tally-Signature"])


def sign(source: Source, body: bytes) -> dict[str, str]:
    """Return the header that proves a body."""
    return {"Tally-Signature": signatures.hmac_base64(source.secret, body)}


def read(document: Document) -> Entry:
    """Return the answers of one response, by the labels of the questions."""
    kind, data = document.get("eventType"), object_in(document, "data")
    if kind != "FORM_RESPONSE" or not data:
        return Entry(problem=f"Tally sent the event {kind!r}, which is not known here.")
    fields: dict[str, Any] = {}
    asked = _answers(data, fields)
    hints = kinds.hints(asked, list(fields))
    put(fields, "form.name", data.get("formName"))
    event = id_text(document.get("eventId")) or id_text(data.get("responseId"))
    return Entry(
        fields,
        hints=hints,
        key=f"{event} {digest_of(data)}" if event else "",
        submitted_at=moment(data.get("createdAt")) or moment(document.get("createdAt")),
    )


def _answers(data: Document, fields: dict[str, Any]) -> list[tuple[str, str]]:
    """Fill the fields; return the labels whose questions are of a telling kind, with our field."""
    questions = objects_in(data, "fields")
    keys = {id_text(question.get("key")) for question in questions} - {""}
    asked = []
    for question in questions:
        if _is_tick_of(question, keys):
            continue
        label = id_text(question.get("label")) or id_text(question.get("key")) or "answer"
        value = _value(question)
        put(fields, label, value)
        kind = KINDS.get(str(question.get("type"))) or _paid_by(question)
        if kind and value not in (None, "", []):
            asked.append((label, kind))
    return asked


def _paid_by(question: Document) -> str | None:
    """Return which of our fields a part of a payment is: its payer is the prospect where nobody else is."""
    part = str(question.get("key")).rpartition("_")[2]
    return part if question.get("type") == "PAYMENT" and part in ("name", "email") else None


def _is_tick_of(field: Document, keys: set[str]) -> bool:
    """Is this one tick of a list of checkboxes? The list itself comes too, under the key before the _."""
    key = field.get("key")
    ticks = isinstance(key, str) and isinstance(field.get("value"), bool)
    return ticks and any(str(key).startswith(f"{other}_") for other in keys if other != key)


def _value(field: Document) -> Any:
    """Return the answer with the texts of its options instead of their ids; files by their address."""
    texts = {id_text(option.get("id")): _text(option) for option in objects_in(field, "options")}
    value = field.get("value")
    if isinstance(value, dict):
        return _matrix(field, value)
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            return [_text(item) for item in value if isinstance(item, dict)]
        told = [texts.get(id_text(item)) or item for item in value]
        return told[0] if len(told) == 1 and field.get("type") in ("DROPDOWN", "MULTIPLE_CHOICE") else told
    return (texts.get(id_text(value)) or value) if texts else value


def _text(option: Document) -> Any:
    """Return what an option or a file is called; a file by its address."""
    return next(
        (option[name] for name in ("url", "text", "name", "label", "value") if option.get(name)), None
    )


def _matrix(field: Document, value: Document) -> Document:
    """Return {row: choices} by their texts; any other object as it is."""
    rows = {id_text(row.get("id")): id_text(_text(row)) for row in objects_in(field, "rows")}
    columns = {id_text(column.get("id")): _text(column) for column in objects_in(field, "columns")}
    return {
        rows.get(row) or row: [columns.get(id_text(choice)) or choice for choice in choices]
        if isinstance(choices, list)
        else columns.get(id_text(choices)) or choices
        for row, choices in value.items()
    }


def sample(source: Source, mark: str) -> Sample:
    """Return one response."""
    asked = (
        ("Full name", "INPUT_TEXT", TESTER["name"]),
        ("E-mail", "INPUT_EMAIL", TESTER["email"]),
        ("Company", "INPUT_TEXT", TESTER["company"]),
        ("How can we help?", "TEXTAREA", TESTER["message"]),
    )
    fields = [
        {"key": f"question_{place}", "label": label, "type": kind, "value": value}
        for place, (label, kind, value) in enumerate(asked)
    ]
    data = {"responseId": mark, "formId": "test", "formName": "Test", "fields": fields}
    return as_json({"eventId": mark, "eventType": "FORM_RESPONSE", "data": data})


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "Publish the form in Tally, open its Integrations, choose Webhooks, and paste the address.",
        "Add a signing secret: the secret of this source.",
        "Tally sends each answer at once and tries a failed one again for a day.",
    ]


VENDOR = Vendor(
    "Tally", is_genuine, read, sample, steps, sign=sign,
    secret="the signing secret of the webhook in Tally", is_secret_ours=True,
)  # fmt: skip
