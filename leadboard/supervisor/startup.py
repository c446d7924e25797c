"""The steps of `up`: data folder, port, database, preparation, programs, banner; then it watches."""

import http.client
import socket
import sys
import time

from leadboard.embedded import is_ready
from leadboard.supervisor.plan import Plan, database, lasting, prepare
from leadboard.supervisor.printer import Printer
from leadboard.supervisor.record import AlreadyRunning, Record
from leadboard.supervisor.supervisor import Stopped, Supervisor

SECONDS_FOR_DATABASE = 120.0
FAILURES_TO_GIVE_UP = 3
BACKLOG = 1024
SIGN_INS = ("rep", "rep2", "marketer", "manager", "admin")


class CannotStart(Exception):
    """`up` gives up; the text says why and what to do."""


def run(plan: Plan) -> int:
    """Run the product until somebody stops it; return the exit code."""
    printer = Printer()
    try:
        record = Record(plan.data)
    except AlreadyRunning as error:
        print(
            f"{error}\nStop it with Ctrl-C in its terminal, or choose another LEADBOARD_DATA.",
            file=sys.stderr,
        )
        return 1
    try:
        if ended := record.end_leftovers():
            printer.say(f"ended {ended} processes that a killed run had left behind")
        with (
            open_listener(plan) as listener,
            Supervisor(printer, plan.environment(record.token)) as supervisor,
        ):
            record.write(plan.url)
            start(plan, supervisor, listener)
            supervisor.watch()
            printer.say("stopping")
        printer.say("stopped; everything is kept")
    except Stopped:
        printer.say("stopped before it was ready; everything is kept")
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        record.close()
    return 0


def start(plan: Plan, supervisor: Supervisor, listener: socket.socket) -> None:
    """Bring all up, in order; raise CannotStart or Stopped."""
    if not plan.database_url:
        start_database(plan, supervisor)
    if supervisor.run_once(prepare(plan)) != 0:
        raise CannotStart(
            "The database could not be prepared; the reason stands above. Nothing keeps running."
        )
    for program in lasting(plan, listener):
        supervisor.add(program)
    supervisor.wait_until(lambda: is_answering(plan))
    supervisor.printer.block(banner(plan))


def start_database(plan: Plan, supervisor: Supervisor) -> None:
    """Start the embedded PostgreSQL and wait until it takes connections."""
    supervisor.add(database(plan))
    until = time.monotonic() + SECONDS_FOR_DATABASE

    def is_decided() -> bool:
        hopeless = supervisor.failures("database") >= FAILURES_TO_GIVE_UP or time.monotonic() > until
        if hopeless:
            raise CannotStart("PostgreSQL does not start; the reason stands above.")
        return is_ready(plan.data)

    supervisor.wait_until(is_decided)


def open_listener(plan: Plan) -> socket.socket:
    """Return the socket on which all web processes accept; raise CannotStart when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((plan.host, plan.port))
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Port {plan.port} on {plan.host} cannot be used ({error.strerror})."
            f" Choose another one: LEADBOARD_PORT={plan.port % 65535 + 1} make up"
        ) from error
    listener.listen(BACKLOG)
    return listener


def is_answering(plan: Plan) -> bool:
    """Does a web process answer on the port?"""
    host = "127.0.0.1" if plan.host == "0.0.0.0" else plan.host  # noqa: S104
    connection = http.client.HTTPConnection(host, plan.port, timeout=2)
    try:
        connection.request("GET", "/health/live", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def banner(plan: Plan) -> str:
    """Return what a newcomer needs to see."""
    lines = ["", "  leadboard is ready", "", f"    {plan.url}", ""]
    if plan.is_demo:
        lines += [
            "    demo sign-ins, password `demo`:",
            *(f"      {name}@demo.test" for name in SIGN_INS),
            "",
        ]
    else:
        lines += ["    the first person: manage.py user add you@example.com --role admin", ""]
    return "\n".join([*lines, "    Ctrl-C stops everything and keeps the data.", "", ""])
