"""The one PostgreSQL of a test run: DATABASE_URL when it is set, else an embedded one in a temporary folder.

The pytest process that starts first owns it; xdist's workers and programs started by tests find it
in the environment. It ends with its owner: at exit, after Ctrl-C, and (Linux) after a kill -9.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from leadboard.embedded import EmbeddedPostgres


def start() -> str:
    """Return the address of the run's database; start it on the first call of the first process."""
    # A slow machine may think for long between two statements of a test; the product keeps its limits.
    os.environ.setdefault("PGOPTIONS", "-c idle_in_transaction_session_timeout=0")
    if not os.environ.get("LEADBOARD_DATA"):
        os.environ["LEADBOARD_DATA"] = str(temporary_folder("data"))
    if not os.environ.get("DATABASE_URL"):
        server = EmbeddedPostgres(temporary_folder("database"))
        atexit.register(server.stop)
        os.environ["DATABASE_URL"] = server.start().url
    return os.environ["DATABASE_URL"]


def temporary_folder(what: str) -> Path:
    """Return a new folder with a short path (a socket lives in it), removed at exit."""
    folder = Path(tempfile.mkdtemp(prefix=f"leadboard-{what}-", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
