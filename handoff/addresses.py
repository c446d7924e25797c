"""E-mail addresses: which can be mailed, and which spellings are one person."""

import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

DOTS_MEAN_NOTHING = {"gmail.com", "googlemail.com"}
LONGEST = 254
BARE_NAME = "replace(split_part(split_part(lower(btrim(email)), '@', 1), '+', 1), '.', '')"
_check_syntax = EmailValidator()


def is_mailable(address: str) -> bool:
    """Can a mail be addressed so? One plain address of at most 254 characters, no display name."""
    local, _, domain = address.rpartition("@")
    if not local.isascii() or not address.isprintable() or len(address) > LONGEST:
        return False
    try:
        _check_syntax(f"{local}@{_ascii_domain(domain)}")
    except ValidationError:
        return False
    return True


def canonical(address: str) -> str:
    """Return the one spelling of an address that all its spellings share, for comparing only.

    Case, outer space, a trailing dot and the script of the domain (IDN) do not count; a tag after `+`
    does not; dots do not where the provider ignores them. Never mail to the result.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).strip().rpartition("@")
    local, domain = local.strip().casefold(), _ascii_domain(domain)
    local = local.partition("+")[0] or local
    if domain in DOTS_MEAN_NOTHING:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def bare_name(address: str) -> str:
    """Return what stands before `+` and `@`, in lower case and without dots: the same for all spellings of an
    address and for few other people. `BARE_NAME` is the same in SQL, and indexed."""
    return address.strip().lower().partition("@")[0].partition("+")[0].replace(".", "")


def _ascii_domain(domain: str) -> str:
    """Return a domain in ASCII and lower case without its trailing dot; as it is when it is no domain."""
    bare = domain.strip().rstrip(".").lower()
    try:
        return idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError:
        return bare
