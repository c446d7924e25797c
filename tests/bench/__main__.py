"""`make bench`: every figure beside its floor, measured in the same run on an embedded PostgreSQL of its own.

`make bench ARGS="doors pages"` measures only those.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from leadboard import embedded
from tests.bench import doors, fanout, imports, pages, scoring, tracking, verdicts


def clocks(data):
    """Print the lines of the clocks, which set Django up as they are imported: in a process of their own."""
    ours = {"DATABASE_URL": embedded.url(data), "LEADBOARD_DATA": str(data)}
    subprocess.run([sys.executable, "-m", "tests.bench.clocks"], env=os.environ | ours, check=True)
    return []


PARTS = {
    "doors": doors.run,
    "clocks": clocks,
    "pages": pages.run,
    "import": imports.run,
    "verdicts": verdicts.run,
    "fanout": fanout.run,
    "scoring": scoring.run,
    "tracking": tracking.run,
}
STARTS_ITS_OWN = {"doors", "tracking"}  # the whole product, its PostgreSQL included


def fresh(name):
    """Run one part on a fresh folder, with a PostgreSQL of our own where it starts none."""
    with tempfile.TemporaryDirectory(prefix="leadboard-bench-", dir="/tmp") as folder:
        if name in STARTS_ITS_OWN:
            return PARTS[name](Path(folder))
        with embedded.EmbeddedPostgres(folder):
            return PARTS[name](Path(folder))


def main(names):
    """Print the tables of the named parts (all when none is named)."""
    unknown = set(names) - PARTS.keys()
    if unknown:
        raise SystemExit(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in names or PARTS:
        print(f"\n{name}", flush=True)
        for figure in fresh(name):
            print("  " + figure.line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
