"""The real product as a test's neighbour: `make up`'s supervisor on a folder and port of its own.

Faults, bench and demonstrations use it; nothing in it is a double of anything.
"""

import contextlib
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg

from leadboard import embedded

ROOT = Path(__file__).resolve().parent.parent
SECONDS_TO_START, SECONDS_TO_STOP = 120, 60
DICE = random.Random(os.getpid())


def free_port():
    """Return a port that nobody listens on now, and that no connection takes for its own end meanwhile.

    The system takes that end from 32768 on (Linux) or higher: a port of there, free when it was asked for, is
    now and then taken when a program listens on it seconds later.
    """
    while True:
        port = DICE.randrange(20_000, 32_000)
        with closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port


class Product:
    """A running leadboard over its own embedded PostgreSQL (or `database_url`)."""

    def __init__(self, data, *, web=1, clocks=1, database_url="", **environment):
        self.data, self.port = Path(data), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
        self.environment = inherited | {
            "LEADBOARD_DATA": str(data), "LEADBOARD_PORT": str(self.port), "LEADBOARD_URL": self.base,
            "LEADBOARD_WEB": str(web), "LEADBOARD_CLOCKS": str(clocks), "DATABASE_URL": database_url,
            "LEADBOARD_DEMO": "1", "LEADBOARD_SIMULATE": "0", "DJANGO_SETTINGS_MODULE": "leadboard.settings",
        } | environment  # fmt: skip

    def __enter__(self):
        self.log = (self.data / "up.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "leadboard.supervisor"], cwd=ROOT, env=self.environment,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            self.wait_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(SECONDS_TO_STOP)
        finally:
            self.process.kill()
            self.log.close()

    def wait_ready(self, seconds=SECONDS_TO_START):
        """Wait until /health/ready says so; a product that gives up fails with its last words."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.process.poll() is not None:
                break
            if self.get("/health/ready")[0] == 200:
                return
            time.sleep(0.2)
        raise AssertionError(f"not ready: {self.get('/health/ready')}\n{self.last_words()}")

    def last_words(self):
        """Return the end of what the product printed."""
        return (self.data / "up.log").read_text(errors="replace")[-4000:]

    def get(self, path, headers=None):
        """Return (status, body as text); status 0 when nobody answers."""
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
                connection.request("GET", path, headers=headers or {})
                answer = connection.getresponse()
                return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            return 0, ""

    def manage(self, *words, check=True):
        """Run a command beside the product; return the CompletedProcess (text)."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert not check or done.returncode == 0, f"{words}: {done.stdout}\n{done.stderr}"
        return done

    def query(self, sql):
        """Return the rows of a query, as JSON knows them."""
        with psycopg.connect(self.database_url(), autocommit=True) as connection:
            return json.loads(json.dumps(connection.execute(sql).fetchall(), default=str))

    def database_url(self):
        """Return the address of the product's database."""
        return self.environment["DATABASE_URL"] or embedded.url(self.data)

    def pids(self, kind):
        """Return the pids of the leaders of one kind of program: web, jobs, clocks, database."""
        wanted, found = f"LEADBOARD_PROGRAM={kind}".encode(), []
        for child in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            environment = Path(f"/proc/{child}/environ").read_bytes().split(b"\0")
            named = wanted in environment
            is_database = kind == "database" and b"postgres" in Path(f"/proc/{child}/cmdline").read_bytes()
            if named or is_database:
                found.append(int(child))
        return sorted(found)

    def kill(self, kind, index=0):
        """Kill -9 one program of a kind; return its pid, or None when it is away already."""
        pids = self.pids(kind)
        if not pids:
            return None
        os.kill(pids[index % len(pids)], signal.SIGKILL)
        return pids[index % len(pids)]
