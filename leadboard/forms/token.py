"""The signed token of a page with a form: which version, what was asked, of whom, when. In place of cookies,
which do not reach a form in a frame of another site.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core import signing

SALT = "leadboard.forms.page"
OLDEST = 24 * 3600  # seconds that a page may lie open
YOUNGEST = 2  # nobody reads and fills in a form faster
LONGEST = 4_000


@dataclass(frozen=True)
class Token:
    """What a page was made for. `known` is the uid of the lead whose known answers were not asked again."""

    form: int
    version: int
    asked: tuple[str, ...]
    nonce: str
    known: str = ""
    age: float = 0.0

    @property
    def is_hasty(self) -> bool:
        """Did it come back faster than people type?"""
        return self.age < YOUNGEST


class TokenRefused(Exception):
    """The token is not ours, or too old; what it says goes for nothing."""


def write(form: int, version: int, asked: tuple[str, ...], known: str = "", *, now: datetime) -> str:
    """Return the token of a new page."""
    said = {"f": form, "v": version, "q": list(asked), "n": secrets.token_hex(12), "k": known}
    return signing.dumps(said | {"at": int(now.timestamp() * 1000)}, salt=SALT, compress=True)


def read(text: str, form: int, *, now: datetime) -> Token:
    """Return what a token of this form says; raises TokenRefused unless it is ours and of today."""
    if not 0 < len(text) <= LONGEST or not text.isascii():
        raise TokenRefused
    try:
        said = signing.loads(text, salt=SALT)
    except (signing.BadSignature, ValueError):  # nothing is decoded before the signature holds
        raise TokenRefused from None
    age = now.timestamp() - said["at"] / 1000
    if said["f"] != form or age > OLDEST:
        raise TokenRefused
    return Token(said["f"], said["v"], tuple(said["q"]), said["n"], said["k"], age)
