"""The live feed of one web process: one LISTEN, one read, one rendering, then a plain set of sockets.

NOTIFY is only a hint: the truth is `seq > last`, looked at every second anyway. Everything that
touches the ORM or a template runs in one thread of its own, never per socket. A burst is coalesced:
the first event after a quiet spell goes out at once, then at most four frames a second.
It starts with the first board of the process and ends with the last.
"""

import asyncio
import functools
import logging
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

import psycopg
from django.db import Error as DatabaseGone
from django.db import connection

from leadboard.board import fragments, sign_ins
from leadboard.board.direct_send import before_shutdown
from leadboard.board.frames import Frame, Ring
from leadboard.board.sign_ins import SignIn
from leadboard.health import listener
from leadboard.leads import feed_log, own_line
from leadboard.leads.sequencer import NUMBERED

log = logging.getLogger(__name__)

LOOK = 1.0
BETWEEN_FRAMES = 0.25
BETWEEN_CHECKS = 1.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
SENDS_WITHOUT_A_BREAK = 200
MOST_DRAWN = 32
GONE = (psycopg.Error, DatabaseGone, OSError)
SIGN_IN_AGAIN = 4401

Answer = TypeVar("Answer")


class Member(Protocol):
    """What the relay knows of a socket."""

    sign_in: SignIn

    def deliver(self, frame: Frame) -> None:
        """Send a frame, or cut the socket off; never waits."""

    def hang_up(self, code: int) -> None:
        """Close the socket; never waits."""

    def come_back(self) -> None:
        """Say that this server stops."""


