"""One HTTP request on its way to the application, or to a WebSocket."""

from daphne.http_protocol import WebRequest

from leadboard.http.problems import Problem

# With a trusted proxy daphne reads these as text and answers 500 when they are none.
READ_AS_TEXT = (b"X-Forwarded-For", b"X-Forwarded-Port", b"X-Forwarded-Proto")


class Request(WebRequest):
    """Daphne's request: forms are left to our parsers, and nothing that a client sends is a fault of ours."""

    def __init__(self, channel, queued=0):
        # Twisted would read forms too, for nobody, and refuse some in its own words.
        super().__init__(channel, queued, parsePOSTFormSubmission=False)

    def process(self):
        """Hand the request to the application, or refuse what daphne would answer with a fault."""
        self.requestHeaders.removeHeader(b"Daphne-Root-Path")  # it would move our whole site elsewhere
        if not self._is_readable():
            self.basic_error(400, b"Bad Request", "The request could not be read.")
            return None
        return super().process()

    def basic_error(self, status, status_text, body):
        """Answer with a problem document; break off an answer that has begun, lest it be taken for whole."""
        if self._response_started:
            self.channel.forceAbortClient()
            return
        answer = Problem(status, "malformed" if status < 500 else "fault", body).response()
        headers = [(name.encode(), value.encode()) for name, value in answer.items()]
        self.handle_reply({"type": "http.response.start", "status": status, "headers": headers})
        self.handle_reply({"type": "http.response.body", "body": answer.content})

    def _is_readable(self):
        """Is all that daphne (and Autobahn, for a WebSocket) reads as text, ASCII?"""
        is_upgrade = self.requestHeaders.hasHeader(b"Upgrade")
        if is_upgrade and (not self.path.startswith(b"/") or self.path.startswith(b"//")):
            return False
        read = READ_AS_TEXT if self.server.proxy_forwarded_address_header else ()
        headers = self.requestHeaders.getAllRawHeaders()
        return all(v.isascii() for name, values in headers if is_upgrade or name in read for v in values)
