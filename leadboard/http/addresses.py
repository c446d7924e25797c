"""Who sends: the address by which senders are told apart, which no header of theirs can choose.

Without a trusted proxy it is the other end of the connection. Behind one (LEADBOARD_TRUST_PROXY) it is the
last entry of X-Forwarded-For, the one that the proxy itself has written; what stands before it is the
sender's word.
"""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

UNKNOWN = "unknown"
IPV6_PREFIX = 64  # what one household or one server gets


def network_of(request: HttpRequest) -> str:
    """Return the sender's network: an IPv4 address, the /64 of an IPv6 one, or "unknown"."""
    return sender(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def sender(address: str, forwarded: str) -> str:
    """Return the network of who is at the other end, or of whom a trusted proxy names in X-Forwarded-For."""
    return network(forwarded.rpartition(",")[2] if settings.TRUSTS_PROXY and forwarded else address)


def network(text: str) -> str:
    """Return the network of an address as text; a port, brackets and a zone do not count."""
    try:
        address = ipaddress.ip_address(_bare(text.strip()))
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), IPV6_PREFIX), strict=False))


def _bare(text: str) -> str:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text.partition("%")[0]
