"""Daphne's server with our connections and requests, or no server at all."""

import faulthandler
import gc
from importlib.metadata import version

import daphne.server  # the first import of Twisted: it installs the reactor
from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import HTTPFactory, WebRequest
from twisted.internet import reactor
from twisted.protocols.basic import LineReceiver
from twisted.protocols.policies import TimeoutMixin
from twisted.web.http import HTTPChannel

from leadboard.web.channel import SECONDS_BETWEEN_REQUESTS, Channel
from leadboard.web.ending import Server
from leadboard.web.request import Request

LIMITS = {
    "websocket_max_message_size": 4_096,  # a board only listens
    "websocket_max_frame_size": 65_536,
    "websocket_connect_timeout": 20,
    "websocket_handshake_timeout": 20,
    # Who leaves does not stop the thread that works for him; under load that takes longer than daphne's ten
    # seconds, and is nothing to warn about.
    "application_close_timeout": 60,
}
PROXY = {
    "proxy_forwarded_address_header": "X-Forwarded-For",
    "proxy_forwarded_port_header": "X-Forwarded-Port",
    "proxy_forwarded_proto_header": "X-Forwarded-Proto",
}
# Whoever is asked to end has so long for what is under way. Then it ends all the same, and says where it
# stood: a thread that waits for ever (for a database behind a broken line) would keep the whole program, and
# whoever restarts it, waiting.
SECONDS_TO_END = 10
# What we override or call, each where it is defined.
EXPECTED = {
    HTTPChannel: "dataReceived headerReceived allHeadersReceived rawDataReceived allContentReceived length "
    "requestDone checkPersistence timeoutConnection forceAbortClient _respondToBadRequestAndDisconnect",
    LineReceiver: "lineLengthExceeded clearLineBuffer",
    TimeoutMixin: "resetTimeout setTimeout",
    WebRequest: "process basic_error handle_reply",
    daphne.server: "HTTPFactory",
    daphne.server.Server: "run listen_success kill_all_applications",
}


class Factory(HTTPFactory):
    """Makes a connection of ours for each client."""

    protocol = Channel
    timeOut = SECONDS_BETWEEN_REQUESTS

    def buildProtocol(self, addr):
        """Return a connection whose requests are ours."""
        channel = super().buildProtocol(addr)
        channel.timeOut, channel.requestFactory = SECONDS_BETWEEN_REQUESTS, Request
        return channel


def serve(application, endpoint: dict, *, trusts_proxy: bool) -> int:
    """Serve until a signal comes; return the exit code. `endpoint` is host and port, or file_descriptor.

    SystemExit, before anything is answered, when daphne or Twisted is not as we know it.
    """
    refuse_unknown()
    daphne.server.HTTPFactory = Factory
    server: Server = Server(
        application,
        build_endpoint_description_strings(**endpoint),
        ready_callable=lambda: refuse_unguarded(server),
        verbosity=0,
        server_name="",
        **LIMITS,
        **(PROXY if trusts_proxy else {}),
    )
    reactor.addSystemEventTrigger("before", "shutdown", end_in_time)  # type: ignore[arg-type]
    gc.collect()
    gc.freeze()  # the program itself is no garbage: without this each full collection holds all requests up
    server.run()
    return 1 if server.abort_start else 0


def end_in_time() -> None:
    """End within SECONDS_TO_END, whatever still runs; its stacks go to standard error then, the code is 1."""
    faulthandler.dump_traceback_later(SECONDS_TO_END, exit=True)


def refuse_unknown() -> None:
    """Exit when a name on which our limits hang is gone: it would never be called."""
    for place, names in EXPECTED.items():
        for name in names.split():
            if name not in vars(place):
                raise SystemExit(_unknown(f"{place.__name__}.{name}"))


def refuse_unguarded(server) -> None:
    """Exit when daphne is about to serve with connections that are not ours."""
    if type(server.http_factory) is not Factory:
        raise SystemExit(_unknown("Server.http_factory"))


def _unknown(what: str) -> str:
    found = f"daphne {version('daphne')} and Twisted {version('twisted')}"
    return (
        f"leadboard.web cannot guard its door: {what} is not as expected in {found}.\n"
        "Install requirements.txt, or run `daphne leadboard.asgi:application` behind a proxy that has limits."
    )
