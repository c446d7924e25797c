"""Typeform: one finished form per delivery, its answers apart from the titles of their questions.

Typeform-Signature is `sha256=` and the base64 HMAC-SHA256 of the raw body. A field is called by the title
of its question; hidden fields by their name.
"""

from collections.abc import Mapping
from typing import Any

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.models import Source
from leadboard.capture.vendors.vendor import Document, Vendor

UNFINISHED = ("form_response_partial", "form_response_started")


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the body signed with the webhook's secret?"""
    expected = "sha256=" + signatures.hmac_base64(source.secret, body)
    return bool(source.secret) and signatures.is_equal(
        headers.get("Typeform-Signature", "").strip(), expected
    )


def read(document: Document) -> Entry:
    """Return the answers of one response, by the titles of the questions."""
    kind = document.get("event_type")
    if kind in UNFINISHED:
        return Entry(ignored="Somebody has begun this form and not sent it yet.")
    if kind != "form_response" or not object_in(document, "form_response"):
        return Entry(problem=f"Typeform sent the event {kind!r}, which is not known here.")
    response = object_in(document, "form_response")
    fields: dict[str, Any] = {}
    titles = _titles(response)
    for answer in objects_in(response, "answers"):
        asked = object_in(answer, "field")
        label = titles.get(id_text(asked.get("id"))) or id_text(asked.get("ref")) or id_text(asked.get("id"))
        put(fields, label or "answer", _value(answer))
    for name, value in object_in(response, "hidden").items():
        put(fields, name, value)
    put(fields, "form.id", response.get("form_id"))
    token = id_text(document.get("event_id")) or id_text(response.get("token"))
    return Entry(
        fields,
        key=f"{token} {digest_of(response)}" if token else "",
        submitted_at=moment(response.get("submitted_at")),
    )


def _titles(response: Document) -> dict[str, str]:
    questions = objects_in(object_in(response, "definition"), "fields")
    return {id_text(question.get("id")): id_text(question.get("title")) for question in questions}


def _value(answer: Document) -> Any:
    """Return what was answered; a choice by its label, or by what was typed under "other"."""
    kind = answer.get("type")
    if kind == "choice":
        choice = object_in(answer, "choice")
        return choice.get("label") or choice.get("other")
    if kind == "choices":
        choices = object_in(answer, "choices")
        labels = choices.get("labels")
        labels = labels if isinstance(labels, list) else []
        return [label for label in [*labels, choices.get("other")] if isinstance(label, str)]
    return answer.get(kind) if isinstance(kind, str) else None


VENDOR = Vendor("Typeform", is_genuine, read, secret="the secret of the webhook in Typeform")
