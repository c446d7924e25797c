"""`python -m leadboard.web [--host H] [--port N | --fd N]`: the web program."""

import argparse
import sys

from leadboard.web.server import serve  # isort: skip - daphne before all else, see there
from leadboard.asgi import application
from leadboard.environment import read_flag


def main() -> int:
    """Serve on an address, or on a listening socket that somebody else holds open."""
    parser = argparse.ArgumentParser(prog="leadboard.web", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--port", type=int, default=8000)
    where.add_argument("--fd", type=int, help="number of a listening socket")
    said = parser.parse_args()
    address = {"host": said.host, "port": said.port}
    endpoint = address if said.fd is None else {"file_descriptor": said.fd}
    return serve(application, endpoint, trusts_proxy=read_flag("LEADBOARD_TRUST_PROXY"))


if __name__ == "__main__":
    sys.exit(main())
