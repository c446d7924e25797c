"""The loop: passes on what the programs say, restarts what dies, stops all in order."""

import contextlib
import os
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from types import FrameType

from leadboard.supervisor.child import Child
from leadboard.supervisor.printer import Printer
from leadboard.supervisor.program import Program

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
SECONDS_OF_GOOD_HEALTH = 10.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked the supervisor to stop while it waited for something else."""


@dataclass
class Slot:
    """A program's place: its child, how often it failed in a row, when it starts again."""

    program: Program
    child: Child | None = None
    failures: int = 0
    start_at: float | None = None


class Supervisor:
    """Keeps programs running. Use it as a context manager: leaving it leaves no process.

    `environment` is given to every program, `on_change` is called after each start with the ids of
    all process groups that live.
    """

    def __init__(
        self,
        printer: Printer,
        environment: dict[str, str] | None = None,
        on_change: Callable[[list[int]], None] = lambda groups: None,
    ):
        self.printer = printer
        self.stop_requests = 0
        self._environment = dict(os.environ if environment is None else environment)
        self._on_change = on_change
        self._slots: list[Slot] = []
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        self._before: dict[int, object] = {}

    def __enter__(self) -> "Supervisor":
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        for sign in STOP_SIGNALS:
            self._before[sign] = signal.signal(sign, self._note_stop)
        # Without a handler of its own a child's end would not wake the loop.
        self._before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda sign, frame: None)
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()
        signal.set_wakeup_fd(-1)
        for sign, handler in self._before.items():
            signal.signal(sign, handler)  # type: ignore[arg-type]
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def add(self, program: Program) -> None:
        """Start a program and keep it running from now on."""
        slot = Slot(program)
        self._slots.append(slot)
        self._start(slot)

    def groups(self) -> list[int]:
        """Return the ids of the process groups that live."""
        return [slot.child.pid for slot in self._slots if slot.child]

    def failures(self, name: str) -> int:
        """Return how often the program ended in a row without having lived for ten seconds."""
        return next(slot.failures for slot in self._slots if slot.program.name == name)

    def run_once(self, program: Program) -> int:
        """Run a program to its end, beside those that are kept running; return its exit code."""
        slot = Slot(program)
        self._start(slot)
        assert slot.child is not None
        try:
            while (code := slot.child.ended()) is None:
                self._turn(0.5)
        finally:
            self._close(slot)
        return code

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Keep all running until `is_so()`; raise Stopped when asked to stop before."""
        while not is_so():
            self._turn(0.1)

    def watch(self) -> None:
        """Keep all running until somebody asks to stop."""
        with contextlib.suppress(Stopped):
            while True:
                self._turn(1.0)

    def stop(self) -> None:
        """Stop all programs, the last started kind first, and wait until each is gone."""
        for slot in self._slots:
            slot.start_at = None
        for _, same_kind in groupby(
            reversed(self._slots), key=lambda slot: slot.program.kind or slot.program.name
        ):
            self._stop_together([slot for slot in same_kind if slot.child])
        self._slots.clear()

    def _stop_together(self, slots: list[Slot]) -> None:
        requests, begun = self.stop_requests, time.monotonic()
        for slot in slots:
            assert slot.child is not None
            slot.child.ask_to_stop()
        while waiting := [slot for slot in slots if slot.child and slot.child.ended() is None]:
            impatient = self.stop_requests > max(requests, 1)
            for slot in waiting:
                if impatient or time.monotonic() - begun > slot.program.patience:
                    self.printer.say(f"{slot.program.name} does not stop; killing it")
                    self._close(slot)
            self._listen(0.1)
        for slot in slots:
            self._close(slot)

    def _turn(self, seconds: float) -> None:
        if self.stop_requests or self.printer.is_gone:
            raise Stopped
        self._listen(min(seconds, self._until_next_start()))
        for slot in self._slots:
            if slot.child and (code := slot.child.ended()) is not None:
                self._bury(slot, code)
            if slot.start_at is not None and time.monotonic() >= slot.start_at:
                self._start(slot)

    def _listen(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if key.fd == self._wake_read:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake_read, 4096)
                continue
            child: Child = key.data
            for line in child.read_lines():
                self.printer.line(child.program.name, line)

    def _until_next_start(self) -> float:
        due = [slot.start_at for slot in self._slots if slot.start_at is not None]
        return max(0.0, min(due) - time.monotonic()) if due else LONGEST_PAUSE

    def _start(self, slot: Slot) -> None:
        slot.start_at = None
        slot.child = Child(slot.program, self._environment)
        self._selector.register(slot.child.output, selectors.EVENT_READ, slot.child)
        self._on_change([*self.groups(), slot.child.pid])

    def _bury(self, slot: Slot, code: int) -> None:
        assert slot.child is not None
        # Who was killed did nothing wrong (and would be away longest under a run of kills): no longer pause.
        is_blameless = code == -signal.SIGKILL or slot.child.lived() > SECONDS_OF_GOOD_HEALTH
        slot.failures = 1 if is_blameless else slot.failures + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (slot.failures - 1))
        self._close(slot)
        slot.start_at = time.monotonic() + pause
        self.printer.say(f"{slot.program.name} ended ({describe(code)}); starting it again in {pause:.1f} s")

    def _close(self, slot: Slot) -> None:
        child, slot.child = slot.child, None
        if child is None:
            return
        self._selector.unregister(child.output)
        for line in child.close():
            self.printer.line(child.program.name, line)

    def _note_stop(self, sign: int, frame: FrameType | None) -> None:
        self.stop_requests += 1


def describe(code: int) -> str:
    """Return an exit code in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
