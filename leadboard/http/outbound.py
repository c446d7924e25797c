"""The one way out: a GET or POST to an address that somebody configured, guarded against reaching inside.

Judged are the addresses that the name resolves to, at the moment of connecting, and the connection goes
to one of those and nowhere else, so a name that changes its mind between check and connection changes
nothing. Only http on port 80 and https on 443, no redirects, no user in the address; time and size end.
Hosts of LEADBOARD_OUTBOUND_ALLOW (a service of the own network) are let through, on any port or on the
one named.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import SplitResult, urlsplit

import certifi
import idna
from django.conf import settings

PORTS = {"http": 80, "https": 443}
LARGEST, LONGEST_ADDRESS = 1_048_576, 4_000
PIECE = 65_536
# What Python takes for global and is none: IPv4 within IPv6, old anycast, site-local.
INSIDE = tuple(
    map(
        ipaddress.ip_network,
        (
            "64:ff9b::/96",
            "64:ff9b:1::/48",
            "2001::/32",
            "2002::/16",
            "fec0::/10",
            "192.88.99.0/24",
            "192.0.0.0/24",
            "100.64.0.0/10",
        ),
    )
)


class Refused(Exception):
    """The address may not be called; the text says why."""


class NotReached(Exception):
    """Nobody answered in time, or not as HTTP; the text says so without the address."""


class TooLarge(NotReached):
    """The answer is larger than it may be."""


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in lower case, body."""

    status: int
    headers: dict[str, str]
    body: bytes


def call(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    seconds: float = 10,
    largest: int = LARGEST,
) -> Answer:
    """Return the answer of an address, whatever its status; a redirect is an answer and is not followed.

    Raises Refused before anything is sent, NotReached when the whole exchange takes longer than `seconds`,
    the body is larger than `largest`, or the line breaks.
    """
    parts = check(url)
    port = parts.port or PORTS[parts.scheme]
    place = _resolve(parts.hostname or "", port, _is_allowed(parts.hostname or "", port))
    try:
        line = socket.create_connection(place, timeout=seconds)
    except OSError as fault:
        raise NotReached(f"It could not be reached: {type(fault).__name__}.") from None
    # A sender that drips keeps every single read in time: whoever is late in all is cut off.
    late = threading.Event()
    over = threading.Timer(seconds, _cut, [line, late])
    over.daemon = True
    over.start()
    try:
        answer = _exchange(line, parts, port, headers or {}, body, largest)
    except (OSError, http.client.HTTPException, ValueError) as fault:
        raise NotReached(f"It gave no whole answer: {type(fault).__name__}.") from None
    finally:
        over.cancel()
        line.close()
    if late.is_set():
        raise NotReached(f"It was not done in {seconds:g} seconds.")
    return answer


def check(url: str) -> SplitResult:
    """Return the parts of an address that may be called as far as can be seen from it; raises Refused."""
    if len(url) > LONGEST_ADDRESS or not url.isprintable() or any(sign in url for sign in ' \\\t"<>{}'):
        raise Refused("The address has characters that no address has.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused("This is no address.") from None
    if parts.scheme not in PORTS or not host:
        raise Refused("Only http:// and https:// addresses are called.")
    if parts.username is not None or parts.password is not None:
        raise Refused("The address must not have a user or password; put a token into a header.")
    if port not in (None, PORTS[parts.scheme]) and not _is_allowed(host, port):
        raise Refused(f"Only port {PORTS[parts.scheme]} is called.")
    return parts


def is_public(address: str) -> bool:
    """Is an address, as getaddrinfo gives it, one of the public internet?"""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    inside = any(ip.version == net.version and ip in net for net in INSIDE)
    return ip.is_global and not ip.is_multicast and not ip.is_unspecified and not inside


def _resolve(host: str, port: int, allowed: bool) -> tuple[str, int]:
    """Return the address to connect to; Refused when any of those of the name lies inside."""
    try:
        name = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as fault:
        raise NotReached(f"Its name is not known: {type(fault).__name__}.") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not allowed and not all(map(is_public, addresses)):
        raise Refused("The address lies inside of a network that is not called from here.")
    return addresses[0], port


def _is_allowed(host: str, port: int | None) -> bool:
    allowed: Iterable[str] = settings.OUTBOUND_ALLOW
    return host in allowed or f"{host}:{port}" in allowed


def _exchange(line, parts, port, headers, body, largest) -> Answer:
    """Send the request over a connected line and read the answer."""
    host = parts.hostname
    if parts.scheme == "https":
        line = _context().wrap_socket(line, server_hostname=host)
    connection = http.client.HTTPConnection(host, port)
    connection.sock = line
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    ours = {"Accept-Encoding": "identity", "User-Agent": "leadboard", "Connection": "close"}
    connection.request("GET" if body is None else "POST", path, body=body, headers=ours | dict(headers))
    answer = connection.getresponse()
    read = b""
    while piece := answer.read1(PIECE):
        read += piece
        if len(read) > largest:
            raise TooLarge(f"The answer is larger than {largest} bytes.")
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, read)


def _cut(line: socket.socket, late: threading.Event) -> None:
    """End a line from another thread: whoever reads from it gets the end, or an error."""
    late.set()
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is closed already


@cache
def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
