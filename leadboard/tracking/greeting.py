"""New visitors of one network: so many a minute and no more, for a machine could make them without end."""

from datetime import timedelta

from django.utils.crypto import salted_hmac

from leadboard.http.problems import Problem
from leadboard.limits.buckets import Rate, take

NEW_VISITORS = Rate(3_000, timedelta(minutes=1))  # of one network: an office or a campus, not a machine gun


def greet(network: str) -> None:
    """Count one more new visitor of a network; Problem 429 when those are too many. Of the address a keyed
    hash is kept, for a day at most.
    """
    hashed = salted_hmac("tracking.network", network).hexdigest()[:24]
    seconds = take({f"track {hashed}": NEW_VISITORS})
    if seconds is not None:
        wait = {"Retry-After": str(seconds)}
        raise Problem(429, "too_many", "Too many new visitors come from this network.", headers=wait)
