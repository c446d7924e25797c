"""The embedded PostgreSQL, with real servers in temporary folders."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import psycopg
import pytest

from leadboard.embedded import EmbeddedError, EmbeddedPostgres, is_ready, socket_directory, url
from leadboard.embedded.account import Account, choose_account, let_pass
from leadboard.embedded.folders import claim_folder
from leadboard.embedded.place import home
from leadboard.embedded.postgres import ROOT, postmaster_pid
from tests.database import temporary_folder


@pytest.fixture
def folder():
    """A data folder of its own with a short path; whatever serves it afterwards is ended."""
    data = temporary_folder("pg")
    yield data
    pid = postmaster_pid(data)
    if pid and psutil.pid_exists(pid):
        os.kill(pid, signal.SIGQUIT)


def until(is_so, seconds=20):
    """Wait for something that has to come; fail when it does not."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def ask(address, sql):
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(sql).fetchone()[0]


def tell(address, sql):
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql)


def test_it_starts_stops_and_keeps_what_was_written(folder):
    with EmbeddedPostgres(folder) as server:
        assert server.is_alive()
        tell(server.url, "CREATE TABLE kept (word text)")
        tell(server.url, "INSERT INTO kept VALUES ('GRÜN')")
    assert not is_ready(folder)
    with EmbeddedPostgres(folder) as server:
        assert ask(server.url, "SELECT lower(word) FROM kept") == "grün"


def test_what_is_acknowledged_is_on_disk_and_nobody_else_can_connect(folder, monkeypatch):
    monkeypatch.delenv("PGOPTIONS", raising=False)  # the run's own: a test may think for long
    with EmbeddedPostgres(folder) as server:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert ask(server.url, f"SHOW {setting}") == "on"
        assert ask(server.url, "SHOW listen_addresses") == ""
        assert ask(server.url, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert stat.S_IMODE(socket_directory(folder).stat().st_mode) == 0o700
        assert stat.S_IMODE(home(folder).stat().st_mode) == 0o700
        # and a forgotten transaction is ended
        assert ask(server.url, "SHOW transaction_timeout") == "1min"
        assert ask(server.url, "SHOW idle_in_transaction_session_timeout") == "15s"
        assert ask(server.url, "SHOW jit") == "off"


def test_committed_rows_survive_a_kill_of_the_server_and_the_next_start_recovers(folder):
    server = EmbeddedPostgres(folder).start()
    tell(server.url, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
    os.kill(postmaster_pid(folder), signal.SIGKILL)
    after = EmbeddedPostgres(folder).start()
    assert ask(after.url, "SELECT count(*) FROM kept") == 1000
    after.stop()
    server.stop()


def test_a_pid_file_that_names_a_stranger_does_not_block_the_start(folder):
    with EmbeddedPostgres(folder):
        pass
    (home(folder) / "data" / "postmaster.pid").write_text(
        f"{os.getpid()}\n{home(folder) / 'data'}\n0\n5432\n"
    )
    with EmbeddedPostgres(folder) as server:
        assert ask(server.url, "SELECT 1") == 1


def test_a_second_server_on_the_same_folder_is_refused_and_the_first_lives_on(folder):
    with EmbeddedPostgres(folder) as first:
        with pytest.raises(EmbeddedError, match="already served by another PostgreSQL"):
            EmbeddedPostgres(folder).start()
        assert first.is_alive()
        assert ask(first.url, "SELECT 1") == 1


def test_of_two_that_start_at_once_one_wins(folder):
    words = [sys.executable, "-m", "leadboard.embedded", "run", str(folder)]
    both = [subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    until(lambda: any(process.poll() is not None for process in both) and is_ready(folder))
    loser, winner = sorted(both, key=lambda process: process.poll() is None)
    assert "already served by another PostgreSQL" in loser.communicate()[1]
    assert ask(url(folder), "SELECT 1") == 1
    winner.send_signal(signal.SIGINT)
    winner.communicate(timeout=20)
    assert winner.returncode == 0


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child of its parent's death"
)
def test_it_ends_with_a_starter_that_is_killed(folder):
    code = f"from leadboard.embedded import EmbeddedPostgres as Server\nServer({str(folder)!r}).start()"
    code += "\nprint('started', flush=True)\ninput()"
    words = [sys.executable, "-c", code]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        starter.stdout.readline()
        pid = postmaster_pid(folder)
        starter.kill()
    until(lambda: not psutil.pid_exists(pid))


def test_a_path_too_long_for_a_socket_gets_one_in_tmp(folder):
    deep = folder / ("a-rather-long-name-" * 4) / "data"
    deep.mkdir(parents=True)
    assert str(socket_directory(deep)).startswith("/tmp/leadboard-")
    with EmbeddedPostgres(deep) as server:
        assert ask(server.url, "SELECT 1") == 1
        assert stat.S_IMODE(socket_directory(deep).stat().st_mode) == 0o700
    shutil.rmtree(socket_directory(deep))


def test_a_folder_that_somebody_else_laid_there_is_refused(folder):
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (folder / "socket").symlink_to(elsewhere)
    with pytest.raises(EmbeddedError, match="belongs to user"):
        claim_folder(folder / "socket", None)


def test_an_interrupted_first_start_is_begun_again(folder):
    (home(folder) / "data.new").mkdir(parents=True)
    (home(folder) / "data.new" / "half").write_text("made")
    account = choose_account()
    for path in (home(folder), home(folder) / "data.new", home(folder) / "data.new" / "half"):
        os.chown(path, *((account.uid, account.gid) if account else (os.getuid(), os.getgid())))
    with EmbeddedPostgres(folder) as server:
        assert ask(server.url, "SELECT 1") == 1


def test_data_of_another_major_version_is_named_and_left_alone(folder):
    with EmbeddedPostgres(folder):
        pass
    (home(folder) / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(EmbeddedError, match="was made by PostgreSQL 16"):
        EmbeddedPostgres(folder).start()


def test_only_the_search_bit_is_given_and_only_where_it_is_missing(folder, capsys):
    inner = folder / "closed" / "open" / "inner"
    inner.mkdir(parents=True)
    (folder / "closed").chmod(0o700)
    (folder / "closed" / "open").chmod(0o755)
    let_pass(Account("somebody", 54321, 54321), inner)
    assert stat.S_IMODE((folder / "closed").stat().st_mode) == 0o701
    assert stat.S_IMODE((folder / "closed" / "open").stat().st_mode) == 0o755
    assert f"{folder / 'closed'}: others may now pass through" in capsys.readouterr().err


def test_the_address_is_known_without_a_server():
    assert url("/srv/data") == "postgres://leadboard@/leadboard?host=/srv/data/postgres/socket"
    assert (
        url(Path("/srv/with space"))
        == "postgres://leadboard@/leadboard?host=/srv/with%20space/postgres/socket"
    )
