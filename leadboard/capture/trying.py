"""Send a test to a source: a delivery in its vendor's own shape, signed as the vendor signs, by the door."""

import io
import json
import secrets
from dataclasses import dataclass

from django.core.handlers.wsgi import WSGIRequest

from leadboard.capture import trials, views
from leadboard.capture.models import Source, Submission
from leadboard.capture.vendors import VENDORS

MARK_BYTES = 6
AGENT = "leadboard (a test from the screen)"


@dataclass(frozen=True)
class Tried:
    """What the door answered: the submission that it kept, or why it refused."""

    status: int
    submission: Submission | None = None
    problem: str = ""


def send(source: Source) -> Tried:
    """Send one test and return what became of it. Each has ids of its own; it is never a twin of the last."""
    vendor = VENDORS[source.vendor]
    content_type, body = vendor.sample(source, secrets.token_hex(MARK_BYTES))
    headers = (vendor.sign(source, body) if vendor.sign else {}) | {trials.HEADER: trials.proof(source, body)}
    answer = views.receive(_request(source, content_type, body, headers), source.key)
    document = json.loads(answer.content)
    if answer.status_code != 202:
        return Tried(answer.status_code, problem=document["detail"])
    kept = Submission.objects.select_related("lead").get(pk=document["id"])
    return Tried(answer.status_code, kept)


def _request(source: Source, content_type: str, body: bytes, headers: dict[str, str]) -> WSGIRequest:
    """Return the request as it would come over the line."""
    given = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": source.path,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_USER_AGENT": AGENT,
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        | given
    )
