"""What a vendor's module tells of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leadboard.capture.entries import Entry
from leadboard.capture.models import Source

SMALL, LARGE = 65_536, 1_048_576
JSON = "application/json"
SIGNED = "The signature is missing or wrong: the secret of this source must be the one that {} signs with."
# The person of every sample. RFC 2606 keeps the domain, Ofcom the number, from ever reaching anybody.
TESTER = {
    "first": "Test",
    "last": "Delivery",
    "name": "Test Delivery",
    "email": "test.delivery@leadboard.example",
    "phone": "+44 1632 960123",
    "company": "Sample & Sons Ltd",
    "title": "Head of Testing",
    "message": "This is a test that was sent from the screen of the source.",
}
Document = dict[str, Any]
Sample = tuple[str, bytes]


def as_json(document: Any) -> Sample:
    """Return a document as a delivery: its content type and body."""
    return JSON, json.dumps(document).encode()


@dataclass(frozen=True)
class Vendor:
    """How the deliveries of one vendor are proved, read and completed.

    `is_genuine(source, headers, body)` may raise; that means no. A vendor that `signs_address` is given the
    address that was called as a fourth. `read(document)` gives the one entry of a
    document; a vendor that batches has `split(payload)`, which gives documents of one entry each.
    `handshake(source, query)` answers a GET with (content type, text), or None for a refusal.
    `fetch(external id, token)` asks the vendor for details and gives a document that `read` understands.
    `steps(source)` are the lines that tell how to connect it. `sample(source, mark)` is a delivery such
    as the vendor sends, its ids made of the mark; `sign(source, body)` gives the headers that prove it.
    """

    title: str
    is_genuine: Callable[..., bool]
    read: Callable[[Document], Entry]
    sample: Callable[[Source, str], Sample]
    steps: Callable[[Source], list[str]]
    sign: Callable[[Source, bytes], dict[str, str]] | None = None
    secret: str = ""  # what the secret is; empty: the vendor has none
    needs_secret: bool = True
    is_secret_ours: bool = False  # the firm chooses it, so that leadboard may make one
    token: str = ""  # what the token for `fetch` is
    largest_body: int = SMALL
    signs_address: bool = False
    batches: bool = False  # a list of nothing is such a delivery too
    split: Callable[[Any], list[Document]] | None = None
    handshake: Callable[[Source, Mapping[str, str]], tuple[str, str] | None] | None = None
    fetch: Callable[[str, str], Document] | None = None
    asks: str = ""

    @property
    def asks_for(self) -> str:
        """Return the sentence for a sender who did not prove itself."""
        return self.asks or SIGNED.format(self.title)
