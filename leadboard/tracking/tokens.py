"""Ids that the server gave and nobody else can make: of a visitor, and of the links in our mails."""

import re
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from leadboard.http.problems import Problem

PREFIX = "lbv1"
VISITOR_TOKEN = re.compile(rf"{PREFIX}\.[0-9a-f]{{32}}\.[A-Za-z0-9_-]{{43}}")
LINKS_LAST = timedelta(days=180)
# What a form sends it as; capture keeps it out of the lead's own fields.
FIELD = "leadboard_visitor"


@dataclass(frozen=True)
class MailLink:
    """What a link (or the picture) of one mail carries: whose mail it was, which, and where the link
    leads; `age` is how long ago it was signed."""

    lead_id: int
    mail: str
    url: str = ""
    age: timedelta = timedelta(0)


def visitor_token(uid: uuid.UUID) -> str:
    """Return the signed id of a visitor: 81 characters that need no quoting in any kind of form."""
    signature = signing.Signer(salt="tracking.visitor").signature(uid.hex)
    return f"{PREFIX}.{uid.hex}.{signature}"


def visitor_uid(token: str) -> uuid.UUID | None:
    """Return the id in a visitor's token, None when it was not signed here."""
    if not VISITOR_TOKEN.fullmatch(token):
        return None
    _, value, signature = token.split(".")
    try:
        signing.Signer(salt="tracking.visitor").unsign(f"{value}:{signature}")
    except signing.BadSignature:
        return None
    return uuid.UUID(hex=value)


def known_visitor(token: str) -> uuid.UUID | None:
    """Return the visitor of a token, None without one; Problem 401 for one that was not given here."""
    uid = visitor_uid(token) if token else None
    if token and uid is None:
        raise Problem(401, "unknown_visitor", "This visitor id was not given by us; leave it out to get one.")
    return uid


def visitor_in(text: str) -> uuid.UUID | None:
    """Return the first genuine visitor that a text mentions: wherever a vendor puts a hidden field."""
    found = (visitor_uid(token) for token in VISITOR_TOKEN.findall(text))
    return next((uid for uid in found if uid), None)


def sign_link(link: MailLink, salt: str) -> str:
    """Return a link as text for an address; it says when it was signed."""
    value = {"l": link.lead_id, "m": link.mail, "u": link.url, "t": int(time.time())}
    return signing.Signer(salt=f"tracking.{salt}").sign_object(value, compress=True)


def read_link(token: str, salt: str) -> MailLink | None:
    """Return what a token says, with its age; None when it was not signed here, or is over half a year
    old.
    """
    try:
        value = signing.Signer(salt=f"tracking.{salt}").unsign_object(token)
    except signing.BadSignature:
        return None
    age = timedelta(seconds=max(0, int(time.time()) - value["t"]))
    return MailLink(value["l"], value["m"], value["u"], age) if age <= LINKS_LAST else None
