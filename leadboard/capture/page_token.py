"""The signed token of a page with a form of ours: which version, what was asked, of whom, when. In place of
cookies, which do not reach a form in a frame of another site; its age tells programs from people (`junk`).
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core import signing

SALT = "leadboard.forms.page"
LONGEST = 4_000


@dataclass(frozen=True)
class Token:
    """What a page was made for. `known` is the uid of the lead whose known answers were not asked again."""

    form: int
    version: int
    asked: tuple[str, ...]
    nonce: str
    known: str = ""
    age: timedelta = timedelta(0)


class TokenRefused(Exception):
    """The token is not ours, or too old; what it says goes for nothing."""


def write(form: int, version: int, asked: tuple[str, ...], known: str = "", *, now: datetime) -> str:
    """Return the token of a new page."""
    said = {"f": form, "v": version, "q": list(asked), "n": secrets.token_hex(12), "k": known}
    return signing.dumps(said | {"at": int(now.timestamp() * 1000)}, salt=SALT, compress=True)


def read(text: str, form: int, *, oldest: timedelta, now: datetime) -> Token:
    """Return what a token of this form says; raises TokenRefused unless it is ours and young enough."""
    if not 0 < len(text) <= LONGEST or not text.isascii():
        raise TokenRefused
    try:
        said = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):  # nothing is decoded before the signature holds
        raise TokenRefused from None
    age = now - datetime.fromtimestamp(said["at"] / 1000, UTC)
    if said["f"] != form or age > oldest:
        raise TokenRefused
    return Token(said["f"], said["v"], tuple(said["q"]), said["n"], said["k"], age)
