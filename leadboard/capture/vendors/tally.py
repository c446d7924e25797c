"""Tally: one form per delivery; choices come as the ids of options and are resolved to their texts.

Tally-Signature is the base64 HMAC-SHA256 of the raw body. A field is called by its label.
"""

from collections.abc import Mapping
from typing import Any

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.models import Source
from leadboard.capture.vendors.vendor import Document, Vendor


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the body signed with the webhook's signing secret?"""
    expected = signatures.hmac_base64(source.secret, body)
    return bool(source.secret) and signatures.is_equal(headers.get("Tally-Signature", "").strip(), expected)


def read(document: Document) -> Entry:
    """Return the answers of one response, by the labels of the questions."""
    kind, data = document.get("eventType"), object_in(document, "data")
    if kind != "FORM_RESPONSE" or not data:
        return Entry(problem=f"Tally sent the event {kind!r}, which is not known here.")
    asked = objects_in(data, "fields")
    keys = {id_text(field.get("key")) for field in asked} - {""}
    fields: dict[str, Any] = {}
    for field in asked:
        if not _is_tick_of(field, keys):
            put(fields, id_text(field.get("label")) or id_text(field.get("key")) or "answer", _value(field))
    put(fields, "form.name", data.get("formName"))
    event = id_text(document.get("eventId")) or id_text(data.get("responseId"))
    return Entry(
        fields,
        key=f"{event} {digest_of(data)}" if event else "",
        submitted_at=moment(data.get("createdAt")) or moment(document.get("createdAt")),
    )


def _is_tick_of(field: Document, keys: set[str]) -> bool:
    """Is this one tick of a list of checkboxes? The list itself comes too, under the key before the _."""
    key = field.get("key")
    ticks = isinstance(key, str) and isinstance(field.get("value"), bool)
    return ticks and any(str(key).startswith(f"{other}_") for other in keys if other != key)


def _value(field: Document) -> Any:
    """Return the answer with the texts of its options instead of their ids; files by their address."""
    texts = {id_text(option.get("id")): option.get("text") for option in objects_in(field, "options")}
    value = field.get("value")
    if field.get("type") == "MATRIX" and isinstance(value, dict):
        return _matrix(field, value)
    if isinstance(value, list):
        if any(isinstance(item, dict) for item in value):
            return [item.get("url") or item.get("name") for item in value if isinstance(item, dict)]
        return [texts.get(id_text(item)) or item for item in value]
    return (texts.get(id_text(value)) or value) if texts else value


def _matrix(field: Document, value: Document) -> Document:
    rows = {id_text(row.get("id")): id_text(row.get("text")) for row in objects_in(field, "rows")}
    columns = {id_text(column.get("id")): column.get("text") for column in objects_in(field, "columns")}
    return {
        rows.get(row) or row: [columns.get(id_text(choice)) or choice for choice in choices]
        for row, choices in value.items()
        if isinstance(choices, list)
    }


VENDOR = Vendor("Tally", is_genuine, read, secret="the signing secret of the webhook in Tally")
