"""What a vendor's module tells of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leadboard.capture.entries import Entry
from leadboard.capture.models import Source

SMALL, LARGE = 65_536, 1_048_576
SIGNED = "The signature is missing or wrong: the secret of this source must be the one that {} signs with."
Document = dict[str, Any]


@dataclass(frozen=True)
class Vendor:
    """How the deliveries of one vendor are proved, read and completed.

    `is_genuine(source, headers, body)` may raise; that means no. `read(document)` gives the one entry of a
    document; a vendor that batches has `split(payload)`, which gives documents of one entry each.
    `handshake(source, query)` answers a GET with (content type, text), or None for a refusal.
    `fetch(external id, token)` asks the vendor for details and gives a document that `read` understands.
    `steps(source)` are the lines that tell how to connect it.
    """

    title: str
    is_genuine: Callable[[Source, Mapping[str, str], bytes], bool]
    read: Callable[[Document], Entry]
    secret: str = ""  # what the secret is; empty: the vendor has none
    needs_secret: bool = True
    largest_body: int = SMALL
    split: Callable[[Any], list[Document]] | None = None
    handshake: Callable[[Source, Mapping[str, str]], tuple[str, str] | None] | None = None
    fetch: Callable[[str, str], Document] | None = None
    steps: Callable[[Source], list[str]] | None = None
    asks: str = ""

    @property
    def asks_for(self) -> str:
        """Return the sentence for a sender who did not prove itself."""
        return self.asks or SIGNED.format(self.title)
