"""What a lead brought along besides the fields we know: as people read it, the marks of advertising apart."""

import re
from typing import Any, NamedTuple

from leadboard.leads.models import Lead

# The marks that advertisers and browsers hang on a visit; whoever calls reads them as one line.
MARKS = re.compile(
    r"utm_?\w*|[a-z_]*clid|[gw]braid|li_fat_id|mc_[ce]id|rdt_cid|epik|_ga|_gid|fbc|fbp"
    r"|(http_)?referr?er(_url)?|landing_?(page|url)|page_?(url|uri|title)|user_?agent|ip(_address)?"
)
LONGEST = 500


class Fact(NamedTuple):
    """One thing told: its name for people, its value as text."""

    label: str
    value: str


def came_by(lead: Lead) -> str:
    """Return the channel, the campaign and the words searched for as one line; "" when nothing is known."""
    marks = {key.lower(): spelled(value) for key, value in lead.extra.items()}
    channel = " / ".join(filter(None, (marks.get("utm_source"), marks.get("utm_medium"))))
    term = marks.get("utm_term")
    parts = (channel, lead.campaign or marks.get("utm_campaign"), f"“{term}”" if term else "")
    return ", ".join(part for part in parts if part)


def told(lead: Lead, told_elsewhere: frozenset[str] = frozenset()) -> list[Fact]:
    """Return what they filled in, without the marks and without what another panel of the page tells."""
    kept = {key: value for key, value in lead.extra.items() if not is_mark(key)}
    return [_fact(key, value) for key, value in kept.items() if _plain(key) not in told_elsewhere]


def marks(lead: Lead) -> list[Fact]:
    """Return the marks as they came, for whoever looks for one of them."""
    return [Fact(key, spelled(value)) for key, value in lead.extra.items() if is_mark(key) and spelled(value)]


def is_mark(key: str) -> bool:
    """Is this the name of a mark, and nothing that somebody filled in?"""
    return MARKS.fullmatch(_plain(key)) is not None


def spelled(value: Any) -> str:
    """Return a value as text: lists with commas, yes and no, nothing for nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(filter(None, map(spelled, value)))[:LONGEST]
    if isinstance(value, dict):
        return "; ".join(f"{key}: {spelled(one)}" for key, one in value.items())[:LONGEST]
    return "" if value is None else str(value)[:LONGEST]


def _fact(key: str, value: Any) -> Fact:
    words = " ".join(key.replace("_", " ").split())
    return Fact(words[:1].upper() + words[1:], spelled(value))


def _plain(key: str) -> str:
    return "_".join(key.lower().replace("-", " ").split())
