"""`make bench`: every figure beside its floor, measured in the same run on an embedded PostgreSQL of its own.

`make bench ARGS="doors pages"` measures only those.
"""

import sys
import tempfile
from pathlib import Path

from leadboard.embedded import EmbeddedPostgres
from tests.bench import clocks, doors, fanout, pages, scoring

WITH_PRODUCT = {"doors": doors}
WITH_DATABASE = {"pages": pages, "fanout": fanout, "clocks": clocks, "scoring": scoring}


def fresh(measure):
    """Run one part on a fresh folder, with or without a server of our own."""
    with tempfile.TemporaryDirectory(prefix="leadboard-bench-", dir="/tmp") as folder:
        if measure in WITH_PRODUCT.values():
            return measure.run(Path(folder))
        with EmbeddedPostgres(folder):
            return measure.run(Path(folder))


def main(names):
    """Print the tables of the named parts (all when none is named)."""
    parts = WITH_PRODUCT | WITH_DATABASE
    unknown = set(names) - parts.keys()
    if unknown:
        raise SystemExit(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    for name in names or parts:
        print(f"\n{name}")
        for figure in fresh(parts[name]):
            print("  " + figure.line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