class Relay:
    """All boards of this process that are open and up to date, and the two tasks that serve them."""

    def __init__(self):
        self.members: set[Member] = set()
        self._present = 0  # members, and those on their way in or out
        self._ring = Ring(0)
        self._tasks: list[asyncio.Task] = []
        self._looking = asyncio.Lock()
        self._starting = asyncio.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._last_frame = 0.0
        self._keep_quiet: Callable[[], None] | None = None
        self._drawn: dict[tuple[int, int], Frame] = {}  # catch-ups to where the boards are now

    async def join(self, member: Member, after: int | None) -> bool:
        """Bring a socket from `after` to now, then keep it there; False when its sign-in does not hold.

        None, a number that was not given yet, and one too far back get a resync. Whoever called this
        calls `leave()` once, whatever came out. Raises one of GONE when the database does not answer.
        """
        self._present += 1
        async with self._starting:
            if not self._tasks:
                await self._start()
        if not await self._ask(sign_ins.standing, [member.sign_in]):
            return False
        caught_up = await self._catch_up(after)
        for frame in (caught_up, *self._ring.after(caught_up.stop)):
            if frame.html:
                member.deliver(frame)
        self.members.add(member)
        return True

    def leave(self, member: Member) -> None:
        """Forget a socket; the last one ends the work."""
        self.members.discard(member)
        self._present -= 1
        if not self._present:
            self._stop()

    async def _start(self):
        """Begin where the log ends now."""
        self._thread = self._thread or ThreadPoolExecutor(1, "board-relay")
        self._ring = Ring(await self._ask(feed_log.last_seq))
        self._keep_quiet = before_shutdown(self._say_come_back)
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._relay()), loop.create_task(self._watch())]
        for task in self._tasks:
            task.add_done_callback(_tell_the_end)

    def _stop(self):
        """End the tasks; the listener's connection closes with its task."""
        for task in self._tasks:
            task.cancel()
        self._tasks = []
        if self._keep_quiet is not None:
            self._keep_quiet()
            self._keep_quiet = None
        if self._thread is not None:
            self._thread.shutdown(wait=False)
            self._thread = None
        listener.forget()

    def _say_come_back(self):
        """The server stops on purpose: tell all boards. (The trigger that called us is used up.)"""
        self._keep_quiet = None
        for member in self.members:
            member.come_back()

    async def _ask(self, question: Callable[..., Answer], *about: object) -> Answer:
        """Return what a function of the ORM returns, from our own thread."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, functools.partial(_with_a_connection, question, *about)
        )

    async def _catch_up(self, after):
        """Return the frame (maybe an empty one) that brings a board from `after` to an edge in the ring."""
        if after is not None and after > self._ring.last and after <= await self._ask(feed_log.last_seq):
            await self._look()  # the page was rendered from newer rows than the boards have seen
        if after is None or not self._ring.reaches(after):
            return fragments.resync(0, self._ring.last)
        if self._ring.begins_at(after):
            return Frame(after, after, "")
        return await self._draw(self._drawn_once, after, self._ring.last)

    def _drawn_once(self, after, until):
        """Draw for the first, repeat for the rest: after a restart all boards come back from one place."""
        if (after, until) not in self._drawn:
            if len(self._drawn) >= MOST_DRAWN or any(place[1] != until for place in self._drawn):
                self._drawn = {}
            self._drawn[after, until] = fragments.frame_between(after, until)
        return self._drawn[after, until]

    async def _relay(self):
        """Listen and look until cancelled; wait out a database that goes away."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with await own_line.connect_async("board") as line:
                    await line.execute(f"LISTEN {NUMBERED}")
                    while True:
                        await self._look()
                        pause = FIRST_PAUSE
                        await self._hear(line)
            except GONE as error:
                log.warning("board: %s; trying again in %.1f s", str(error).strip(), pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def _hear(self, line):
        """Wait for news, LOOK seconds at most, and no less than the pace of frames asks for."""
        async for _ in line.notifies(timeout=LOOK, stop_after=1):
            pass
        await asyncio.sleep(self._last_frame + BETWEEN_FRAMES - time.monotonic())

    async def _look(self):
        """Send whatever was numbered since the last look."""
        async with self._looking:
            frame = await self._draw(fragments.frame_after, self._ring.last)
            listener.looked()
            if frame is None:
                return
            self._ring.append(frame)
            self._last_frame = time.monotonic()
            # Whoever joins from here on takes this frame from the ring and is not in the list.
            for count, member in enumerate(list(self.members), 1):
                member.deliver(frame)
                if count % SENDS_WITHOUT_A_BREAK == 0:
                    await asyncio.sleep(0)

    async def _draw(self, how, seq, *until):
        """Return the frame from here on; if a lead cannot be drawn, one that makes pages fetch anew."""
        try:
            return await self._ask(how, seq, *until)
        except GONE:
            raise
        except Exception:
            log.exception("board: the events after %s could not be drawn", seq)
            return fragments.resync(seq, *(until or [await self._ask(feed_log.last_seq)]))

    async def _watch(self):
        """Close the sockets of those who signed out, were deactivated or lost their role."""
        while True:
            await asyncio.sleep(BETWEEN_CHECKS)
            members = list(self.members)
            try:
                standing = await self._ask(sign_ins.standing, [member.sign_in for member in members])
            except GONE as error:
                log.warning("board: sign-ins could not be checked: %s", str(error).strip())
                continue
            for member in members:
                if member.sign_in not in standing:
                    self.members.discard(member)
                    member.hang_up(SIGN_IN_AGAIN)


def _with_a_connection(question, *about):
    """Call with a connection that goes back to the pool (or is closed) at once."""
    try:
        return question(*about)
    finally:
        connection.close()


def _tell_the_end(task):
    """A task that ends by itself is a fault: say so, the boards would be deaf."""
    if not task.cancelled() and task.exception() is not None:
        log.error("board: the relay ended", exc_info=task.exception())


_relays: "weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Relay]" = weakref.WeakKeyDictionary()


def relay() -> Relay:
    """Return the relay of the running event loop (a web process has one loop)."""
    return _relays.setdefault(asyncio.get_running_loop(), Relay())
