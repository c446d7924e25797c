"""E-mail addresses, phone numbers, company domains and countries in one canonical form, for comparing only.

What is stored of a lead stays as it was sent; nothing here asks the network.
"""

import unicodedata
from functools import lru_cache
from pathlib import Path

import idna
import phonenumbers
from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email

from leadboard.companies.countries import country_code
from leadboard.companies.domains import company_domain, is_free_mail, registrable
from leadboard.companies.names import plain as folded

__all__ = ["canonical_email", "canonical_phone", "company_domain", "country_code", "folded", "is_free_mail"]

LISTS = Path(__file__).parent / "lists"
ROLES = frozenset((LISTS / "role_mailboxes.txt").read_text("utf-8").split())
DOTS_MEAN_NOTHING = frozenset({"gmail.com", "googlemail.com"})
LONGEST_PHONE, SHORTEST_E164 = 60, 9


@lru_cache(maxsize=4_096)
def canonical_email(text: str) -> str | None:
    """Return the one spelling of an e-mail address, as `one_spelling` does; None when its syntax is wrong."""
    try:
        validate_email(
            text.strip().rstrip("."),
            check_deliverability=False,
            globally_deliverable=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
            test_environment=True,  # a name of ours is not wrong because it ends in .test
        )
    except (EmailNotValidError, UnicodeError):
        return None
    spelling = one_spelling(text)
    return spelling if "." in spelling.rpartition("@")[2] else None


def one_spelling(address: str) -> str:
    """Return the one spelling of an address that all its spellings share, for comparing only: whoever is one
    person for the list of those who object is one person for everything else.

    Case, outer space, a trailing dot and the script of the domain (IDN) do not count; a tag after `+` does
    not; dots do not where the provider ignores them. Never mail to the result. Whatever is no address comes
    back in lower case, so that it equals itself.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).strip().rpartition("@")
    local, domain = _one_case(local.strip()), ascii_domain(domain)
    local = local.partition("+")[0] or local
    if domain in DOTS_MEAN_NOTHING:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


@lru_cache(maxsize=4_096)
def ascii_domain(domain: str) -> str:
    """Return a domain in ASCII and lower case without its trailing dot; as it is when it is no domain."""
    bare = domain.strip().rstrip(".").lower()
    try:
        return idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError:
        return bare


def _one_case(text: str) -> str:
    """Return a text composed and without case; doing it again changes nothing (Unicode, NFKC_Casefold)."""
    folded_text = unicodedata.normalize("NFKC", text.casefold())
    return folded_text if folded_text == text else _one_case(folded_text)


@lru_cache(maxsize=4_096)
def email_kind(address: str) -> str:
    """Return whose mailbox an address is: none, disposable, free, role or work, by published lists.

    The one place where this is judged: marks, scores and polite answers all ask here.
    """
    name, _, domain = one_spelling(address).rpartition("@")
    if not name or "." not in domain:
        return "none"
    if domain in blocklist or registrable(domain) in blocklist:
        return "disposable"
    if is_free_mail(domain):
        return "free"
    return "role" if name in ROLES else "work"


def canonical_phone(text: str, country: str = "") -> str | None:
    """Return the number as E.164, or None when it is none or its country is unknown.

    `country` (ISO code) says how to read a number without a leading + or 00.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_PHONE:
        return None
    text = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    canonical = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return canonical if len(canonical) >= SHORTEST_E164 else None  # "12" is possible and reaches nobody
