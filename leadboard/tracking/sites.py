"""Whose pages may send: the origins that a marketer named; as long as none is named, every page may."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from leadboard.companies.domains import registrable
from leadboard.http.problems import Problem
from leadboard.people.models import User
from leadboard.tracking.models import Site
from leadboard.tracking.origin import host_of

MOST_SITES = 200
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]")


def origin_of(address: str) -> str:
    """Return the origin of an address ("www.firm.example/a" is https); ValueError with one sentence for
    what is none.
    """
    text = address.strip()
    text = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc or not text.isprintable():
        raise ValueError("A site is an address such as https://www.firm.example.")
    host = f"[{host}]" if ":" in host else host
    try:
        host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        raise ValueError("The name of this site is no host name.") from None
    if not HOST.fullmatch(host):
        raise ValueError("A site is an address such as https://www.firm.example.")
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def allow(address: str, by: User | None = None) -> Site:
    """Return the site of an address, which may send from now on; ValueError with one sentence."""
    origin = origin_of(address)
    if len(origin) > 200 or Site.objects.count() >= MOST_SITES:
        raise ValueError(f"There is room for {MOST_SITES} sites, with 200 characters each.")
    site, _ = Site.objects.get_or_create(origin=origin, defaults={"added_by": by})
    return site


def named() -> frozenset[str]:
    """Return the origins that were named."""
    return frozenset(Site.objects.values_list("origin", flat=True))


def domains_of(origins: Iterable[str]) -> frozenset[str]:
    """Return the registered domains of origins; a host without one (localhost) stands for itself."""
    return frozenset(map(_domain_of, filter(None, origins)))


@lru_cache(1_000)
def _domain_of(origin: str) -> str:
    host = host_of(origin) or ""
    return registrable(host) or host


def may_send(origin: str, origins: frozenset[str]) -> bool:
    """May pages of this origin send, when these were named? Our own may always; who names none is no page of
    a browser.
    """
    if not origin or origin == settings.LEADBOARD_URL:
        return True
    return not origins or origin.lower() in origins


def is_ours(address: str) -> bool:
    """Does an address lead to a site that was named, or to a page of our own (a form)?"""
    try:
        origin = origin_of(address)
    except ValueError:
        return False
    return origin == settings.LEADBOARD_URL or Site.objects.filter(origin=origin).exists()


def headers_for(origin: str, origins: frozenset[str]) -> dict[str, str]:
    """Return the CORS headers of an answer to a page of this origin; Problem 403 when it may not send."""
    if not may_send(origin, origins):
        words = "Pages of this site may not send visits; name it on the Tracking page first."
        raise Problem(403, "unknown_site", words, headers={"Vary": "Origin"})
    return cors(origin)


def cors(origin: str) -> dict[str, str]:
    """Return the headers of an answer that pages of this origin may read."""
    return {"Vary": "Origin"} | ({"Access-Control-Allow-Origin": origin} if origin else {})
