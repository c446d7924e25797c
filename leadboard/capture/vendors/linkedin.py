"""LinkedIn Lead Gen: the address of one response per delivery; the answers are fetched, or come later.

X-LI-Signature is the hex HMAC-SHA256 of `hmacsha256=` and the raw body with the client secret. LinkedIn asks
every two hours with a challengeCode, which is answered with its HMAC. Only a UUID is answered: for any other
text the answer would be the signature of a delivery that nobody sent.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from leadboard.capture import signatures
from leadboard.capture.entries import Entry, id_text, moment, object_in, objects_in, put, short_code
from leadboard.capture.models import Source
from leadboard.capture.vendors.asking import get_object
from leadboard.capture.vendors.vendor import Document, Vendor

API = "https://api.linkedin.com"
VERSION = "202509"
PREFIX = "hmacsha256="
CHALLENGE = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
WANTED = "id,submittedAt,testLead,leadType,formResponse,form:(id,name,content)"


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the body signed with the client secret? The header may carry the prefix of what is signed."""
    given = headers.get("X-LI-Signature", "").strip().lower().removeprefix(PREFIX)
    prefixed = signatures.is_equal(given, signatures.hmac_hex(source.secret, PREFIX.encode() + body))
    bare = signatures.is_equal(given, signatures.hmac_hex(source.secret, body))
    return bool(source.secret) and (prefixed | bare)


def handshake(source: Source, query: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the challenge with its HMAC."""
    code = query.get("challengeCode", "")
    if not CHALLENGE.fullmatch(code) or not source.secret:
        return None
    answer = signatures.hmac_hex(source.secret, code.encode())
    return "application/json", json.dumps({"challengeCode": code, "challengeResponse": answer})


def read(document: Document) -> Entry:
    """Return the id of one response, or its answers when they are in the document."""
    if object_in(document, "formResponse"):
        return _answered(document)
    kind, action = document.get("type", "LEAD_ACTION"), document.get("leadAction", "CREATED")
    if kind != "LEAD_ACTION":
        return Entry(problem=f"LinkedIn sent a notification of type {kind!r}, which is not known here.")
    response = _tail(document.get("leadGenFormResponse"))
    if not response:
        return Entry(problem="LinkedIn sent a lead without the address of its response.")
    if action == "DELETED":
        return Entry(
            problem=f"LinkedIn says that lead {short_code(response)} was withdrawn. Look whether to erase it."
        )
    if action != "CREATED":
        return Entry(problem=f"LinkedIn sent the action {action!r}, which is not known here.")
    fields: dict[str, Any] = {}
    put(fields, "form.id", document.get("leadGenForm"))
    put(fields, "lead_kind", document.get("leadType"))
    for name, urn in object_in(document, "associatedEntity").items():
        put(fields, f"ad.{name}", urn)
    return _entry(response, fields, document.get("occurredAt"), key=response)


def _answered(document: Document) -> Entry:
    response = _tail(document.get("id")) or _tail(document.get("leadGenFormResponse"))
    if not response:
        return Entry(problem="LinkedIn sent answers without the id of their response.")
    labels = _labels(object_in(document, "form", "content") or object_in(document, "form"))
    fields: dict[str, Any] = {}
    for answer in objects_in(object_in(document, "formResponse"), "answers"):
        question = id_text(answer.get("questionId"))
        put(fields, labels.get(question) or f"question {question}", _said(object_in(answer, "answerDetails")))
    is_test = document.get("testLead") is True
    return _entry(response, fields, document.get("submittedAt"), key=f"{response} details", is_test=is_test)


def _entry(
    response: str, fields: dict[str, Any], submitted_at: Any, *, key: str, is_test: bool = False
) -> Entry:
    return Entry(
        fields,
        key=key,
        submitted_at=moment(submitted_at),
        external_id=response,
        name=f"LinkedIn lead {short_code(response)}",
        is_test=is_test,
    )


def _labels(content: Document) -> dict[str, str]:
    """Return what the questions of a form are called: by LinkedIn's own name, else as they are asked."""
    labels = {}
    for question in objects_in(content, "questions"):
        asked = object_in(question, "question", "localized") or object_in(question, "label", "localized")
        words = next((text for text in asked.values() if isinstance(text, str)), "")
        known = id_text(question.get("predefinedField"))
        labels[id_text(question.get("questionId"))] = known or id_text(question.get("name")) or words
    return labels


def _said(details: Document) -> Any:
    text = object_in(details, "textQuestionAnswer").get("answer")
    return text if text is not None else object_in(details, "multipleChoiceAnswer").get("options")


def _tail(urn: Any) -> str:
    return id_text(urn).rpartition(":")[2]


def fetch(external_id: str, token: str) -> Document:
    """Return the answers of a response with the questions of its form; raises NotAnswered."""
    headers = {
        "Authorization": f"Bearer {token}",
        "LinkedIn-Version": VERSION,
        "X-Restli-Protocol-Version": "2.0.0",
    }
    url = f"{API}/rest/leadFormResponses/{quote(external_id, safe='')}"
    return {"id": external_id} | get_object(url, headers=headers, query={"fields": WANTED})


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "Give this address to the lead notification subscription; LinkedIn's challenge answers itself.",
        "Ids come without answers. With --token (r_marketing_leadgen_automation) they are fetched.",
    ]


VENDOR = Vendor(
    "LinkedIn",
    is_genuine,
    read,
    secret="the app's client secret",
    handshake=handshake,
    fetch=fetch,
    steps=steps,
)
