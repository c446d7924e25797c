"""LinkedIn Lead Gen: the address of one response per delivery; the answers are fetched, or come later.

X-LI-Signature is the hex HMAC-SHA256 of `hmacsha256=` and the raw body with the client secret. LinkedIn asks
every two hours with a challengeCode (a UUID), which is answered with its HMAC. Only letters, digits and
hyphens are answered: for the text of a document the answer would be the signature of a delivery that nobody
sent.
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
from leadboard.capture.vendors.vendor import Document, Sample, Vendor, as_json

API = "https://api.linkedin.com"
VERSION = "202607"  # supported until July 2027
PREFIX = "hmacsha256="
CHALLENGE = re.compile(r"[0-9A-Za-z-]{4,128}")
WANTED = (
    "id,submittedAt,testLead,leadType,associatedEntity,leadMetadata,formResponse,"
    "form:(id,name,content,hiddenFields)"
)


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Is the body signed with the client secret? The header may carry the prefix of what is signed."""
    given = headers.get("X-LI-Signature", "").strip().lower().removeprefix(PREFIX)
    prefixed = signatures.is_equal(given, signatures.hmac_hex(source.secret, PREFIX.encode() + body))
    bare = signatures.is_equal(given, signatures.hmac_hex(source.secret, body))
    return bool(source.secret) and (prefixed | bare)


def sign(source: Source, body: bytes) -> dict[str, str]:
    """Return the header that proves a body."""
    return {"X-LI-Signature": signatures.hmac_hex(source.secret, PREFIX.encode() + body)}


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
    questions = _questions(document)
    fields: dict[str, Any] = {}
    for answer in objects_in(object_in(document, "formResponse"), "answers"):
        number = id_text(answer.get("questionId"))
        question = questions.get(number, {})
        label = _label(question) or id_text(answer.get("name")) or f"question {number}"
        put(fields, label, _said(object_in(answer, "answerDetails"), question))
    put(fields, "campaign_name", _campaign(document))
    for ticked in objects_in(object_in(document, "formResponse"), "consentResponses"):
        put(fields, f"consent {id_text(ticked.get('consentId'))}", ticked.get("accepted"))
    for holder in (
        object_in(document, "form"),
        object_in(document, "form", "content"),
        object_in(document, "formResponse"),
    ):
        for hidden in objects_in(holder, "hiddenFields"):
            put(fields, id_text(hidden.get("name")) or "hidden", hidden.get("value"))
    is_test = document.get("testLead") is True
    return _entry(response, fields, document.get("submittedAt"), key=f"{response} details", is_test=is_test)


def _campaign(document: Document) -> Any:
    """Return the name of the campaign, which comes where the API was asked for it; its URN says nothing."""
    about = object_in(document, "leadMetadataInfo", "sponsoredLeadMetadataInfo", "campaign")
    return about.get("name")


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


def _questions(document: Document) -> dict[str, Document]:
    content = object_in(document, "form", "content") or object_in(document, "form")
    return {id_text(question.get("questionId")): question for question in objects_in(content, "questions")}


def _label(question: Document) -> str:
    """Return what a question is called: by LinkedIn's own name, else as it is asked."""
    asked = _local(question.get("question")) or _local(question.get("label"))
    return id_text(question.get("predefinedField")) or asked or id_text(question.get("name"))


def _local(text: Any) -> str:
    """Return a text, or the first language of one in several."""
    if isinstance(text, dict):
        languages = object_in(text, "localized") or text
        return next((value for value in languages.values() if isinstance(value, str)), "")
    return text if isinstance(text, str) else ""


def _said(details: Document, question: Document) -> Any:
    """Return a typed answer, or the texts of the options that were chosen by their ids."""
    text = object_in(details, "textQuestionAnswer").get("answer")
    if text is not None:
        return text
    offered = object_in(question, "questionDetails", "multipleChoiceQuestionDetails")
    texts = {
        id_text(option.get("id")): _local(option.get("text")) for option in objects_in(offered, "options")
    }
    chosen = object_in(details, "multipleChoiceAnswer").get("options")
    return [texts.get(id_text(one)) or one for one in chosen] if isinstance(chosen, list) else chosen


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


def sample(source: Source, mark: str) -> Sample:
    """Return the notification of one response."""
    return as_json(
        {
            "type": "LEAD_ACTION",
            "leadGenFormResponse": f"urn:li:leadGenFormResponse:{mark}",
            "leadGenForm": "urn:li:leadGenForm:0",
            "leadType": "SPONSORED",
            "leadAction": "CREATED",
        }
    )


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "Register the address with LinkedIn's lead notification subscriptions (POST "
        "/rest/leadNotifications), one "
        "for the ad account or page.",
        "LinkedIn asks with a challenge at once and every two hours; leadboard answers it with the client "
        "secret.",
        "Ids come without answers. With a token (r_marketing_leadgen_automation) they are fetched; else "
        "they may be "
        "posted here later, as the API gives them.",
    ]


VENDOR = Vendor(
    "LinkedIn", is_genuine, read, sample, steps, sign=sign, secret="the app's client secret",
    token="an access token with r_marketing_leadgen_automation", handshake=handshake, fetch=fetch,
)  # fmt: skip
