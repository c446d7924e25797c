"""RFC 9457 problem documents: the one shape of every refusal to a machine."""

import json

from django.http import HttpResponse

TITLES = {
    400: "Malformed request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    408: "Too slow",
    409: "Conflict",
    413: "Too large",
    415: "Unsupported content",
    422: "Cannot be done",
    429: "Too many requests",
    431: "Too large",
    503: "Not available",
}


class Problem(Exception):
    """A refusal: HTTP status, a stable code, a sentence, and whatever else helps the sender.

    `headers` go into the answer as they are; every other keyword becomes a member of the document.
    """

    def __init__(self, status, code, detail, *, headers=None, **extra):
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.extra = headers or {}, extra

    def body(self):
        """Return the document as a dict."""
        return {
            "type": f"urn:leadboard:problem:{self.code}",
            "title": TITLES.get(self.status, "Refused"),
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            **self.extra,
        }

    def response(self):
        """Return the HttpResponse of this problem."""
        return answer(self.body(), self.status, self.headers)


def answer(body, status, headers=None):
    """Return an application/problem+json response."""
    return HttpResponse(
        json.dumps(body, default=str),
        status=status,
        content_type="application/problem+json",
        headers=headers or {},
    )


def wants_document(request):
    """Is the sender a machine (API, intake) rather than a browser?"""
    return request.path.startswith(("/api/", "/intake/", "/track/", "/health/"))
