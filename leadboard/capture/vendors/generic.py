"""Any form or script: JSON, form-encoded or multipart; with a secret, a bearer token or an HMAC of the
body.
"""

import hashlib
import hmac
from collections.abc import Mapping

from leadboard.capture.models import Source
from leadboard.http.problems import Problem

LARGEST_BODY = 65_536


def verify(source: Source, headers: Mapping[str, str], body: bytes) -> None:
    """Raise Problem 401 unless the source has no secret, or the sender shows that it knows it.

    Either `Authorization: Bearer <secret>` or `X-Leadboard-Signature: sha256=<hex HMAC-SHA256 of the
    raw body with the secret>`. Compared in constant time.
    """
    if not source.secret:
        return
    secret = source.secret.encode()
    signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    bearer = headers.get("Authorization", "").encode("utf-8", "replace")
    signed = headers.get("X-Leadboard-Signature", "").strip().lower().encode("utf-8", "replace")
    if hmac.compare_digest(bearer, b"Bearer " + secret) or hmac.compare_digest(signed, signature.encode()):
        return
    raise Problem(
        401,
        "bad_signature",
        "This source has a secret: send it as Authorization: Bearer <secret>, or sign the body in "
        "X-Leadboard-Signature.",
        headers={"WWW-Authenticate": "Bearer"},
    )
