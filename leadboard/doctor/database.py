"""Checks that ask the database. The first decides whether the others are asked at all."""

import time

from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from leadboard.checks import check_database
from leadboard.doctor.finding import Finding
from leadboard.health.beats import silence
from leadboard.health.readiness import LONGEST_SILENCE
from leadboard.people.models import User
from leadboard.playbook.models import PlaybookVersion

VERSIONS = range(15, 19)
LARGEST_SKEW = 2.0


def reachable() -> Finding:
    """Does it answer, and is it a PostgreSQL that is supported?"""
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('server_version'), current_setting('server_version_num')::int"
            )
            version, number = cursor.fetchone()
    except OperationalError as error:
        first_line = str(error).splitlines()[0]
        return Finding("database", False, f"it does not answer: {first_line}", "make up")
    supported = number // 10_000 in VERSIONS
    return Finding("database", supported, f"PostgreSQL {version}", "move the data to PostgreSQL 15 to 18")


def settings_of_the_server() -> Finding:
    """Is what is acknowledged on disk, and are there connections enough?"""
    problems = check_database(databases=["default"])
    says = "; ".join(problem.msg for problem in problems) or "durable, connections enough"
    return Finding(
        "database settings",
        not problems,
        says,
        "ALTER SYSTEM RESET the setting and restart PostgreSQL; or lower LEADBOARD_WEB",
    )


def migrations() -> Finding:
    """Are all tables as this code wants them?"""
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return Finding(
        "migrations", not missing, f"{missing} missing" if missing else "all applied", "manage.py prepare"
    )


def playbook() -> Finding:
    """Is an agreement in force?"""
    number = PlaybookVersion.objects.filter(active=True).values_list("number", flat=True).first()
    return Finding(
        "playbook",
        number is not None,
        f"version {number}" if number else "none is in force",
        "manage.py prepare",
    )


def people() -> Finding:
    """Can anybody sign in?"""
    count = User.objects.filter(is_active=True).count()
    return Finding("people", count > 0, f"{count} active", "manage.py user add you@example.com --role admin")


def jobs() -> Finding:
    """Do jobs run?"""
    return _heartbeat("jobs", "manage.py jobs")


def clocks() -> Finding:
    """Do clocks fire?"""
    return _heartbeat("clocks", "manage.py run_clocks")


def time_of_day() -> Finding:
    """Do this machine and the database agree on the time? (Clocks use the database's.)"""
    before = time.time()
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        theirs = cursor.fetchone()[0]
    skew = theirs - (before + time.time()) / 2
    return Finding(
        "time", abs(skew) < LARGEST_SKEW, f"the database is {skew:+.1f} s off", "timedatectl set-ntp true"
    )


def demo() -> Finding:
    """Is the public password of the demo kept away from real use?"""
    is_open = settings.LEADBOARD_DEMO and settings.HTTPS
    return Finding(
        "demo", not is_open, "on" if settings.LEADBOARD_DEMO else "off", "LEADBOARD_DEMO=0 make up"
    )


def _heartbeat(name: str, command: str) -> Finding:
    seconds = silence(name)
    says = "never ran on this database" if seconds is None else f"last seen at work {seconds:.0f} s ago"
    return Finding(name, seconds is not None and seconds < LONGEST_SILENCE, says, f"make up (or {command})")


CHECKS = [settings_of_the_server, playbook, people, jobs, clocks, time_of_day, demo]
