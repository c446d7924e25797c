"""What has to be so before this web process may be sent visitors."""

from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

from leadboard.health import listener
from leadboard.health.beats import silence

LONGEST_SILENCE = 60.0
# Migrations do not go backwards under a running process: once all are applied it need not look again.
_migrated = False


def reasons() -> list[str]:
    """Return why this process is not ready, in words; empty when it is."""
    try:
        found = [unmigrated(), *(quiet(name) for name in ("jobs", "clocks"))]
    except (DatabaseError, InterfaceError):
        return ["The database does not answer."]
    if listener.is_deaf():
        found.append("Live updates have stopped in this web process.")
    return [reason for reason in found if reason]


def unmigrated() -> str:
    """Return what is wrong with the migrations, or nothing."""
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return "" if _migrated else "Migrations are missing; run `manage.py prepare`."


def quiet(name: str) -> str:
    """Return what is wrong with a program that should beat, or nothing."""
    seconds = silence(name)
    if seconds is None:
        return f"The program `{name}` never ran on this database."
    return f"The program `{name}` was silent for {seconds:.0f} s." if seconds > LONGEST_SILENCE else ""
