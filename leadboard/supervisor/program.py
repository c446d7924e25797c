"""What is to run."""

import signal
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Program:
    """A command that is kept running. Those of one `kind` are stopped together, in reverse order of start."""

    name: str
    command: tuple[str, ...]
    kind: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    keep_open: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    patience: float = 10.0  # seconds from the stop signal to SIGKILL
    yields: int = 0  # how far it gives way to the others when the processors are all busy (nice)
