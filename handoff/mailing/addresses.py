"""E-mail addresses: which can be mailed, and which spellings are one person."""

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from leadboard.capture.contact import ascii_domain
from leadboard.capture.contact import one_spelling as canonical

__all__ = ["BARE_NAME", "bare_name", "canonical", "is_mailable"]
LONGEST = 254
BARE_NAME = "replace(split_part(split_part(lower(btrim(email)), '@', 1), '+', 1), '.', '')"
_check_syntax = EmailValidator()


def is_mailable(address: str) -> bool:
    """Can a mail be addressed so? One plain address of at most 254 characters, no display name."""
    local, _, domain = address.rpartition("@")
    if not local.isascii() or not address.isprintable() or len(address) > LONGEST:
        return False
    try:
        _check_syntax(f"{local}@{ascii_domain(domain)}")
    except ValidationError:
        return False
    return True


def bare_name(address: str) -> str:
    """Return what stands before `+` and `@`, in lower case and without dots: the same for all spellings of an
    address and for few other people. `BARE_NAME` is the same in SQL, and indexed."""
    return address.strip().lower().partition("@")[0].partition("+")[0].replace(".", "")
