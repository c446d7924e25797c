"""How a ready frame gets to one browser: straight onto daphne's socket, else through ASGI.

Daphne frames each message anew for each socket and lets Twisted arm and disarm a writer for it:
39 to 49 µs a delivery. A frame built once and written at once costs 5. This needs attributes that
daphne and Twisted do not promise; `line_of` checks for each of them and falls back to `send()`, and
a test pins them. A proxy that ends TLS in front of us changes nothing.
"""

import asyncio
import functools
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from channels.sessions import InstanceSessionWrapper

from leadboard.board.frames import Frame, wire_close

Send = Callable[[dict], Coroutine[Any, Any, None]]  # an ASGI `send`
MOST_WAITING = 1_048_576  # bytes that a browser may leave unread before it is cut off
MOST_QUEUED = 64  # frames, where we cannot see bytes


class DaphneLine:
    """Writes on the socket of one daphne connection, from its event loop."""

    def __init__(self, protocol):
        self._protocol = protocol
        self._transport = protocol.transport

    def send(self, frame: Frame) -> bool:
        """Write a frame; False when the reader is so slow that it was cut off."""
        if self._protocol.state != self._protocol.STATE_OPEN:
            return True
        waiting = self._waiting()
        if waiting and waiting + len(frame.wire) > MOST_WAITING:
            return False
        self._write(frame.wire, waiting)
        return True

    def close_now(self, code: int) -> None:
        """Write the close frame without waiting for the reactor, which may be about to stop."""
        if self._protocol.state == self._protocol.STATE_OPEN:
            self._write(wire_close(code), self._waiting())

    def hang_up(self, code: int) -> None:
        """Close with any code (daphne lets applications use none of 1001 to 2999); who does not answer within
        a second is cut off.
        """
        if self._protocol.state == self._protocol.STATE_OPEN:
            self._protocol.sendCloseFrame(code=code, isReply=False)

    def stop(self) -> None:
        """Nothing of ours runs on."""

    def _waiting(self):
        """Return how many bytes wait for the browser in Twisted's buffers."""
        return len(self._transport.dataBuffer) - self._transport.offset + self._transport._tempDataLen

    def _write(self, data, waiting):
        """Send at once what the kernel takes, when nothing waits before it; leave the rest to Twisted."""
        sent = 0
        if not waiting:
            try:
                sent = self._transport.socket.send(data)
            except (BlockingIOError, InterruptedError):
                sent = 0
            except OSError:
                return  # the connection is gone: the reactor reads the same error and tells the consumer
        if sent < len(data):
            self._transport.write(data[sent:])


class QueuedLine:
    """Hands frames to the ASGI server one after the other; the queue is short."""

    def __init__(self, send: Send):
        self._send = send
        self._queue: asyncio.Queue[Frame] = asyncio.Queue(MOST_QUEUED)
        self._writer = asyncio.get_running_loop().create_task(self._work())
        self._goodbye: asyncio.Task | None = None

    def send(self, frame: Frame) -> bool:
        """Queue a frame; False when the reader is so slow that the queue is full."""
        if self._queue.full():
            return False
        self._queue.put_nowait(frame)
        return True

    def close_now(self, code: int) -> None:
        """Nothing can be done at once here: the server closes with its own code."""

    def hang_up(self, code: int) -> None:
        """Have the server close, without waiting for what is queued."""
        self._goodbye = asyncio.get_running_loop().create_task(
            self._send({"type": "websocket.close", "code": code})
        )

    def stop(self) -> None:
        """End the writer."""
        self._writer.cancel()

    async def _work(self):
        while True:
            frame = await self._queue.get()
            await self._send({"type": "websocket.send", "text": frame.html})


def before_shutdown(act: Callable[[], None]) -> Callable[[], None]:
    """Have daphne's reactor call `act` first of all when it stops; return what takes that back.

    Daphne would cancel its applications then, but gives up (KeyError) at the first connection that has none.
    Other servers close with 1012 by themselves.
    """
    if "daphne.server" not in sys.modules:
        return lambda: None
    reactor = sys.modules["twisted.internet.reactor"]
    trigger = reactor.addSystemEventTrigger("before", "shutdown", act)
    return functools.partial(reactor.removeSystemEventTrigger, trigger)


def line_of(send: Send) -> DaphneLine | QueuedLine:
    """Return the fastest line behind an ASGI `send` after the socket was accepted."""
    protocol = _daphne_protocol(send)
    return DaphneLine(protocol) if protocol is not None and _is_plain(protocol) else QueuedLine(send)


def _daphne_protocol(send):
    """Return daphne's protocol behind a `send`, or None.

    Looked up, not imported: importing daphne or Twisted installs a reactor in programs that need none.
    """
    daphne = sys.modules.get("daphne.ws_protocol")
    while isinstance(getattr(send, "__self__", None), InstanceSessionWrapper):
        send = send.__self__.real_send
    if daphne is None or not isinstance(send, functools.partial) or len(send.args) != 1:
        return None
    return send.args[0] if isinstance(send.args[0], daphne.WebSocketProtocol) else None


def _is_plain(protocol):
    """Is it an open connection on a plain socket, with all that we use, and nothing queued by Autobahn?"""
    tcp = sys.modules["twisted.internet.tcp"]
    transport = protocol.transport
    return (
        isinstance(transport, tcp.Connection)
        and not getattr(transport, "TLS", False)
        and all(hasattr(transport, name) for name in ("socket", "dataBuffer", "offset", "_tempDataLen"))
        and protocol.state == protocol.STATE_OPEN
        and not protocol.send_queue
    )
