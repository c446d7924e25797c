"""Django's way from a request to its answer, in one thread from beginning to end.

Django's own handler changes threads some six times for each request (its signals, the middleware, the view,
the end), and starts a thread of its own for each. Everything of ours is synchronous: one change is enough.
"""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import close_old_connections
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

# More than there are connections in the pool: what needs none, a style sheet or a look at our health, does
# not wait behind what does.
THREADS = 16


class Handler(ASGIHandler):
    """Answers requests in threads that stay; what streams goes out as Django does it."""

    def __init__(self) -> None:
        super().__init__()
        self.threads = ThreadPoolExecutor(THREADS, "request")

    def load_middleware(self, is_async: bool = False) -> None:
        """Build the chain for synchronous use, whatever the protocol is."""
        super().load_middleware(is_async=False)

    async def handle(self, scope, receive, send) -> None:
        """Answer one request. Who leaves meanwhile does not stop the work, only what streams to them."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        work = contextvars.copy_context()  # nothing that a request sets is there for the next
        asked = asyncio.get_running_loop().run_in_executor(self.threads, work.run, self.answer, scope, body)
        response = await asked
        if isinstance(response, StreamingHttpResponse):
            await self.stream(response, receive, send)
        else:
            await self.send_response(response, send)

    async def __call__(self, scope, receive, send) -> None:
        """Answer one request; there is nothing here for other protocols."""
        if scope["type"] != "http":
            raise ValueError(f"Django can only handle HTTP connections, not {scope['type']}.")
        await self.handle(scope, receive, send)

    def answer(self, scope: dict[str, Any], body: Any) -> HttpResponseBase:
        """Return the answer to a request, in the thread that it has to itself. All that belongs to it is
        closed, unless it streams.
        """
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response: Any = refusal if request is None else self.get_response(request)
        response._handler_class = self.__class__
        if isinstance(response, StreamingHttpResponse) and response.is_async:
            close_old_connections()  # its pieces are read in another thread, which has its own
            return response
        try:
            return _whole(response)
        finally:
            response.close()

    async def stream(self, response: StreamingHttpResponse, receive, send) -> None:
        """Send the pieces of an answer as they come, until the end or until the client leaves."""
        async with ThreadSensitiveContext():
            sending = asyncio.create_task(self.send_response(response, send))
            leaving = asyncio.create_task(receive())
            try:
                await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (sending, leaving):
                    task.cancel()
                with suppress(asyncio.CancelledError):
                    await sending
                await sync_to_async(response.close)()


def _whole(response: Any) -> HttpResponse:
    """Return the answer with all its bytes in hand: a file is read while its thread is ours."""
    if not response.streaming:
        return response
    whole = HttpResponse(b"".join(response), status=response.status_code)
    whole.headers, whole.cookies = response.headers, response.cookies
    return whole
