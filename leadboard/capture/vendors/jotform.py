"""Jotform: multipart, the answers as JSON inside the field rawRequest, their labels in the text `pretty`.

Jotform signs nothing. A field is called by its label where `pretty` tells it, else by the name that Jotform
made of it (q6_fullName6 → fullName).
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, put
from leadboard.capture.leaves import unbracketed
from leadboard.capture.models import Source
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor
from leadboard.http import strict_json
from leadboard.http.problems import Problem

QUESTION = re.compile(r"q\d+_(.+?)\d*")
LONGEST_LABEL = 200


def is_genuine(source: Source, headers: Mapping[str, str], body: bytes) -> bool:
    """Jotform proves nothing; the address itself is the secret."""
    return True


def read(document: Document) -> Entry:
    """Return the answers of one submission."""
    raw = document.get("rawRequest")
    if raw is None and any(QUESTION.fullmatch(name) for name in unbracketed(document)):
        raw = unbracketed(document)  # as a form is sent on to its page of thanks
    if not isinstance(raw, str | dict):
        return Entry(problem="Jotform sent a delivery without the field rawRequest.")
    try:
        request = strict_json.loads(raw.encode()) if isinstance(raw, str) else raw
    except Problem as problem:
        return Entry(problem=f"The field rawRequest cannot be read: {problem.detail}")
    request = request if isinstance(request, dict) else {}
    asked = {name: value for name, value in request.items() if QUESTION.fullmatch(name)}
    if not asked:
        return Entry(problem="Jotform sent a delivery without answers in rawRequest.")
    fields: dict[str, Any] = {}
    pretty = document.get("pretty")
    labels = _labels(asked, pretty if isinstance(pretty, str) else "")
    for name, value in asked.items():
        put(fields, html.unescape(labels.get(name) or _name(name)), _plain(_unescaped(value)))
    for name, addresses in _files(request):
        put(fields, name, addresses)
    put(fields, "form.title", document.get("formTitle"))
    submission = id_text(document.get("submissionID"))
    return Entry(
        fields,
        key=f"{submission} {digest_of(asked)}" if submission else "",
        submitted_at=moment(request.get("submitDate")),
    )


def _name(question: str) -> str:
    found = QUESTION.fullmatch(question)
    return found[1] if found else question


def _unescaped(value: Any) -> Any:
    """Return an answer without the entities ("&quot;") that Jotform writes for signs of HTML."""
    if isinstance(value, str):
        return html.unescape(value)
    if isinstance(value, list):
        return [_unescaped(item) for item in value]
    return {name: _unescaped(item) for name, item in value.items()} if isinstance(value, dict) else value


def _files(request: Document) -> list[tuple[str, Any]]:
    """Return the uploads: each stands under its bare name, and is asked for in temp_upload."""
    names = [_name(question) for question in object_in(request, "temp_upload")]
    return [(name, request[name]) for name in names if request.get(name)]


def _plain(value: Any) -> Any:
    """Return an answer as it is read: a phone number and a date in one piece, a name by its parts."""
    if not isinstance(value, dict):
        return value
    parts = {name: part.strip() for name, part in value.items() if isinstance(part, str)}
    if "full" in parts:
        return parts["full"]
    if "phone" in parts:
        return " ".join(filter(None, (parts.get("country"), parts.get("area"), parts["phone"])))
    if "timeInput" in parts:
        return " ".join(filter(None, (parts["timeInput"], parts.get("ampm"))))
    if {"day", "month", "year"} <= parts.keys():
        return "-".join((parts["year"], parts["month"], parts["day"])).strip("-")
    return {name: part for name, part in value.items() if part}


def _labels(asked: Document, pretty: str) -> dict[str, str]:
    """Return the labels, found in "Label:answer, Label:answer" by the answers, in the same order."""
    labels, start = {}, 0
    for name, value in asked.items():
        shown = _shown(value)
        found = re.compile(f":{re.escape(shown)}(?=, |$)").search(pretty, start) if shown else None
        if found is None:
            continue
        label = _last_label(pretty[start : found.start()])
        start = found.end()
        if 0 < len(label) <= LONGEST_LABEL:
            labels[name] = label
    return labels


def _last_label(text: str) -> str:
    """Return the label at the end of a text in which answers that were not recognised may come before it."""
    label = text.removeprefix(",").strip()
    _, colon, rest = label.rstrip(":").rpartition(":")
    return rest.partition(", ")[2] if colon else label


def _shown(value: Any) -> str:
    """Return how `pretty` writes an answer of text, or of parts that are parted by spaces."""
    if isinstance(value, dict):
        return " ".join(part for part in value.values() if isinstance(part, str) and part)
    return value.strip() if isinstance(value, str) else ""


def sample(source: Source, mark: str) -> Sample:
    """Return one submission, multipart."""
    answers = {
        "q3_name": {"first": TESTER["first"], "last": TESTER["last"]},
        "q4_email": TESTER["email"],
        "q5_phoneNumber": {"full": TESTER["phone"]},
        "q6_message": TESTER["message"],
    }
    fields = {"formID": "0", "submissionID": mark, "formTitle": "Test", "rawRequest": json.dumps(answers)}
    parts = (
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return f"multipart/form-data; boundary={mark}", ("".join(parts) + f"--{mark}--\r\n").encode()


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    return [
        "Open the form in Jotform, then Settings, Integrations, WebHooks.",
        "Paste the address and press Complete integration. Jotform signs nothing: keep the address to "
        "yourselves.",
    ]


VENDOR = Vendor("Jotform", is_genuine, read, sample, steps, needs_secret=False)
