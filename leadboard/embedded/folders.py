"""The folders and files of one server: made on the first start, verified on each."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

from leadboard.embedded.account import Account, EmbeddedError
from leadboard.embedded.place import DATABASE, ROLE

CONFIGURATION = """\
# Written at every start; settings of your own go into postgresql.auto.conf (ALTER SYSTEM as role postgres).
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off

# An acknowledged lead survives a power cut.
fsync = on
synchronous_commit = on
full_page_writes = on

# A forgotten transaction must not hold up vacuum or the numbering of events.
transaction_timeout = 60s
idle_in_transaction_session_timeout = 15s

timezone = 'UTC'
log_timezone = 'UTC'
# A failed statement is reported to the program that sent it; here it could spill personal data.
log_min_messages = fatal
log_min_error_statement = panic
log_checkpoints = off
"""
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "PGTZ": "UTC"}
ACCESS = "local all all trust\n"

# The product's role may make databases (tests do) and owns its own; it is no superuser.
FIRST_STATEMENTS = f"CREATE ROLE {ROLE} LOGIN CREATEDB;\nCREATE DATABASE {DATABASE} OWNER {ROLE};\n"


def claim_folder(folder: Path, account: Account | None) -> None:
    """Make `folder` if it is missing and see that it is a real folder, ours alone (0700); else refuse."""
    uid, gid = (account.uid, account.gid) if account else (os.getuid(), os.getgid())
    try:
        folder.mkdir(mode=0o700, parents=True)
        if account:
            os.chown(folder, uid, gid)
    except FileExistsError:
        pass
    except PermissionError as error:
        raise EmbeddedError(
            f"{folder} cannot be made ({error.strerror}). Choose another LEADBOARD_DATA."
        ) from error
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid:
        raise EmbeddedError(
            f"{folder} belongs to user {found.st_uid}, but PostgreSQL would run as user {uid}."
            " Start it as the user who started it first, or choose another LEADBOARD_DATA."
        )
    folder.chmod(0o700)


def make_cluster(binaries: Path, files: Path) -> None:
    """Run initdb once. An interrupted attempt leaves nothing that would be taken for a database."""
    if (files / "PG_VERSION").exists():
        _refuse_other_version(binaries, files)
        return
    half = files.with_name("data.new")
    shutil.rmtree(half, ignore_errors=True)
    # The builtin locale gives the same Unicode lower() and order on every OS.
    locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    _run([binaries / "initdb", "-D", half, "-U", "postgres", "--auth=trust", "-k", *locale])
    _run(
        [binaries / "postgres", "--single", "-c", "exit_on_error=on", "-D", half, "template1"],
        FIRST_STATEMENTS,
    )
    half.rename(files)


def write_configuration(files: Path, socket: Path) -> None:
    """Write postgresql.conf and pg_hba.conf."""
    for name, text in (("postgresql.conf", CONFIGURATION.format(socket=socket)), ("pg_hba.conf", ACCESS)):
        target = files / name
        target.write_text(text)
        target.chmod(0o600)


def _refuse_other_version(binaries: Path, files: Path) -> None:
    kept = (files / "PG_VERSION").read_text().strip()
    said = subprocess.run(
        [binaries / "postgres", "--version"], check=True, capture_output=True, text=True
    ).stdout
    if said.split()[-1].split(".")[0] != kept:
        raise EmbeddedError(
            f"{files} was made by PostgreSQL {kept}, and this is {said.strip()}."
            " Install the release of leadboard that made it, or move the data with pg_upgrade."
        )


def _run(command: list[object], text: str | None = None) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, input=text, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    if done.returncode != 0:
        raise EmbeddedError(f"{Path(words[0]).name} failed: {(done.stderr or done.stdout).strip()}")
