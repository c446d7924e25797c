"""What a check found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is right, what is so in words, and what to do about it."""

    name: str
    is_ok: bool
    says: str
    next: str = ""
