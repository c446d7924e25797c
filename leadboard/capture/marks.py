"""What the contact data look like by rule and list: marks on a lead, never a reason to drop one.

`Lead.marks` is a list of `{"field": "email" | "phone", "mark": code, "source": by what it was judged, "at":
ISO time}`; a phone that can be read adds `"value"`, the number as E.164. Codes, each with its words, are
those of WORDS. Nothing here asks the network; the mail exchanger is asked by a job (`exchangers`).
"""

from datetime import datetime
from typing import Any

import phonenumbers

from leadboard.capture import contact, numbers

EMAIL, PHONE = "email", "phone"
SYNTAX, LISTS, PLAN, DNS = "syntax", "lists", "numbering plan", "dns"
WORDS = {
    "email_invalid": "Not an address that mail can reach",
    "email_disposable": "Throw-away address",
    "email_free": "Free-mail address",
    "email_role": "Shared mailbox, nobody’s own",
    "email_no_mx": "Its domain takes no mail",
    "email_mx": "Its domain takes mail",
    "phone_invalid": "Not a phone number",
    "phone_no_country": "Cannot be read without its country",
    "phone_possible": "Could be a number, in no known range",
    "phone_valid": "A number of a known range",
}
WARNINGS = frozenset(
    {"email_invalid", "email_disposable", "email_no_mx", "phone_invalid", "phone_no_country"}
)
KINDS = {"disposable": "email_disposable", "free": "email_free", "role": "email_role"}
Mark = dict[str, str]


def of(email: str, phone: str, country: str, at: datetime) -> list[Mark]:
    """Return the marks of an address and a number as they were sent; those that are empty have none."""
    return [*_of_email(email, at), *_of_phone(phone, country, at)]


def renewed(old: list[Mark], before: dict[str, Any], after: dict[str, Any], at: datetime) -> list[Mark]:
    """Return the marks after a change of email, phone or country: what still stands for the same value stays,
    with the time at which it was judged.
    """
    kept = [mark for mark in old if before[mark["field"]] == after[mark["field"]]]
    known = {(mark["field"], mark["mark"]) for mark in kept}
    fresh = of(after["email"], after["phone"], after["country"], at)
    if before["country"] != after["country"]:
        kept = [mark for mark in kept if mark["field"] != PHONE]
        known = {(mark["field"], mark["mark"]) for mark in kept}
    return [*kept, *(mark for mark in fresh if (mark["field"], mark["mark"]) not in known)]


def mark(field: str, code: str, source: str, at: datetime, **more: str) -> Mark:
    """Return one mark."""
    return {"field": field, "mark": code, "source": source, "at": at.isoformat(), **more}


def _of_email(email: str, at: datetime) -> list[Mark]:
    if not email:
        return []
    if contact.canonical_email(email) is None:
        return [mark(EMAIL, "email_invalid", SYNTAX, at)]
    code = KINDS.get(contact.email_kind(email))
    return [mark(EMAIL, code, LISTS, at)] if code else []


def _of_phone(phone: str, country: str, at: datetime) -> list[Mark]:
    if not phone:
        return []
    number = numbers.canonical_phone(phone, country)
    if number is None:
        code = "phone_no_country" if not country and _would_be_one(phone) else "phone_invalid"
        return [mark(PHONE, code, PLAN, at)]
    known = phonenumbers.is_valid_number(phonenumbers.parse(number))
    return [mark(PHONE, "phone_valid" if known else "phone_possible", PLAN, at, value=number)]


def _would_be_one(phone: str) -> bool:
    """Has a text without a country the digits of a number, and little else?"""
    digits = sum(sign.isdigit() for sign in phone)
    others = sum(sign.isalpha() for sign in phone)
    return 6 <= digits <= 15 and others <= 4 and not phone.strip().startswith(("+", "00"))
