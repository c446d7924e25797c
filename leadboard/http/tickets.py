"""Leave to send a large body: signed into the address of a form, so that the web server can tell who has it
from the first line of a request, before any of the body and without asking the database.

A ticket says nothing of rights: the page that takes the body asks for those as ever.
"""

from datetime import timedelta
from urllib.parse import parse_qs, quote

from django.core.signing import BadSignature, TimestampSigner

NAME, SALT, LIFE = "ticket", "leadboard.large-body", timedelta(days=1)


def with_ticket(path: str) -> str:
    """Return the address of a form that may send a large body there for a day."""
    return f"{path}?{NAME}={quote(TimestampSigner(salt=SALT).sign(path))}"


def has_ticket(address: bytes) -> bool:
    """Does the address of a request (path and query, as sent) bear leave for its path?"""
    path, _, query = address.partition(b"?")
    try:
        given = parse_qs(query.decode("ascii"), max_num_fields=10).get(NAME, [""])[0]
        return TimestampSigner(salt=SALT).unsign(given, max_age=LIFE) == path.decode("ascii")
    except (BadSignature, ValueError):
        return False
