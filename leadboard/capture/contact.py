"""E-mail addresses, company domains and countries in one canonical form, for comparing only.

What is stored of a lead stays as it was sent (an address without what was wrapped around it); nothing here
asks the network. Phone numbers are in `numbers`.
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import idna
from disposable_email_domains import blocklist
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from leadboard.companies.countries import country_code
from leadboard.companies.domains import company_domain, is_free_mail, registrable
from leadboard.companies.names import plain as folded

__all__ = ["canonical_email", "company_domain", "country_code", "folded", "is_free_mail"]

LISTS = Path(__file__).parent / "lists"
ROLES = frozenset((LISTS / "role_mailboxes.txt").read_text("utf-8").split())
DOTS_MEAN_NOTHING = frozenset({"gmail.com", "googlemail.com"})
# Nearly every address is of this plain kind, which is valid by every rule and spelled in one way: it need not
# go through the parsers of the other kinds, at a twentieth of their price. A test holds both to one answer.
PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,24}")
PLAIN = re.compile(rf"[a-z0-9]+(?:[._+-][a-z0-9]+)*@{PLAIN_DOMAIN.pattern}")
OF_SPECIAL_USE = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)
LONGEST_LOCAL, LONGEST_LABEL, LONGEST_PLAIN = 64, 63, 200
# An address as mail programs and links write it: in angles behind a name, behind a scheme, with an end mark.
IN_ANGLES = re.compile(r"(?P<name>[^<>@]*)<\s*(?P<address>[^<>\s]+@[^<>\s]+)\s*>[.,;\s]*")
SCHEME = re.compile(r"mailto:(?://)?", re.IGNORECASE)
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
NEEDLESS_QUOTES = re.compile(r'"([^\s"\\.]+(?:\.[^\s"\\.]+)*)"')


def as_address(text: str) -> tuple[str, str]:
    """Return (the address in a text, the name written before it), each "" where there is none.

    "Ana Ruiz <ana@halden.example>", "mailto:ana@halden.example?subject=…", full-width letters, signs that
    nobody sees and an end mark are ways to write one; whatever else is there comes back as it is.
    """
    text = text.strip()
    if is_plain(text):
        return text, ""
    bare = INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).strip()
    found = IN_ANGLES.fullmatch(bare)
    address, name = (found["address"], found["name"].strip(" \"'")) if found else (bare, "")
    address = SCHEME.sub("", address, count=1).partition("?")[0] if SCHEME.match(address) else address
    address = address.rstrip(".,;") if "@" in address else address
    return (address, name) if _is_valid(address) else (text, "")


@lru_cache(maxsize=4_096)
def canonical_email(text: str) -> str | None:
    """Return the one spelling of an e-mail address, as `one_spelling` does; None when its syntax is wrong."""
    address, _ = as_address(text)
    if not _is_valid(address):
        return None
    spelling = one_spelling(address)
    return spelling if "." in spelling.rpartition("@")[2] else None


@lru_cache(maxsize=4_096)
def _is_valid(address: str) -> bool:
    if is_plain(address):
        return True
    try:
        validate_email(
            address.rstrip("."),
            check_deliverability=False,
            globally_deliverable=False,
            allow_quoted_local=True,
            allow_domain_literal=False,
            allow_display_name=False,
            test_environment=True,  # a name of ours is not wrong because it ends in .test
        )
    except (EmailNotValidError, UnicodeError):
        return False
    return True


def is_plain(text: str) -> bool:
    """Is it an address of letters, digits and single signs between them, short in every part?"""
    if len(text) > LONGEST_PLAIN or not PLAIN.fullmatch(text.lower()) or not text.isascii():
        return False
    local, _, domain = text.lower().partition("@")
    parts = domain.split(".")
    is_short = len(local) <= LONGEST_LOCAL and max(map(len, parts)) <= LONGEST_LABEL
    return is_short and parts[-1] not in OF_SPECIAL_USE


@lru_cache(maxsize=4_096)
def one_spelling(address: str) -> str:
    """Return the one spelling of an address that all its spellings share, for comparing only: whoever is one
    person for the list of those who object is one person for everything else.

    Case, outer space, a trailing dot, needless quotes and the script of the domain (IDN) do not count; a tag
    after `+` does not, whoever the provider is; dots do not where the provider ignores them (Google), and
    googlemail.com is gmail.com. Never mail to the result. Whatever is no address comes
    back in lower case, so that it equals itself.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).strip().rpartition("@")
    local, domain = _one_case(local.strip()), ascii_domain(domain)
    local = NEEDLESS_QUOTES.sub(r"\1", local)
    local = local.partition("+")[0] or local
    if domain in DOTS_MEAN_NOTHING:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


@lru_cache(maxsize=4_096)
def ascii_domain(domain: str) -> str:
    """Return a domain in ASCII and lower case without its trailing dot; as it is when it is no domain."""
    bare = domain.strip().rstrip(".").lower()
    if len(bare) <= LONGEST_LABEL and PLAIN_DOMAIN.fullmatch(bare):
        return bare
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


def is_role_mailbox(address: str) -> bool:
    """Do several people read this mailbox (info@, sales@), whoever hosts it?"""
    return one_spelling(address).rpartition("@")[0] in ROLES
