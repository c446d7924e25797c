"""One supervisor per data folder, and what a killed one left behind.

The file `<data>/running` is locked by the supervisor for its whole life and says who it is. Every
process it starts carries the supervisor's token in its environment (and so do their children), so
the next start can tell them from all others, even where a group has lost its leader or a pid has
been given to somebody else.
"""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import subprocess
import time
from pathlib import Path

from leadboard.processes import RUN_TOKEN

SECONDS_TO_DIE = 10.0


class AlreadyRunning(Exception):
    """Another supervisor works on this data folder."""


class Record:
    """The lock on a data folder; `token` marks the processes of this run."""

    def __init__(self, data: Path):
        data.mkdir(parents=True, exist_ok=True)
        self.token = secrets.token_hex(16)
        self._file = os.open(data / "running", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        before = self._read()
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            where, pid = before.get("url", "an address it has not told yet"), before.get("pid", "unknown")
            raise AlreadyRunning(f"leadboard already runs on this data at {where} (pid {pid}).") from None
        self.leftovers = find_marked(before.get("token", ""))

    def write(self, url: str) -> None:
        """Say who runs here and where."""
        text = json.dumps({"pid": os.getpid(), "url": url, "token": self.token}).encode()
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, text, 0)

    def end_leftovers(self) -> int:
        """Kill the processes that a killed supervisor left, wait until they are gone; return how many."""
        for pid in self.leftovers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        until = time.monotonic() + SECONDS_TO_DIE
        while any(_lives(pid) for pid in self.leftovers) and time.monotonic() < until:
            time.sleep(0.05)
        return len(self.leftovers)

    def close(self) -> None:
        """Give the data folder free."""
        os.ftruncate(self._file, 0)
        os.close(self._file)

    def _read(self) -> dict[str, str]:
        try:
            return json.loads(os.pread(self._file, 4096, 0) or b"{}")
        except json.JSONDecodeError:  # cut off by a full disk or a power cut: nothing to know from it
            return {}


def find_marked(token: str) -> list[int]:
    """Return the pids of all processes (but this one) that carry the token of a run."""
    if not token:
        return []
    mark = f"{RUN_TOKEN}={token}"
    found = _marked_in_proc(mark) if Path("/proc/self/environ").exists() else _marked_in_ps(mark)
    return [pid for pid in found if pid != os.getpid()]


def _marked_in_proc(mark: str) -> list[int]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is not ours
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


def _marked_in_ps(mark: str) -> list[int]:
    listed = subprocess.run(
        ["ps", "axeww", "-o", "pid=,command="], check=True, capture_output=True, text=True
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if mark in line.split()]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z")
