"""Notes when the sequencer announced which number, so that "on the board after" is what a browser would
see.
"""

from bisect import bisect_left
from datetime import UTC, datetime
from threading import Event, Thread

from psycopg import sql

from leadboard.leads import own_line
from leadboard.leads.sequencer import NUMBERED


class Watch:
    """Listens while it is entered; `announced(seq)` afterwards."""

    def __enter__(self) -> "Watch":
        self._seqs: list[int] = []
        self._times: list[datetime] = []
        self._stop = Event()
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._thread.join(timeout=5)

    def announced(self, seq: int) -> datetime | None:
        """When the boards were told of this number; None if that was not heard."""
        place = bisect_left(self._seqs, seq)
        return self._times[place] if place < len(self._seqs) else None

    def _listen(self) -> None:
        with own_line.connect("xeducation") as line:
            line.execute(sql.SQL("LISTEN {}").format(sql.Identifier(NUMBERED)))
            while not self._stop.is_set():
                for note in line.notifies(timeout=0.5):
                    self._seqs.append(int(note.payload))
                    self._times.append(datetime.now(UTC))
