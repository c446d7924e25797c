"""One running program: a session and process group of its own, and the pipe with what it says."""

import contextlib
import functools
import os
import signal
import subprocess
import time
from pathlib import Path

from leadboard.processes import end_with_parent
from leadboard.supervisor.program import Program

ROOT = Path(__file__).resolve().parents[2]
LONGEST_LINE = 65_536


def _begin(parent: int, program: Program) -> None:
    """Say what the operating system has to know, between fork and exec."""
    os.nice(program.yields)
    end_with_parent(parent, program.stop_signal)


class Child:
    """A process group. Ctrl-C in the terminal does not reach it, only the supervisor does.

    On Linux it gets its stop signal when the supervisor ends in any way, also by kill -9.
    """

    def __init__(self, program: Program, environment: dict[str, str]):
        self.program = program
        self.started = time.monotonic()
        self._rest = b""
        self.process = subprocess.Popen(
            program.command,
            cwd=ROOT,
            env={**environment, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=program.keep_open,
            start_new_session=True,
            preexec_fn=functools.partial(_begin, os.getpid(), program),
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout.fileno()
        os.set_blocking(self.output, False)

    @property
    def pid(self) -> int:
        """Return the pid of the leader, which is the id of the group."""
        return self.process.pid

    def lived(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    def ended(self) -> int | None:
        """Return how the leader ended (a negative number is a signal), None while it runs."""
        return self.process.poll()

    def ask_to_stop(self) -> None:
        """Send the stop signal to the leader; it ends its own workers in its own way."""
        self.process.send_signal(self.program.stop_signal)

    def kill_group(self) -> None:
        """Kill whoever is left of the group: also the orphans of a leader that is dead."""
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS: EPERM for a group of zombies
            os.killpg(self.pid, signal.SIGKILL)

    def read_lines(self) -> list[str]:
        """Return the complete lines it said since the last call, without waiting."""
        chunks = []
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output, LONGEST_LINE):
                chunks.append(chunk)
                if len(chunks) == 16:  # a program that floods must not starve the others
                    break
        *lines, self._rest = (self._rest + b"".join(chunks)).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            lines, self._rest = [*lines, self._rest], b""
        return [line.decode(errors="replace").rstrip("\r") for line in lines]

    def close(self) -> list[str]:
        """Kill what is left, take the leader's exit, and return its last lines."""
        self.kill_group()
        self.process.wait()
        lines = self.read_lines()
        if self._rest:
            lines.append(self._rest.decode(errors="replace"))
        assert self.process.stdout is not None
        self.process.stdout.close()
        return lines
