"""A frame: what every board gets for one stretch of the log; and the ring of the newest ones."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

# Whoever is more events behind than this reloads what it shows instead of being patched.
FURTHEST_BEHIND = 500
HEAVIEST = 500_000  # bytes: patching with more than that costs a page more than fetching anew
MOST_KEPT = 8_000_000  # bytes of the ring
FINAL_TEXT = b"\x81"
FINAL_CLOSE = b"\x88"


def wire_text(html: str) -> bytes:
    """Return one unmasked RFC 6455 text frame (5.2), ready for the socket of any board."""
    body = html.encode()
    size = len(body)
    if size < 126:
        return FINAL_TEXT + size.to_bytes(1, "big") + body
    if size < 65_536:
        return FINAL_TEXT + b"\x7e" + size.to_bytes(2, "big") + body
    return FINAL_TEXT + b"\x7f" + size.to_bytes(8, "big") + body


def wire_close(code: int) -> bytes:
    """Return one RFC 6455 close frame (5.5.1) without a reason."""
    return FINAL_CLOSE + b"\x02" + code.to_bytes(2, "big")


@dataclass(frozen=True)
class Frame:
    """Takes a board that knows everything up to `start` to everything up to `stop`."""

    start: int
    stop: int
    html: str
    wire: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        """Build the bytes once for all boards."""
        object.__setattr__(self, "wire", wire_text(self.html))


class Ring:
    """The newest frames without a gap, as far back as a board may resume; `last` is where the boards are."""

    def __init__(self, last: int):
        self.last = last
        self._frames: deque[Frame] = deque()
        self._bytes = 0

    def append(self, frame: Frame) -> None:
        """Add the frame that begins where the ring ends; forget what nobody may resume from any more."""
        self._frames.append(frame)
        self._bytes += len(frame.wire)
        self.last = frame.stop
        while self._frames[0].stop <= self.last - FURTHEST_BEHIND or self._bytes > MOST_KEPT:
            self._bytes -= len(self._frames.popleft().wire)

    def reaches(self, seq: int) -> bool:
        """May a board at this number still be patched?"""
        return self.last - FURTHEST_BEHIND <= seq <= self.last

    def begins_at(self, seq: int) -> bool:
        """Does a frame begin exactly here (or is there nothing to add)?"""
        return seq == self.last or any(frame.start == seq for frame in self._frames)

    def after(self, seq: int) -> Iterator[Frame]:
        """Yield the frames from this number on."""
        return (frame for frame in self._frames if frame.start >= seq)
