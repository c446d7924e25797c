"""Gravity Forms: an entry whose fields are called by number ("3", "1.6"), or by the names a person gave them.

It signs nothing. With a secret the sender shows it as with a generic source: a webhook of Gravity Forms can
send it as a header. A mapping names the numbers; without one names, countries and phone numbers are found.
"""

import re
from typing import Any

from leadboard.capture.entries import Entry, digest_of, id_text, moment
from leadboard.capture.labels import word_set
from leadboard.capture.vendors import generic
from leadboard.capture.vendors.vendor import Document, Vendor

OF_THE_ENTRY = word_set(
    "id form_id post_id date_created date_updated is_starred is_read is_fulfilled ip source_url source_id "
    "user_agent currency payment_status payment_date payment_amount payment_method transaction_id "
    "transaction_type created_by status workflow_step workflow_final_status"
)
PART = re.compile(r"(\d+)\.(\d+)")
DIALLED = re.compile(r"[+(0][\d\s()/.-]{6,24}")
DATE = re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}")
FIRST, LAST, STREET, ZIP, COUNTRY = "3", "6", "1", "5", "6"


def read(document: Document) -> Entry:
    """Return one entry by its fields."""
    fields = {name: value for name, value in document.items() if name not in OF_THE_ENTRY}
    if not any(value not in ("", None, []) for value in fields.values()):
        return Entry(problem="Gravity Forms sent an entry without answers.")
    entry = id_text(document.get("id")) if "form_id" in document else ""
    return Entry(
        fields,
        hints=_hints(fields),
        key=f"{id_text(document.get('form_id'))} {entry} {digest_of(fields)}" if entry else "",
        submitted_at=moment(document.get("date_created")),
    )


def _hints(fields: Document) -> dict[str, str | None]:
    """Return which number is which of our fields, as far as the numbers tell."""
    parts: dict[str, set[str]] = {}
    for name in fields:
        if found := PART.fullmatch(name):
            parts.setdefault(found[1], set()).add(found[2])
    hints: dict[str, str | None] = {}
    for field, numbers in parts.items():
        if {STREET, ZIP} & numbers:
            hints.setdefault("country", f"{field}.{COUNTRY}")
        elif {FIRST, LAST} & numbers:
            hints.setdefault("first_name", f"{field}.{FIRST}")
            hints.setdefault("last_name", f"{field}.{LAST}")
    phone = next((name for name, value in fields.items() if name.isdigit() and _is_dialled(value)), None)
    return hints | ({"phone": phone} if phone else {})


def _is_dialled(value: Any) -> bool:
    if not isinstance(value, str) or DATE.fullmatch(value.strip()):
        return False
    return bool(DIALLED.fullmatch(value.strip()))


VENDOR = Vendor(
    "Gravity Forms", generic.is_genuine, read, secret="none, or a text that the webhook sends as a header",
    needs_secret=False, asks=generic.ASKS,
)  # fmt: skip
