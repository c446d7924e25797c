"""How much is let in how fast: by source, and by sender where senders are strangers.

The playbook's `door` says how much. The limit of a source is generous: a vendor's batch passes, a machine gun
does not. The limit of an address holds for what browsers post to a source without a secret (they say their
Origin); a source that names one of its own holds everybody to it.
"""

from django.http import HttpRequest

from leadboard.capture.models import Source
from leadboard.http.addresses import network_of
from leadboard.http.problems import Problem
from leadboard.limits.buckets import Rate, take
from leadboard.playbook.door import Door


def admit(door: Door, source: Source, request: HttpRequest, *, is_open: bool = False) -> None:
    """Count one delivery; raise Problem 429 with Retry-After when that is one too many. One statement.
    `is_open`: anybody may send, whatever secret the source has (a form of our own).

    The narrower limit is asked first: what one sender has too much of costs the others of the source nothing.
    """
    limits = limits_of(door, source, network_of(request), "Origin" in request.headers, is_open=is_open)
    seconds = take(limits) if limits else None
    if seconds is not None:
        raise Problem(
            429,
            "too_many",
            f"Too many deliveries. Nothing was kept; send it again in {seconds} s.",
            headers={"Retry-After": str(seconds)},
        )


def limits_of(
    door: Door, source: Source, network: str, says_origin: bool, *, is_open: bool = False
) -> dict[str, Rate]:
    """Return the buckets that a delivery of this network to the source takes from, the narrower first."""
    limits: dict[str, Rate] = {}
    of_address, of_source = door.limit(source.name, "address"), door.limit(source.name, "source")
    is_held = is_open or door.asks_every_sender(source.name) or (not source.secret and says_origin)
    if of_address and is_held:
        limits[f"intake {source.pk} {network}"] = Rate(*of_address)
    if of_source:
        limits[f"intake {source.pk}"] = Rate(*of_source)
    return limits
