"""E-mail addresses: which can be mailed, and which spellings are one person."""

import unicodedata

import idna
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

DOTS_MEAN_NOTHING = {"gmail.com", "googlemail.com"}
LONGEST = 254
_check_syntax = EmailValidator()


def is_mailable(address):
    """Can a mail be addressed so? One plain address of at most 254 characters, no display name."""
    local, _, domain = address.rpartition("@")
    if not local.isascii() or not address.isprintable() or len(address) > LONGEST:
        return False
    try:
        _check_syntax(f"{local}@{_ascii_domain(domain)}")
    except ValidationError:
        return False
    return True


def canonical(address):
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


def like_patterns(address):
    """Return SQL LIKE patterns that every spelling of this address matches in lower case (and few others)."""
    local, _, domain = canonical(address).rpartition("@")
    if domain == "gmail.com":
        return [f"{_between_letters(local)}%@{provider}%" for provider in sorted(DOTS_MEAN_NOTHING)]
    return [
        f"{_literal(local)}%@{_literal(spelling)}%" for spelling in sorted({domain, _unicode_domain(domain)})
    ]


def _ascii_domain(domain):
    """Return a domain in ASCII and lower case without its trailing dot; as it is when it is no domain."""
    bare = domain.strip().rstrip(".").lower()
    try:
        return idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError:
        return bare


def _unicode_domain(domain):
    """Return a domain as people write it; as it is when it cannot be read."""
    try:
        return idna.decode(domain)
    except idna.IDNAError:
        return domain


def _literal(text):
    """Return text with the special characters of LIKE escaped."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _between_letters(local):
    """Return a pattern for a local part with anything, such as dots, between its characters."""
    return "%".join(_literal(letter) for letter in local)
