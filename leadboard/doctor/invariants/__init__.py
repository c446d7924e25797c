"""What must always hold, each one query that returns the rows where it does not.

Every query ends in `LIMIT %(limit)s`; its first column names what is broken (mostly the lead's id). Those
that speak of seconds hold while the programs run; the others hold at every moment, also after a crash.
"""

from leadboard.doctor.invariants import (
    capture,
    clocks,
    delivery,
    nurture,
    ownership,
    silence,
    tracking,
    trust,
)
from leadboard.doctor.invariants.invariant import Invariant, violations

ALL: list[Invariant] = [
    *ownership.INVARIANTS,
    *clocks.INVARIANTS,
    *silence.INVARIANTS,
    *nurture.INVARIANTS,
    *delivery.INVARIANTS,
    *capture.INVARIANTS,
    *tracking.INVARIANTS,
    *trust.INVARIANTS,
]

__all__ = ["ALL", "Invariant", "violations"]
