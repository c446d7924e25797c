"""What the supervisor prints: each line with the name of the program that said it."""

import os
import sys
from typing import TextIO

COLOURS = {"database": 34, "web": 32, "jobs": 35, "clocks": 33, "simulator": 36, "prepare": 37}
OURS = "leadboard"


class Printer:
    """Prefixes lines; colours only on a terminal, and never when NO_COLOR is set."""

    def __init__(self, stream: TextIO = sys.stdout):
        self.stream = stream
        self.is_gone = False
        self._coloured = stream.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str) -> None:
        """Print a line of the supervisor itself."""
        self.line(OURS, text)

    def line(self, name: str, text: str) -> None:
        """Print one line of the program `name`."""
        prefix = f"{name:<10} "
        if self._coloured:
            prefix = f"\x1b[{COLOURS.get(name.partition('.')[0], 90)}m{prefix}\x1b[0m"
        self._write(f"{prefix}{text}\n")

    def block(self, text: str) -> None:
        """Print something as it is."""
        self._write(text)

    def _write(self, text: str) -> None:
        if self.is_gone:
            return
        try:
            self.stream.write(text)
            self.stream.flush()
        except (BrokenPipeError, OSError):
            # The terminal or the pipe is closed. The supervisor sees this and stops, like on a hang-up.
            self.is_gone = True
