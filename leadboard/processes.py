"""What the operating system has to be told about our processes."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
RUN_TOKEN = "LEADBOARD_RUN"  # the variable that marks all processes of one `up`
# Loaded at import: between fork and exec nothing may be imported or opened.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


def end_with_parent(parent: int, sign: signal.Signals) -> None:
    """Have this process get `sign` when the process `parent` ends, also by kill -9. Linux only.

    Elsewhere nothing happens: there the next start ends what was left over.
    """
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
    if os.getppid() != parent:  # it ended before we asked
        os.kill(os.getpid(), sign)
