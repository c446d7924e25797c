"""How the web program ends: nobody new comes in, what is under way is answered, then all else has to stop."""

import asyncio
import contextlib
from typing import Any

import daphne.server
from daphne.ws_protocol import WebSocketProtocol
from twisted.internet.defer import Deferred

# Whoever is slower than this (a reader of a long file) is broken off; see SECONDS_TO_END in server.py.
SECONDS_TO_ANSWER = 7


class Server(daphne.server.Server):
    """Daphne's server, ending in good order.

    Daphne cancels all applications and waits for them, but gives up (KeyError) at the first connection that
    has none: a request that is half read, one refused or made a socket a moment ago. Then the loop ends under
    a page that is being made, and the page's thread waits for the loop, and the program for the thread, for
    ever.
    """

    is_ending = False

    def run(self):
        """Serve until a signal comes."""
        self.doors: list[Any] = []
        super().run()

    def listen_success(self, port):
        """Keep the listening socket, to close it first of all."""
        super().listen_success(port)
        self.doors.append(port)

    def kill_all_applications(self):
        """Return what the reactor waits for before it stops (daphne calls this at the signal)."""
        self.is_ending = True
        return Deferred.fromFuture(asyncio.ensure_future(self._end()))

    async def _end(self):
        """Close the door, end the sockets, and wait for the answers; then end whatever is left."""
        for door in self.doors:
            door.stopListening()
        for task in self._under_way(sockets=True):
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_ANSWER):
                while answering := self._under_way(sockets=False):
                    await asyncio.wait(answering)
        while left := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in left:
                task.cancel()
            await asyncio.wait(left)

    def _under_way(self, *, sockets):
        """Return the tasks of all boards, or of all requests, that have not ended."""
        tasks = {
            details.get("application_instance")
            for protocol, details in self.connections.items()
            if isinstance(protocol, WebSocketProtocol) is sockets
        }
        return {task for task in tasks if task is not None and not task.done()}
