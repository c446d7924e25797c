"""Deliveries that a person sends from the screen to try a source: by the real door, marked, off the board."""

import hashlib
from collections.abc import Mapping

from django.utils.crypto import constant_time_compare, salted_hmac

from leadboard.capture.models import TRIAL as HEADER
from leadboard.capture.models import Source


def proof(source: Source, body: bytes) -> str:
    """Return what proves that we sent a body to a source ourselves."""
    digest = hashlib.sha256(body).hexdigest()
    return salted_hmac("leadboard.capture.trial", f"{source.key} {digest}", algorithm="sha256").hexdigest()


def mark(source: Source, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
    """Return the header to keep with a delivery that we sent ourselves; nothing for one from outside."""
    given = headers.get(HEADER)
    is_ours = given is not None and constant_time_compare(given, proof(source, body))
    return {HEADER: "yes"} if is_ours else {}
