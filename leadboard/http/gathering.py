"""Work that comes in pieces and is cheaper together: what arrives while one batch is done is the next batch.

Nobody waits for a batch to fill: a piece that comes alone is done alone, at once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

Piece = TypeVar("Piece")
Done = TypeVar("Done")
log = logging.getLogger(__name__)
MOST_AT_ONCE = 200
MOST_WAITING = 2_000


class Gatherer(Generic[Piece, Done]):
    """Does pieces in batches in a thread of its own; of one key at most one piece is in a batch, so that they
    are done in their order.

    `work(pieces)` returns what became of each, in their order; what it raises becomes None for all of them.
    To be used within one event loop.
    """

    def __init__(
        self, work: Callable[[list[Piece]], Sequence[Done | None]], key: Callable[[Piece], Hashable]
    ):
        self.work, self.key = work, key
        self.waiting: deque[tuple[Piece, asyncio.Future[Done | None]]] = deque()
        self.thread = ThreadPoolExecutor(1, "gatherer")
        self.task: asyncio.Task[None] | None = None

    async def do(self, piece: Piece) -> Done | None:
        """Return what became of a piece once it is done; None when it failed, or when too many wait."""
        if len(self.waiting) >= MOST_WAITING:
            return None
        future: asyncio.Future[Done | None] = asyncio.get_running_loop().create_future()
        self.waiting.append((piece, future))
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self._run())
        return await future

    async def _run(self) -> None:
        while self.waiting:
            batch = self._next()
            pieces = [piece for piece, _ in batch]
            done: Sequence[Done | None] = [None] * len(batch)
            try:
                done = await asyncio.get_running_loop().run_in_executor(self.thread, self.work, pieces)
            except Exception:  # each piece is done alone then, and says itself what is wrong with it
                log.warning("%s pieces could not be done together", len(batch), exc_info=True)
            for (_, future), one in zip(batch, done, strict=True):
                if not future.done():  # whoever asked may have gone
                    future.set_result(one)

    def _next(self) -> list[tuple[Piece, asyncio.Future[Done | None]]]:
        """Take the oldest pieces of different keys; the others stay in their order."""
        taken: list[tuple[Piece, asyncio.Future[Done | None]]] = []
        left: list[tuple[Piece, asyncio.Future[Done | None]]] = []
        keys: set[Hashable] = set()
        while self.waiting and len(taken) < MOST_AT_ONCE:
            one = self.waiting.popleft()
            key = self.key(one[0])
            (left if key in keys else taken).append(one)
            keys.add(key)
        self.waiting.extendleft(reversed(left))
        return taken
