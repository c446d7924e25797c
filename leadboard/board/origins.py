"""Which pages may open our socket: those of this host, told by the exact text of their Origin."""

from urllib.parse import urlsplit

from channels.security.websocket import OriginValidator, WebsocketDenier

PORTS = {"http": 80, "https": 443}
LOCAL = ("localhost", "127.0.0.1", "[::1]")


def allowed_origins(settings) -> list[str]:
    """Return the origins of LEADBOARD_URL and of all ALLOWED_HOSTS on its port; for http also local ones."""
    address = urlsplit(settings.LEADBOARD_URL)
    hosts = [address.netloc, *(host for host in settings.ALLOWED_HOSTS if not host.startswith("."))]
    origins = {_origin(address.scheme, host, address.port) for host in hosts}
    if address.scheme == "http":
        origins |= {_origin("http", host, settings.LEADBOARD_PORT) for host in LOCAL}
    return sorted(origins)


def _origin(scheme, host, port):
    """Return an origin as a browser writes it: lower case, no default port."""
    name = host if not host.rpartition(":")[2].isdigit() else host.rpartition(":")[0]
    suffix = "" if port in {None, PORTS[scheme]} else f":{port}"
    return f"{scheme}://{name.lower()}{suffix}"


class ExactOrigin(OriginValidator):
    """Let only those in whose one Origin header is one of the allowed, letter by letter.

    The parent parses it: that raises for a port of 99999 and lets `https://user@host`, upper case and
    a second Origin through. No browser sends any of these. No Origin at all is refused as well.
    """

    async def __call__(self, scope, receive, send):
        """Hand on to the application, or refuse the handshake."""
        given = [value.decode("latin1") for name, value in scope.get("headers", []) if name == b"origin"]
        is_ours = len(given) == 1 and given[0] in self.allowed_origins
        return await (self.application if is_ours else WebsocketDenier())(scope, receive, send)
