"""Typeform: one finished form per delivery, its answers apart from the titles of their questions.

Typeform-Signature is `sha256=` and the base64 HMAC-SHA256 of the raw body. A field is called by the title
of its question; hidden fields by their name. What Typeform reckons itself stands under "calculated." and
"variable.".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from leadboard.capture import signatures
from leadboard.capture.entries import (
    LONGEST_ID,
    Entry,
    digest_of,
    id_text,
    moment,
    object_in,
    objects_in,
    put,
)
from leadboard.capture.models import Source
from leadboard.capture.vendors import kinds
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor, as_json

UNFINISHED = ("form_response_partial", "form_response_started")
DEEPEST, MOST_READ = 4, 1_000
RECALLED = re.compile(r"\s*,?\s*\{\{[^{}]*\}\}\s*,?")  # an earlier answer, named within a title
KINDS = {"email": "email", "phone_number": "phone", "long_text": "message", "website": "website"}


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the body signed with the webhook's secret?"""
    given = headers.get("Typeform-Signature", "").strip()
    return bool(source.secret) and signatures.is_equal(given, sign(source, body)["Typeform-Signature"])


def sign(source: Source, body: bytes) -> dict[str, str]:
    """Return the header that proves a body."""
    return {"Typeform-Signature": "sha256=" + signatures.hmac_base64(source.secret, body)}


def read(document: Document) -> Entry:
    """Return the answers of one response, by the titles of the questions."""
    kind = document.get("event_type")
    if kind in UNFINISHED:
        return Entry(ignored="Somebody has begun this form and not sent it yet.")
    if kind != "form_response" or not object_in(document, "form_response"):
        return Entry(problem=f"Typeform sent the event {kind!r}, which is not known here.")
    response = object_in(document, "form_response")
    fields: dict[str, Any] = {}
    asked = _answers(response, fields)
    hints = kinds.hints(asked, list(fields))
    _reckoned(response, fields)
    token = id_text(document.get("event_id")) or id_text(response.get("token"))
    return Entry(
        fields,
        hints=hints,
        key=f"{token} {digest_of(response)}" if token else "",
        submitted_at=moment(response.get("submitted_at")),
    )


def _answers(response: Document, fields: dict[str, Any]) -> list[tuple[str, str]]:
    """Fill the fields; return the labels whose questions are of a telling kind, with our field."""
    questions = {id_text(question.get("id")): question for question in _questions(response.get("definition"))}
    asked = []
    for answer in objects_in(response, "answers"):
        field = object_in(answer, "field")
        question = questions.get(id_text(field.get("id")), {})
        label = _title(question) or id_text(field.get("ref")) or id_text(field.get("id"))
        put(fields, label or "answer", _value(answer))
        kind = KINDS.get(str(answer.get("type"))) or KINDS.get(str(question.get("type") or field.get("type")))
        if kind:
            asked.append((label or "answer", kind))
    return asked


def _title(question: Document) -> str:
    """Return the title of a question without the marks of bold type and recalled answers."""
    title = question.get("title")
    if not isinstance(title, str):
        return ""
    return id_text(
        RECALLED.sub(" ", title[:MOST_READ]).replace("*", "").replace("\n", " ").strip(" ,")[:LONGEST_ID]
    )


def _reckoned(response: Document, fields: dict[str, Any]) -> None:
    for name, value in object_in(response, "hidden").items():
        put(fields, name, value)
    put(fields, "calculated.score", object_in(response, "calculated").get("score"))
    for variable in objects_in(response, "variables"):
        kind = variable.get("type")
        value = variable.get(kind) if isinstance(kind, str) else None
        put(fields, f"variable.{id_text(variable.get('key'))}", value)
    put(fields, "form.id", response.get("form_id"))


def _questions(holder: Any, depth: int = 0) -> Iterator[Document]:
    """Yield the questions of a form, also those in a group, a matrix or a block of contact details."""
    for question in objects_in(holder, "fields") if depth < DEEPEST else []:
        yield question
        yield from _questions(object_in(question, "properties"), depth + 1)


def _value(answer: Document) -> Any:
    """Return what was answered; a choice by its label, or by what was typed under "other"."""
    kind = answer.get("type")
    value = answer.get(kind) if isinstance(kind, str) else None
    if kind == "choice" and isinstance(value, dict):
        return value.get("label") or value.get("other")
    if kind == "choices" and isinstance(value, dict):
        labels = value.get("labels")
        labels = labels if isinstance(labels, list) else []
        return [label for label in [*labels, value.get("other")] if isinstance(label, str)]
    if kind == "payment" and isinstance(value, dict):
        return value.get("amount")
    if kind == "multi_format" and isinstance(value, dict):
        return value.get("text") or value.get("transcript") or value
    return value


def sample(source: Source, mark: str) -> Sample:
    """Return a finished form."""
    asked = (
        ("short_text", "What is your name?", "text", TESTER["name"]),
        ("email", "Your e-mail address", "email", TESTER["email"]),
        ("phone_number", "Your phone number", "phone_number", TESTER["phone"]),
        ("long_text", "How can we help you?", "text", TESTER["message"]),
    )
    questions = [
        {"id": f"q{place}", "ref": f"r{place}", "type": kind, "title": title}
        for place, (kind, title, _, _) in enumerate(asked)
    ]
    answers = [
        {"type": kind, kind: value, "field": {"id": f"q{place}", "type": question}}
        for place, (question, _, kind, value) in enumerate(asked)
    ]
    definition = {"id": "test", "title": "Test", "fields": questions}
    response = {"form_id": "test", "token": mark, "definition": definition, "answers": answers}
    return as_json({"event_id": mark, "event_type": "form_response", "form_response": response})


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "Open the form in Typeform, then Connect, Webhooks, Add a webhook, and paste the address.",
        "Edit the webhook, enter the secret of this source under Secret, and save.",
        "Switch the webhook on. Only finished forms become leads; partial responses are kept and ignored.",
    ]


VENDOR = Vendor(
    "Typeform", is_genuine, read, sample, steps, sign=sign, secret="the secret of the webhook in Typeform",
    is_secret_ours=True,
)  # fmt: skip
