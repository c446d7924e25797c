"""Which programs `up` runs: read from the environment, as settings.py reads it."""

import os
import signal
import socket
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from leadboard.embedded.postgres import command as embedded_command
from leadboard.environment import read, read_flag, read_number
from leadboard.processes import RUN_TOKEN
from leadboard.supervisor.child import ROOT
from leadboard.supervisor.program import Program

JOBS_YIELD = 5  # a third of the processor time that a web process gets, when both want all
MANAGE = (sys.executable, str(ROOT / "manage.py"))


@dataclass(frozen=True)
class Plan:
    """What this `up` is about."""

    data: Path
    host: str
    port: int
    web: int
    clocks: int
    is_demo: bool
    is_simulated: bool
    database_url: str

    @property
    def url(self) -> str:
        """Return the address to type into a browser on this machine."""
        return f"http://{'localhost' if self.host in {'127.0.0.1', '0.0.0.0'} else self.host}:{self.port}"  # noqa: S104

    def environment(self, token: str) -> dict[str, str]:
        """Return what every program gets. Each keeps to one core: they are the ones that are many."""
        return {
            "LEADBOARD_URL": self.url,
            **{name: value for name, value in os.environ.items() if value},
            "DJANGO_SETTINGS_MODULE": "leadboard.settings",
            "LEADBOARD_DATA": str(self.data),
            "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
            RUN_TOKEN: token,
        }


def read_plan() -> Plan:
    """Return the plan of the environment; nonsense is refused with the variable's name."""
    is_demo = read_flag("LEADBOARD_DEMO")
    return Plan(
        data=(ROOT / read("LEADBOARD_DATA")).resolve(),
        host=read("LEADBOARD_HOST"),
        port=read_number("LEADBOARD_PORT", 1, 65535),
        web=read_number("LEADBOARD_WEB", 1, 32),
        clocks=read_number("LEADBOARD_CLOCKS", 1, 8),
        is_demo=is_demo,
        is_simulated=is_demo and read_flag("LEADBOARD_SIMULATE"),
        database_url=read("DATABASE_URL"),
    )


def database(plan: Plan) -> Program:
    """Return the embedded PostgreSQL. SIGINT is its fast shutdown: clients are cut off, nothing is lost."""
    return Program("database", tuple(embedded_command(plan.data)), stop_signal=signal.SIGINT, patience=30)


def prepare(plan: Plan) -> Program:
    """Return what makes the database and the static files ready."""
    # Building an index may take longer than the embedded server lets a transaction live.
    patience = {} if plan.database_url else {"PGOPTIONS": "-c transaction_timeout=0"}
    return Program("prepare", (*MANAGE, "prepare"), environment={"LEADBOARD_PROGRAM": "prepare", **patience})


def lasting(plan: Plan, listener: socket.socket) -> list[Program]:
    """Return the programs of the product, in their order of start."""
    programs = [_managed("clocks", index, plan.clocks, "run_clocks") for index in range(plan.clocks)]
    # Whoever waits for an answer goes before a verdict that is due in a second or two.
    programs.append(replace(_managed("jobs", 0, 1, "jobs"), yields=JOBS_YIELD))
    programs += [_web(plan, index, listener) for index in range(plan.web)]
    if plan.is_simulated:
        programs.append(_managed("simulator", 0, 1, "simulate", "--gentle", "--url", plan.url))
    return programs


def _managed(kind: str, index: int, count: int, *words: str) -> Program:
    return Program(_name(kind, index, count), (*MANAGE, *words), kind, {"LEADBOARD_PROGRAM": kind})


def _web(plan: Plan, index: int, listener: socket.socket) -> Program:
    """All web processes accept on one socket, which is ours: when one dies, no waiting connection is lost."""
    name = _name("web", index, plan.web)
    command = (sys.executable, "-m", "leadboard.web", "--fd", str(listener.fileno()))
    return Program(name, command, "web", {"LEADBOARD_PROGRAM": "web"}, keep_open=(listener.fileno(),))


def _name(kind: str, index: int, count: int) -> str:
    return kind if count == 1 else f"{kind}.{index + 1}"
