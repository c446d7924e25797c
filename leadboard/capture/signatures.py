"""Who sent this? What the vendors' signatures have in common.

Every comparison takes the same time wherever the two differ. Whatever these raise means no: the door
answers 401 to any fault while a sender is verified.
"""

import base64
import hashlib
import hmac
import time

OLDEST_STAMP = 300  # seconds, for vendors that state nothing else; the same into the future
LONGEST_STAMP = 15


def is_equal(given: str, expected: str) -> bool:
    """Are two texts the same? In constant time; any text may be given."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def hmac_hex(secret: str, message: bytes) -> str:
    """Return the HMAC-SHA256 of a message in hex."""
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def hmac_base64(secret: str, message: bytes) -> str:
    """Return the HMAC-SHA256 of a message in base64."""
    return base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def is_fresh(stamp: str, *, per_second: int = 1) -> bool:
    """Is a signed time stamp, in units of which a second has `per_second`, at most five minutes off?

    Only ASCII digits are a time stamp.
    """
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= LONGEST_STAMP):
        return False
    return abs(time.time() - int(stamp) / per_second) <= OLDEST_STAMP
