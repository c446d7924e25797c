"""What a page sends, read strictly: every field known, every text bounded, or a refusal that says where.

```
{"consent": true, "visitor": "<token>", "link": "<lb of the address>", "events": [
    {"kind": "view", "page": "k3x9", "path": "/pricing", "title": "Prices", "referrer": "https://…", "age":
    0.4,
     "hour": 14, "utm": {"source": "…", "medium": "…", "campaign": "…", "term": "…", "content": "…"},
     "click_id": "gclid"},
    {"kind": "left", "page": "k3x9", "seconds": 42, "depth": 80},
    {"kind": "download", "path": "/guide.pdf"}
]}
```
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadboard.companies.domains import registrable
from leadboard.http import bodies, strict_json
from leadboard.http.problems import Problem
from leadboard.tracking.origin import channel, folded, host_of

LIMIT = 65_536
TYPES = ("text/plain", "application/json", "")  # a beacon may only send the first without asking before
MOST_EVENTS = 50
LONGEST = {"path": 1_000, "title": 300, "utm": 200, "referrer": 2_000}
LONGEST_STAY = 4 * 3_600
OLDEST_AGE = 3_600
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
PAGE_KEY = re.compile(r"[A-Za-z0-9_-]{1,24}")
UTM = ("source", "medium", "campaign", "term", "content")
FIELDS = {"kind", "page", "path", "title", "referrer", "age", "hour", "utm", "click_id", "seconds", "depth"}
DELIVERY = {"consent", "visitor", "link", "events"}
KINDS = ("view", "left", "download")


@dataclass(frozen=True)
class Event:
    """One event of a page. `age` is how many seconds ago it was; `marks` are source, medium, campaign, term,
    content.
    """

    kind: str
    page: str
    what: str
    title: str
    referrer: str
    age: float
    hour: int | None
    seconds: int
    depth: int
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Delivery:
    """What one request says."""

    consent: bool
    visitor: str = ""
    link: str = ""
    events: list[Event] = field(default_factory=list)

    @property
    def is_news(self) -> bool:
        """Is there anything to store? How long an unknown visitor looked at something says nothing."""
        return bool(self.visitor) or any(event.kind != "left" for event in self.events)


def check_type(content_type: str) -> None:
    """Raise Problem 415 for what is no JSON in UTF-8."""
    media_type, *parameters = content_type.lower().split(";")
    if media_type.strip() not in TYPES or any(
        "charset" in one and one.split("=")[-1].strip(' "') not in bodies.CHARSETS for one in parameters
    ):
        raise Problem(415, "unsupported_type", "Send JSON in UTF-8 as text/plain or application/json.")


def objects(headers: Mapping[str, str]) -> bool:
    """Does the browser say for its user that nobody may follow (Global Privacy Control, Do Not Track)?"""
    return any(headers.get(name, "").strip() == "1" for name in ("Sec-GPC", "DNT"))


def acknowledgement(visitor: str, stored: int) -> str:
    """Return the body of a 202: the id by which the visitor is known from now on, and how much is new."""
    return json.dumps({"visitor": visitor, "stored": stored})


def read_body(body: bytes, ours: frozenset[str] = frozenset()) -> Delivery:
    """Return what the body of a request says; raises Problem 400. `ours` are the domains of the firm: who
    comes from one of them came from nowhere else.
    """
    return read(strict_json.loads(body), ours)


def read(document: Any, ours: frozenset[str] = frozenset()) -> Delivery:
    """Return what a page sent; raises Problem 400 that names the place of the first fault."""
    if not isinstance(document, dict):
        raise _wrong("", "an object with consent and events")
    _know(document, DELIVERY, "")
    consent = document.get("consent")
    if not isinstance(consent, bool):
        raise _wrong("consent", "true or false: whether the visitor agreed")
    events = document.get("events", [])
    if not isinstance(events, list) or len(events) > MOST_EVENTS:
        raise _wrong("events", f"a list of {MOST_EVENTS} events at most")
    return Delivery(
        consent,
        _text(document, "visitor", 200, ""),
        _text(document, "link", 2_000, ""),
        [_event(event, f"events.{place}", ours) for place, event in enumerate(events)],
    )


def _event(event: Any, place: str, ours: frozenset[str]) -> Event:
    if not isinstance(event, dict):
        raise _wrong(place, "an object")
    _know(event, FIELDS, place)
    kind = event.get("kind", "view")
    if not isinstance(kind, str) or kind not in KINDS:
        raise _wrong(f"{place}.kind", f"one of {', '.join(KINDS)}")
    page = _text(event, "page", 24, place)
    if page and not PAGE_KEY.fullmatch(page):
        raise _wrong(f"{place}.page", "1 to 24 letters, digits, - or _")
    if kind == "left" and not page:
        raise _wrong(f"{place}.page", "the key of the page that was left")
    referrer = _referrer(event, place)
    if referrer and (registrable(referrer) or referrer) in ours:
        referrer = ""
    return Event(
        kind, page, "" if kind == "left" else _path(event, place),
        _text(event, "title", LONGEST["title"], place), referrer, _number(event, "age", OLDEST_AGE, place),
        _hour(event, place), int(_number(event, "seconds", LONGEST_STAY, place)),
        int(_number(event, "depth", 100, place)),
        _marks(event, referrer, place),
    )  # fmt: skip


def _path(event: dict[str, Any], place: str) -> str:
    """Return the path without query and fragment, which may carry anything."""
    path = _text(event, "path", LONGEST["path"], place)
    if not path.startswith("/") or CONTROL.search(path):
        raise _wrong(f"{place}.path", 'a path that begins with "/"')
    return path.partition("?")[0].partition("#")[0]


def _referrer(event: dict[str, Any], place: str) -> str:
    """Return the host of the page before; "" when there was none."""
    address = _text(event, "referrer", LONGEST["referrer"], place)
    host = host_of(address) if address else ""
    if host is None:
        raise _wrong(f"{place}.referrer", "an http or https address")
    return host


def _marks(event: dict[str, Any], referrer: str, place: str) -> tuple[str, ...]:
    """Return the campaign's marks; without utm those that the referrer or an advertiser's click id means."""
    utm = event.get("utm") or {}
    if not isinstance(utm, dict):
        raise _wrong(f"{place}.utm", "an object")
    _know(utm, set(UTM), f"{place}.utm")
    values = [_text(utm, name, LONGEST["utm"], f"{place}.utm") for name in UTM]
    values = [" ".join(value.split()) for value in values]
    values[:2] = folded(*values[:2])
    if not any(values):
        values[:2] = channel(referrer, _text(event, "click_id", 20, place))
    return tuple(values)


def _hour(event: dict[str, Any], place: str) -> int | None:
    hour = event.get("hour")
    if hour is None:
        return None
    if not isinstance(hour, int) or isinstance(hour, bool) or not 0 <= hour <= 23:
        raise _wrong(f"{place}.hour", "a whole number from 0 to 23")
    return hour


def _number(event: dict[str, Any], name: str, most: int, place: str) -> float:
    """Return a number from 0 on; what is larger than can be believed counts as the most."""
    value = event.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0 or math.isnan(value):
        raise _wrong(f"{place}.{name}", "a number, 0 or more")
    return min(value, most)


def _text(members: dict[str, Any], name: str, longest: int, place: str) -> str:
    value = members.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise _wrong(f"{place}.{name}".lstrip("."), f"a text of {longest} characters at most")
    return value


def _know(members: dict[str, Any], known: set[str], place: str) -> None:
    """Refuse names that mean nothing here: a misspelt one must not be lost silently."""
    for name in members:
        if name not in known:
            raise _wrong(f"{place}.{name[:60]}".lstrip("."), f"one of {', '.join(sorted(known))}")


def _wrong(place: str, wanted: str) -> Problem:
    words = f"{place} must be {wanted}." if place else f"The body must be {wanted}."
    return Problem(400, "invalid", words, place=place)
