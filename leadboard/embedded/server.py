"""Serve one data folder: prepare it and turn this process into the postmaster.

A lock (`flock`) on `<data>/postgres/lock` is held by the server itself: it is inherited through
`exec` by the postmaster and from it by all its children. So it is free exactly when none of them
is left. That decides which of two starters wins, and tells that a `postmaster.pid` is stale: after
a kill -9, after a reboot, also when another program has that pid by now.
"""

import fcntl
import os
import signal
import time
from pathlib import Path
from typing import NoReturn

from leadboard.embedded.account import EmbeddedError, become, choose_account, let_pass, require_runnable
from leadboard.embedded.folders import ENVIRONMENT, claim_folder, make_cluster, write_configuration
from leadboard.embedded.place import binaries, home, socket_directory
from leadboard.processes import RUN_TOKEN, end_with_parent

SECONDS_FOR_OLD_BACKENDS = 10.0


def serve(data: Path, parent: int | None = None) -> NoReturn:
    """Become the PostgreSQL server of `data`; raise EmbeddedError when that cannot be.

    With `parent` it shuts down by itself when that process ends, however it ends (Linux).
    """
    account, folder, programs = choose_account(), home(data), binaries()
    socket, files = socket_directory(data), folder / "data"
    claim_folder(folder, account)
    claim_folder(socket, account)
    if account:
        for closed in (folder, socket, programs):
            let_pass(account, closed)
    # From here on as the account: root would follow a symbolic link that it laid into its folder.
    os.chdir("/")
    become(account)
    require_runnable(programs / "postgres")
    lock = take_lock(folder / "lock")
    make_cluster(programs, files)
    write_configuration(files, socket)
    # We hold the lock, so nobody serves these files: what a killed server left is not believed.
    for leftover in (files / "postmaster.pid", socket / ".s.PGSQL.5432.lock", socket / ".s.PGSQL.5432"):
        leftover.unlink(missing_ok=True)
    os.set_inheritable(lock, True)
    if parent is not None:
        end_with_parent(parent, signal.SIGINT)
    postgres = str(programs / "postgres")
    mark = {name: os.environ[name] for name in (RUN_TOKEN,) if name in os.environ}
    os.execve(postgres, [postgres, "-D", str(files)], ENVIRONMENT | mark)


def take_lock(path: Path) -> int:
    """Return the locked file, which names this process; raise EmbeddedError when somebody lives on the data.

    After a kill -9 of the postmaster its children need a moment to notice: that is waited for.
    """
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + SECONDS_FOR_OLD_BACKENDS
    while not _is_taken(lock):
        holder = os.pread(lock, 20, 0).decode().strip()
        if _lives(holder) or time.monotonic() > until:
            os.close(lock)
            raise EmbeddedError(
                f"{path.parent} is already served by another PostgreSQL (pid {holder or 'unknown'})."
            )
        time.sleep(0.05)
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def _is_taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lives(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
