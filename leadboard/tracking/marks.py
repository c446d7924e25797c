"""What a form's own fields say of the campaign: utm values under whichever names a vendor sends them, an
advertiser's click id, the address of the page with both in its query, the site before.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from leadboard.capture import digest, entries
from leadboard.capture.leaves import leaves
from leadboard.capture.models import Submission
from leadboard.http import bodies
from leadboard.http.problems import Problem
from leadboard.tracking.origin import CLICK_IDS, channel, folded, host_of
from leadboard.tracking.reading import LONGEST, UTM

# By one of these a body tells that there is something to read; most have none.
TELLING = r"utm|clid|braid|fat_id|rdt_cid|sccid|mc_cid|epik|referr?er"
REFERRER = frozenset(["referrer", "referer", "httpreferrer", "httpreferer", "documentreferrer"])
ADDRESS = re.compile(r"https?://\S+\?\S+")
MOST_PAIRS = 100


def marks_in(submission: Submission) -> dict[str, str]:
    """Return source, medium, campaign, term, content and referrer as far as the fields tell them."""
    found: dict[str, str] = {}
    clicked = ""
    for name, text in _pairs(submission):
        mark = re.sub(r"[\W_]", "", name.lower())
        if mark.startswith("utm") and mark[3:] in UTM:
            found.setdefault(mark[3:], " ".join(text.split())[: LONGEST["utm"]])
        elif name.strip().lower() in CLICK_IDS and text:
            clicked = clicked or name.strip().lower()
        elif mark in REFERRER and (host := host_of(text[: LONGEST["referrer"]])):
            found.setdefault("referrer", host)
    return {name: text for name, text in _named(found, clicked).items() if text}


def _named(found: dict[str, str], clicked: str) -> dict[str, str]:
    """Return the marks with source and medium as they are counted; without any utm those of the click."""
    source, medium = folded(found.get("source", ""), found.get("medium", ""))
    if not any(found.get(name) for name in UTM):
        source, medium = channel(found.get("referrer", ""), clicked)
    return found | {"source": source, "medium": medium}


def _pairs(submission: Submission) -> Iterator[tuple[str, str]]:
    """Yield (name, text) of every field, then those in the query of every address that a field holds."""
    addresses = []
    for leaf in leaves(_fields(submission)):
        yield leaf.steps[-1], leaf.text
        if ADDRESS.match(leaf.text):
            addresses.append(leaf.text[: LONGEST["referrer"]])
    for address in addresses:
        try:
            pairs = parse_qsl(urlsplit(address).query, max_num_fields=MOST_PAIRS)
            yield from (pair for pair in pairs if "\x00" not in pair[1])  # escaped, it is no text to keep
        except ValueError:  # no address after all, or a query without an end
            continue


def _fields(submission: Submission) -> dict[str, Any]:
    """Return the fields of a submission as its vendor's module reads them."""
    vendor = digest.vendor_of(submission)
    try:
        payload = bodies.parse(submission.content_type, bytes(submission.body), lists=True)
    except Problem:
        return {}
    documents = entries.documents(vendor, payload) if submission.content_type != entries.PART else [payload]
    return entries.read(vendor, documents[0]).fields if documents else {}
