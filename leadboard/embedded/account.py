"""Who runs PostgreSQL: it refuses to be root, so as root it gets an unprivileged account.

No account is created. `postgres` is taken when the machine has one (Debian's package makes it),
else `nobody`. Its folder `<data>/postgres` belongs to that account and is closed to all others.
The folders above (and those above the binaries) must let it pass: where one does not (a project
in /root, mode 0700), it is given the search bit for others, `o+x`, and nothing more: names in it
still cannot be listed. Each such grant is printed.
"""

import os
import pwd
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CANDIDATES = ("postgres", "nobody")


class EmbeddedError(Exception):
    """The embedded PostgreSQL cannot run; the text says why and what to do."""


@dataclass(frozen=True)
class Account:
    """An OS user who may run PostgreSQL."""

    name: str
    uid: int
    gid: int


def choose_account() -> Account | None:
    """Return the account that runs PostgreSQL, None when the caller itself may."""
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise EmbeddedError(
        "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody`."
        " Run this as an ordinary user, or set DATABASE_URL."
    )


def let_pass(account: Account, folder: Path) -> None:
    """Make `folder` reachable for the account: `o+x` on those parents that close it out, each printed."""
    for step in [folder, *folder.parents]:
        mode = step.stat()
        if _may_search(account, mode):
            continue
        print(
            f"{step}: others may now pass through (chmod o+x): PostgreSQL runs as {account.name} below it",
            file=sys.stderr,
        )
        step.chmod(stat.S_IMODE(mode.st_mode) | _search_bit(account, mode))


def require_runnable(program: Path) -> None:
    """Raise EmbeddedError when this process cannot run this program."""
    try:
        subprocess.run([program, "--version"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        who = pwd.getpwuid(os.geteuid()).pw_name
        raise EmbeddedError(
            f"{program} cannot be run by {who} ({error}). Install with umask 022,"
            " run this as an ordinary user, or set DATABASE_URL."
        ) from error


def become(account: Account | None) -> None:
    """Give up root for good."""
    if account is None:
        return
    os.setgroups([])
    os.setgid(account.gid)
    os.setuid(account.uid)


def _may_search(account: Account, mode: os.stat_result) -> bool:
    return bool(mode.st_mode & _search_bit(account, mode))


def _search_bit(account: Account, mode: os.stat_result) -> int:
    if mode.st_uid == account.uid:
        return stat.S_IXUSR
    return stat.S_IXGRP if mode.st_gid == account.gid else stat.S_IXOTH
