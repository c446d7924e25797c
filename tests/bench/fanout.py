"""Events to 200 boards: from commit to browser, at what cost; beside a bare broadcast of the same bytes."""

import json
import os
import subprocess
import sys

from leadboard import embedded
from tests.bench.figures import Figure


def run(data=None, quick=False):
    """Return the Figures; the database is the running embedded one of `data`, else DATABASE_URL.

    It is migrated first, and keeps the leads of the measurement.
    """
    url = embedded.url(data) if data else os.environ["DATABASE_URL"]
    words = [sys.executable, "-m", "tests.bench.fanout_live", "quick" if quick else "whole"]
    done = subprocess.run(
        words, env=os.environ | {"DATABASE_URL": url}, stdout=subprocess.PIPE, text=True, check=True
    )
    return [Figure(*one) for one in json.loads(done.stdout.splitlines()[-1])]


if __name__ == "__main__":
    for figure in run(quick="quick" in sys.argv):
        print(figure.line())
