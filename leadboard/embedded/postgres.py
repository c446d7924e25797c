"""Start and stop a server from Python: for tests and tools. (`up` has it as one of its programs.)"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Self

from leadboard.embedded.account import EmbeddedError
from leadboard.embedded.place import binaries, home, socket_directory, url

ROOT = Path(__file__).resolve().parents[2]
STATUS_LINE = 7  # of postmaster.pid, since PostgreSQL 10


def command(data: Path | str) -> list[str]:
    """Return the command line that serves `data` until it is told to stop or this process ends."""
    return [sys.executable, "-m", "leadboard.embedded", "run", str(data), "--parent", str(os.getpid())]


def is_ready(data: Path | str) -> bool:
    """Does a server listen on the socket of `data` and take connections?

    It is asked by its own status line: a connection before its time would be an error in its log.
    """
    status = _pid_file(data)
    return (
        len(status) > STATUS_LINE
        and status[STATUS_LINE].strip() == "ready"
        and _listens(socket_directory(data))
    )


def postmaster_pid(data: Path | str) -> int | None:
    """Return the pid of the server of `data`, as it wrote it down itself; None when it wrote nothing."""
    lines = _pid_file(data)
    return int(lines[0]) if lines else None


def _pid_file(data: Path | str) -> list[str]:
    try:
        return (home(data) / "data" / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _listens(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(folder / ".s.PGSQL.5432"))
        except OSError:
            return False
    return True


class EmbeddedPostgres:
    """The server of one data folder.

    `url` is where programs connect, `bin` the folder of psql, pg_dump and pgbench.
    """

    def __init__(self, data: Path | str):
        self.data = Path(data).resolve()
        self.url = url(self.data)
        self.bin = binaries()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, patience: float = 60) -> Self:
        """Start, wait until it answers; raise EmbeddedError with the reason when it does not.

        Crash recovery is waited for. The server also stops when this process ends (Linux), and it
        is in a session of its own: a Ctrl-C in the terminal does not reach it.
        """
        with tempfile.TemporaryFile() as words:
            self._process = subprocess.Popen(
                command(self.data), start_new_session=True, cwd=ROOT, stderr=words
            )
            until = time.monotonic() + patience
            while not self.is_alive():
                if self._process.poll() is not None or time.monotonic() > until:
                    words.seek(0)
                    self.stop()
                    raise EmbeddedError(
                        words.read().decode(errors="replace").strip() or "PostgreSQL does not answer."
                    )
                time.sleep(0.05)
        return self

    def stop(self) -> None:
        """Stop it and wait until it is gone: clients are cut off, nothing committed is lost."""
        if self._process is None:
            return
        for sign, patience in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            if self._process.poll() is None:
                self._process.send_signal(sign)
                _wait(self._process, patience)
        self._process = None

    def is_alive(self) -> bool:
        """Does the server that we started answer? (Another one on the same folder does not count.)"""
        started = self._process is not None and self._process.poll() is None
        return started and postmaster_pid(self.data) == self._process.pid and is_ready(self.data)  # type: ignore[union-attr]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()


def _wait(process: subprocess.Popen[bytes], patience: float) -> bool:
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        return False
    return True
