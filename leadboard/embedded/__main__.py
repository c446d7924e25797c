"""`python -m leadboard.embedded run|url|status [DATA]`; DATA is LEADBOARD_DATA when left out."""

import argparse
import sys
from pathlib import Path

from leadboard.embedded import EmbeddedError, is_ready, url
from leadboard.embedded.postgres import ROOT
from leadboard.embedded.server import serve
from leadboard.environment import read


def main() -> int:
    """Do what the command line says; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m leadboard.embedded")
    parser.add_argument("act", choices=["run", "url", "status"])
    parser.add_argument("data", nargs="?", type=Path, default=ROOT / read("LEADBOARD_DATA"))
    parser.add_argument("--parent", type=int, help="pid of the process with which the server ends")
    given = parser.parse_args()
    data = given.data.resolve()
    if given.act == "run":
        serve(data, given.parent)
    if given.act == "url":
        print(url(data))
        return 0
    ready = is_ready(data)
    print("it answers" if ready else "nothing answers")
    return 0 if ready else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EmbeddedError as error:
        sys.exit(str(error))
