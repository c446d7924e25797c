"""Read what a provider answers: JSON by the firm's mapping, value by value; what cannot be is left out.

A mapping is {our field: path}, the steps of a path joined by dots, a number for a place in a list
("company.metrics.employees", "offices.0.country"). `signals` is the path of a list; `signal_kind`,
`signal_date`, `signal_url` and `signal_note` are paths within an entry of it.
"""

import re
from datetime import UTC, date, datetime
from typing import Any

from leadboard.companies import fields
from leadboard.companies.upsert import web_address
from leadboard.http import strict_json
from leadboard.http.problems import Problem

FIELDS = ("name", "employees", "industry", "tier", "country", "region", "city", "revenue", "language")
SIGNAL = ("signals", "signal_kind", "signal_date", "signal_url", "signal_note")
MOST_SIGNALS = 100
PATH = re.compile(r"[^.]{1,100}(?:\.[^.]{1,100}){0,9}")
# What services call the four kinds.
KINDS = {
    "funding": ("fund", "raise", "invest", "series", "ipo", "acquisition"),
    "hiring": ("hir", "job", "recruit", "headcount"),
    "leadership_change": ("leader", "executive", "ceo", "cto", "cfo", "appoint", "management"),
    "expansion": ("expan", "office", "opening", "launch", "new market", "growth"),
}


class Unreadable(Exception):
    """The answer is no JSON object; the text says why."""


def check_mapping(mapping: Any) -> dict[str, str]:
    """Return the mapping when it is one; ValueError with one sentence otherwise."""
    if not isinstance(mapping, dict) or not mapping:
        raise ValueError("A mapping is an object: {our field: path in the answer}.")
    for name, path in mapping.items():
        if name not in FIELDS + SIGNAL:
            raise ValueError(f"There is no field {name!r:.60}; there are {', '.join(FIELDS + SIGNAL)}.")
        if not isinstance(path, str) or not PATH.fullmatch(path):
            raise ValueError(f"{name}: a path is steps joined by dots, such as company.employees.")
    return mapping


def read(body: bytes, mapping: dict[str, str], today: date) -> dict[str, Any]:
    """Return {"fields": {…}, "signals": […]} of an answer; raises Unreadable."""
    try:
        document = strict_json.loads(body)
    except Problem as problem:
        raise Unreadable(f"It answered no JSON: {problem.detail}") from None
    if not isinstance(document, dict | list):
        raise Unreadable("It answered neither an object nor a list.")
    found = {name: value for name in FIELDS if (value := _field(document, name, mapping)) not in (None, "")}
    entries = _at(document, mapping["signals"]) if "signals" in mapping else None
    signals = (
        [_signal(entry, mapping, today) for entry in entries[:MOST_SIGNALS]]
        if isinstance(entries, list)
        else []
    )
    return {"fields": found, "signals": [signal for signal in signals if signal]}


def _field(document: Any, name: str, mapping: dict[str, str]) -> Any:
    value = _at(document, mapping[name]) if name in mapping else None
    if value is None or isinstance(value, dict | list | bool):
        return None
    try:
        return fields.read_field(name, value)
    except ValueError:
        return None


def _signal(entry: Any, mapping: dict[str, str], today: date) -> dict[str, str] | None:
    said = {
        name: _at(entry, mapping[f"signal_{name}"])
        for name in ("kind", "date", "url", "note")
        if f"signal_{name}" in mapping
    }
    try:
        kind, day = fields.read_signal(kind_of(str(said.get("kind") or "")), _day(said.get("date")), today)
    except ValueError:
        return None
    note = str(said.get("note") or "").replace("\x00", "")[:300]
    return {"kind": kind, "date": day.isoformat(), "url": web_address(said.get("url") or ""), "note": note}


def kind_of(word: str) -> str:
    """Return which of our kinds a provider's word means; the word itself when none."""
    lower = word.casefold().replace("_", " ")
    return next((kind for kind, parts in KINDS.items() if any(part in lower for part in parts)), word)


def _day(value: Any) -> Any:
    """Return a date of ISO text or of seconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 10**11:
        return datetime.fromtimestamp(value, tz=UTC).date()
    return value


def _at(document: Any, path: str) -> Any:
    """Return what stands at a path; None when nothing does."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif (
            isinstance(document, list) and step.isdigit() and step.isascii() and int(step[:6]) < len(document)
        ):
            document = document[int(step[:6])]
        else:
            return None
    return document
