"""One HTTP connection: what is too large, too slow or not HTTP is refused before any of our pages runs."""

import enum
import http
import json
from typing import Any

from twisted.web.http import HTTPChannel

from leadboard.http.problems import Problem
from leadboard.http.tickets import has_ticket

# The API and forms take 1 MiB, intake less; the rest is what chunks and a multipart form add.
LARGEST_BODY = 1_048_576 + 65_536
SECONDS_FOR_A_REQUEST = 15
# Whoever has a ticket sends a table of 100 MB, also over a slow line.
LARGEST_UPLOAD, SECONDS_FOR_AN_UPLOAD = 100_000_000 + 65_536, 900
SECONDS_BETWEEN_REQUESTS = 75  # more than a proxy's 60, which must be the one that closes
SECONDS_TO_READ_A_REFUSAL = 2
MOST_DROPPED = 8_388_608

Stage = enum.Enum("Stage", "WAITING READING ANSWERING REFUSED")


class Channel(HTTPChannel):
    """Twisted's HTTP/1.1 with a limit for bodies and one clock for each whole request.

    Refusals: 400 not HTTP, 408 not complete in time, 413 body too large, 431 header too large; each a
    problem document, after which the connection is closed.
    """

    transport: Any  # Twisted declares a zope interface, which says nothing to a type checker
    stage = Stage.WAITING
    dropped = 0
    taken = 0
    largest, seconds = LARGEST_BODY, SECONDS_FOR_A_REQUEST

    def dataReceived(self, data):
        """Take what came; after a refusal drop it, as closing at once would destroy the answer on its way."""
        if self.stage is not Stage.REFUSED:
            super().dataReceived(data)
            return
        self.dropped += len(data)
        if self.dropped > MOST_DROPPED:
            self.transport.abortConnection()

    def resetTimeout(self):
        """Start the clock at the first byte of a request; no later byte gives it more time."""
        if self.stage is Stage.WAITING:
            self.stage = Stage.READING
            self.largest, self.seconds = LARGEST_BODY, SECONDS_FOR_A_REQUEST
            self.setTimeout(self.seconds)

    def headerReceived(self, line):
        """Keep a header; a Content-Length that Python declines to read (over 4,300 digits) is refused too."""
        try:
            return super().headerReceived(line)
        except ValueError:
            self._respondToBadRequestAndDisconnect()
            return False

    def lineLengthExceeded(self, line):
        """Say why, where Twisted only hangs up."""
        self.refuse(Problem(431, "header_too_large", "A line of the header is too long."))

    def allHeadersReceived(self):
        """Refuse a declared length before anything of the body is read (None: chunked, see below). A request
        whose address bears a ticket may be larger and take longer.
        """
        if has_ticket(self._path):  # type: ignore[arg-type]  # Twisted keeps bytes there
            self.largest, self.seconds = LARGEST_UPLOAD, SECONDS_FOR_AN_UPLOAD
            self.setTimeout(self.seconds)
        if self.length is not None and self.length > self.largest:
            self._refuse_body()
        else:
            super().allHeadersReceived()

    def rawDataReceived(self, data):
        """Take a piece of the body, unless there was too much; while we answer it is the next request."""
        if self.stage is Stage.READING:
            self.taken += len(data)
        if self.taken > self.largest:
            self._refuse_body()
        else:
            super().rawDataReceived(data)

    def allContentReceived(self):
        """Hand the request on. Its clock ends; Twisted brings the longer one back after the answer."""
        self.stage, self.taken = Stage.ANSWERING, 0
        self.setTimeout(SECONDS_BETWEEN_REQUESTS)
        super().allContentReceived()

    def checkPersistence(self, request, version):
        """May another request follow on this connection? None when the program is about to end."""
        if self.factory.server.is_ending:
            request.responseHeaders.setRawHeaders(b"Connection", [b"close"])
            return False
        return super().checkPersistence(request, version)

    def requestDone(self, request):
        """Wait for the next request, which may be here already."""
        self.stage = Stage.WAITING
        super().requestDone(request)

    def timeoutConnection(self):
        """End what takes too long, by the stage it is in."""
        if self.stage is Stage.REFUSED:
            self.transport.abortConnection()
        elif self.stage is Stage.READING:
            words = f"The request was not complete after {self.seconds} seconds."
            self.refuse(Problem(408, "too_slow", words))
        else:
            super().timeoutConnection()

    def refuse(self, problem):
        """Answer with a problem document, and close as soon as the client has read it."""
        if self.stage is Stage.REFUSED:
            return
        self.stage = Stage.REFUSED
        body = json.dumps(problem.body())
        head = f"HTTP/1.1 {problem.status} {http.HTTPStatus(problem.status).phrase}\r\nConnection: close\r\n"
        head += f"Content-Type: application/problem+json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write((head + body).encode())
        self.clearLineBuffer()
        self.transport.unregisterProducer()
        self.transport.loseWriteConnection()
        self.setTimeout(SECONDS_TO_READ_A_REFUSAL)

    def _refuse_body(self):
        self.refuse(Problem(413, "too_large", f"A body may have {self.largest} bytes.", limit=self.largest))

    def _respondToBadRequestAndDisconnect(self):
        """Whatever Twisted finds wrong: two lengths, a length and chunks, a bad chunk, no HTTP at all."""
        self.refuse(Problem(400, "malformed", "The request could not be read."))
