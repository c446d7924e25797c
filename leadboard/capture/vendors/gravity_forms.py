"""Gravity Forms: an entry whose fields are called by number ("3", "1.6"), or by the names a person gave them.

It signs nothing. With a secret the sender shows it as with a generic source: a webhook of Gravity Forms can
send it as a header. A mapping names the numbers; without one names, countries and phone numbers are found.
"""

import re
from typing import Any

from leadboard.capture.contact import country_code
from leadboard.capture.entries import Entry, digest_of, id_text, moment, object_in, objects_in, put
from leadboard.capture.labels import word_set
from leadboard.capture.models import Source
from leadboard.capture.vendors import generic
from leadboard.capture.vendors.vendor import TESTER, Document, Sample, Vendor, as_json

OF_THE_ENTRY = word_set(
    "id form_id form_title post_id date_created date_updated is_starred is_read is_fulfilled ip "
    "source_url source_id "
    "user_agent currency payment_status payment_date payment_amount payment_method transaction_id "
    "transaction_type created_by status workflow_step workflow_final_status"
)
PART = re.compile(r"(\d+)\.(\d+)")
DIALLED = re.compile(r"[+(0][\d\s()/.-]{6,24}")
DATE = re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}")
# The numbers of the parts of a name (prefix, first, middle, last, suffix), and of an address its country.
FIRST, LAST, COUNTRY = "3", "6", "6"
OF_A_NAME = frozenset("23468")


def read(document: Document) -> Entry:
    """Return one entry by its fields; with the form beside it, by their labels."""
    labels = _labels(object_in(document, "form"))
    document = object_in(document, "entry") or document
    numbered = {name: value for name, value in document.items() if name not in OF_THE_ENTRY}
    if not any(value not in ("", None, []) for value in numbered.values()):
        return Entry(problem="Gravity Forms sent an entry without answers.")
    entry = id_text(document.get("id")) if "form_id" in document else ""
    fields: dict[str, Any] = {}
    for name, value in numbered.items():
        put(fields, labels.get(name, name), value)
    put(fields, "page.address", document.get("source_url"))
    return Entry(
        fields,
        hints=_hints(numbered) if not labels else {},
        key=f"{id_text(document.get('form_id'))} {entry} {digest_of(numbered)}" if entry else "",
        submitted_at=moment(document.get("date_created")),
    )


def _labels(form: Document) -> dict[str, str]:
    """Return {number of a field or of its part: label} of a form."""
    labels: dict[str, str] = {}
    for field in objects_in(form, "fields"):
        label = id_text(field.get("adminLabel")) or id_text(field.get("label"))
        labels[id_text(field.get("id"))] = label
        for part in objects_in(field, "inputs"):
            labels[id_text(part.get("id"))] = f"{label}.{id_text(part.get('label'))}"
    return {number: label.strip(".") for number, label in labels.items() if number and label.strip(".")}


def _hints(fields: Document) -> dict[str, str | None]:
    """Return which number is which of our fields, as far as the numbers tell."""
    parts: dict[str, set[str]] = {}
    for name in fields:
        if found := PART.fullmatch(name):
            parts.setdefault(found[1], set()).add(found[2])
    hints: dict[str, str | None] = {}
    for field, numbers in parts.items():
        if COUNTRY in numbers and country_code(str(fields[f"{field}.{COUNTRY}"])):
            hints.setdefault("country", f"{field}.{COUNTRY}")
        elif {FIRST, LAST} & numbers and numbers <= OF_A_NAME:
            hints.setdefault("first_name", f"{field}.{FIRST}")
            hints.setdefault("last_name", f"{field}.{LAST}")
    phone = next((name for name, value in fields.items() if name.isdigit() and _is_dialled(value)), None)
    return hints | ({"phone": phone} if phone else {})


def _is_dialled(value: Any) -> bool:
    if not isinstance(value, str) or DATE.fullmatch(value.strip()):
        return False
    return bool(DIALLED.fullmatch(value.strip()))


def sample(source: Source, mark: str) -> Sample:
    """Return one entry with all its fields."""
    names = {"1.3": "first", "1.6": "last", "2": "email", "3": "phone", "4": "company", "5": "message"}
    return as_json({"id": mark, "form_id": "0"} | {number: TESTER[key] for number, key in names.items()})


def steps(source: Source) -> list[str]:
    """Return how to connect it."""
    header = "Under Request Headers add Authorization with the value Bearer and the secret of this source."
    return [
        "Install the Webhooks add-on, open the form's Settings, Webhooks, Add new, and paste the address.",
        "Method POST, format JSON, body All fields. Fields then come by their numbers: name them in the "
        "mapping "
        "below. With Select fields you give them names yourself.",
        header
        if source.secret
        else "It signs nothing; a secret, sent as a request header, keeps others out.",
    ]


VENDOR = Vendor(
    "Gravity Forms", generic.is_genuine, read, sample, steps, sign=generic.sign,
    secret="none, or a text that the webhook sends as a header", needs_secret=False, is_secret_ours=True,
    asks=generic.ASKS,
)  # fmt: skip
