"""The list of those who must not be mailed, as keyed hashes: it outlasts erasure and re-import.

A hash is HMAC-SHA256 of the canonical address under a random key of its own (`SuppressionKey`), not
under SECRET_KEY: whoever changes that would silently empty the list. Nothing takes an address off.
"""

import hmac
import secrets
from collections.abc import Iterable

from handoff.mailing.addresses import canonical
from handoff.models import Suppression, SuppressionKey


def is_suppressed(email: str | None) -> bool:
    """Is this address, in any spelling, on the list?"""
    return bool(email) and email is not None and Suppression.objects.filter(hash=_hash(email)).exists()


def suppressed_of(emails: Iterable[str]) -> set[str]:
    """Return those of many addresses that are on the list, in the spelling in which they were asked for."""
    key = _key()
    hashes = {email: hmac.digest(key, canonical(email).encode(), "sha256") for email in set(emails) if email}
    listed = Suppression.objects.filter(hash__in=hashes.values()).values_list("hash", flat=True)
    found = {bytes(one) for one in listed}
    return {email for email, one in hashes.items() if one in found}


def add(email: str, why: str) -> None:
    """Put an address on the list; twice is once."""
    Suppression.objects.bulk_create([Suppression(hash=_hash(email), why=why)], ignore_conflicts=True)


def _hash(email: str) -> bytes:
    """Return the keyed hash of an address."""
    return hmac.digest(_key(), canonical(email).encode(), "sha256")


def _key() -> bytes:
    """Return the key of the list; made on first use, and the first writer wins."""
    kept = SuppressionKey.objects.first()
    if kept is None:
        SuppressionKey.objects.bulk_create(
            [SuppressionKey(key=secrets.token_bytes(32))], ignore_conflicts=True
        )
        kept = SuppressionKey.objects.get()
    return bytes(kept.key)
