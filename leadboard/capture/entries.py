"""What a delivery carries, as a vendor's module reads it: entries, each of one person."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from django.utils.dateparse import parse_datetime

from leadboard.capture.moments import FUTURE_ALLOWED, OLDEST

log = logging.getLogger(__name__)
ROW = "application/vnd.leadboard.row+json"  # a row of a file: no vendor's document, whatever its source
PART = "application/vnd.leadboard.entry+json"  # one entry of a delivery that carried several
OURS = "§"  # no sender can use it in an Idempotency-Key of its own
LONGEST_ID = 200
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MILLISECONDS = 100_000_000_000  # as seconds that would be the year 5138


@dataclass(frozen=True)
class Entry:
    """One entry of a delivery.

    `fields` is what the mapping reads: {label: value}. `hints` says which of them is which of ours
    where the label tells nothing (None: none is). `key` is the vendor's id of this delivery: the same again
    is no second one.
    `external_id` is the vendor's id of a person whose details come apart; then `name` is how the lead is
    called until they do. `ignored` says why this is no lead, `problem` why it waits in quarantine.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    hints: dict[str, str | None] = field(default_factory=dict)
    key: str = ""
    submitted_at: datetime | None = None
    external_id: str = ""
    name: str = ""
    is_test: bool = False
    ignored: str = ""
    problem: str = ""


class Reader(Protocol):
    """The part of a vendor that reads."""

    @property
    def title(self) -> str:
        """The vendor's name."""

    @property
    def read(self) -> Callable[[Any], Entry]:
        """Reads a document."""

    @property
    def split(self) -> Callable[[Any], list[Any]] | None:
        """Parts a payload."""


def documents(vendor: Reader, payload: Any) -> list[Any]:
    """Return the documents of one entry each that a payload carries; it whole when it cannot be parted."""
    if vendor.split is None:
        return [payload]
    try:
        return vendor.split(payload)
    except Exception:  # what arrives is kept whatever its shape; a person sees it in quarantine
        log.exception("a delivery of %s could not be parted", vendor.title)
        return [payload]


def read(vendor: Reader, document: Any) -> Entry:
    """Return the entry of a document; one that the vendor's module trips over is a problem in words."""
    try:
        return vendor.read(document)
    except Exception:  # likewise
        log.exception("an entry of %s could not be read", vendor.title)
        return Entry(problem=f"This is not what {vendor.title} is known to send.")


def key_of(vendor: str, entry: Entry) -> str | None:
    """Return the idempotency key of an entry; None when the vendor gives it no id."""
    if not entry.key:
        return None
    text = entry.key if len(entry.key) <= LONGEST_ID else hashlib.sha256(entry.key.encode()).hexdigest()
    return f"{OURS}{vendor} {text}"


def digest_of(value: Any) -> str:
    """Return a short fingerprint of a JSON value: part of a key whose id alone would hide a change."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def rules(entry: Entry, mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return the source's mapping, with the vendor's hints where it says nothing."""
    hints: dict[str, Any] = {name: path for name, path in entry.hints.items() if name not in mapping}
    if "name" in mapping:
        hints = {name: path for name, path in hints.items() if name not in ("first_name", "last_name")}
    return hints | dict(mapping)


def put(fields: dict[str, Any], label: str, value: Any) -> None:
    """Add a value under its label; a label that is there already gets a number, so that nothing is lost."""
    if value in (None, "", []):
        return
    name, number = label, 1
    while name in fields:
        number += 1
        name = f"{label} ({number})"
    fields[name] = value


def moment(value: Any) -> datetime | None:
    """Return the time that a vendor means by ISO text, or by seconds or milliseconds since 1970; None for
    anything else. Text without a zone is UTC.
    """
    try:
        if isinstance(value, str) and not (value.isascii() and value.isdigit()):
            parsed = parse_datetime(value.strip())
            return parsed and (parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC))
        if isinstance(value, int | str) and not isinstance(value, bool):
            number = int(value)
            return datetime.fromtimestamp(number / 1000 if number > MILLISECONDS else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return None


def believable(submitted_at: datetime | None, received_at: datetime) -> datetime | None:
    """Return a submit time, unless it lies before 2000 or over 5 minutes in the future."""
    if submitted_at is None or not OLDEST <= submitted_at <= received_at + FUTURE_ALLOWED:
        return None
    return submitted_at


def id_text(value: Any) -> str:
    """Return a vendor's id as text, whether it came as a number or as text; "" for what is no id."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value).strip()
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() else ""


def short_code(external_id: str) -> str:
    """Return four letters and digits that tell one id from its neighbours: "7Q2M"."""
    number = int.from_bytes(hashlib.sha256(external_id.encode()).digest()[:4])
    return "".join(SIGNS[number >> shift & 31] for shift in (15, 10, 5, 0))


def object_in(document: Any, *path: str) -> dict[str, Any]:
    """Return the object at a path of keys; an empty one when something else, or nothing, is there."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document if isinstance(document, dict) else {}


def objects_in(document: Any, key: str) -> list[dict[str, Any]]:
    """Return the objects in the list at a key; none when there is no list."""
    value = document.get(key) if isinstance(document, dict) else None
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
