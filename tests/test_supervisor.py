"""The supervisor, with real processes: small programs through the same class that runs the product."""

import contextlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from leadboard.processes import RUN_TOKEN
from leadboard.supervisor.plan import Plan
from leadboard.supervisor.printer import Printer
from leadboard.supervisor.program import Program
from leadboard.supervisor.record import AlreadyRunning, Record, find_marked
from leadboard.supervisor.startup import CannotStart, open_listener
from leadboard.supervisor.supervisor import Stopped, Supervisor, describe

ROOT = Path(__file__).resolve().parents[1]
SLEEP = "import time; time.sleep(600)"
# A parent with a child that ignores all polite signals, like a cluster with its workers.
FAMILY = """
import signal, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", "import signal, time\\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\\nprint('worker ready', flush=True)\\ntime.sleep(600)"])
print("worker", worker.pid, flush=True)
time.sleep(600)
"""
STUBBORN = (
    f"import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); {SLEEP}"
)


@pytest.fixture
def said():
    """What the supervisor prints."""
    return io.StringIO()


@pytest.fixture
def supervisor(said):
    """A supervisor that has stopped all its programs when the test is over."""
    with Supervisor(Printer(said)) as one:
        yield one


def python(code, name="sample", **fields):
    return Program(name, (sys.executable, "-c", code), **fields)


def has_ended(pid):
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def within(seconds, is_so):
    """Return a question for `wait_until` that fails the test when its time is over."""
    end = time.monotonic() + seconds

    def asked():
        assert time.monotonic() < end, "it did not come"
        return is_so()

    return asked


def until(is_so, seconds=20):
    question = within(seconds, is_so)
    while not question():
        time.sleep(0.05)


def test_every_line_carries_the_name_of_the_program_that_said_it(supervisor, said):
    assert supervisor.run_once(python("print('first'); print('second', end='')", "talker")) == 0
    assert said.getvalue() == "talker     first\ntalker     second\n"


def test_colours_only_on_a_terminal():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    Printer(terminal).line("web.2", "hello")
    assert terminal.getvalue() == "\x1b[32mweb.2      \x1b[0mhello\n"


def test_the_exit_code_of_a_single_run_is_given_back(supervisor):
    assert supervisor.run_once(python("raise SystemExit(3)")) == 3


def test_jobs_give_way_to_whoever_waits_for_an_answer(supervisor, said):
    code = "import os; print(os.nice(0))"
    supervisor.run_once(python(code, yields=3))
    assert int(said.getvalue().split()[1]) == min(os.nice(0) + 3, 19)


def test_a_killed_program_is_started_again(supervisor, said):
    supervisor.add(python(SLEEP))
    first = supervisor.groups()[0]
    os.kill(first, signal.SIGKILL)
    supervisor.wait_until(within(10, lambda: supervisor.groups() not in ([first], [])))
    assert "sample ended (signal SIGKILL); starting it again in 0.2 s" in said.getvalue()


def test_a_program_that_fails_at_once_is_tried_ever_more_slowly(supervisor, said):
    supervisor.add(python("raise SystemExit(1)"))
    supervisor.wait_until(within(20, lambda: supervisor.failures("sample") == 4))
    pauses = [line.rpartition(" in ")[2] for line in said.getvalue().splitlines() if "again" in line]
    assert pauses == ["0.2 s", "0.4 s", "0.8 s", "1.6 s"]


def test_orphans_of_a_dead_parent_are_killed_before_it_starts_again(supervisor, said):
    supervisor.add(python(FAMILY))
    supervisor.wait_until(within(10, lambda: "worker ready" in said.getvalue()))
    parent, worker = supervisor.groups()[0], worker_pid(said)
    os.kill(parent, signal.SIGKILL)
    supervisor.wait_until(within(10, lambda: said.getvalue().count("worker ready") == 2))
    assert has_ended(worker)


def test_stopping_leaves_neither_a_program_nor_its_children(supervisor, said):
    supervisor.add(python(FAMILY))
    supervisor.wait_until(within(10, lambda: "worker ready" in said.getvalue()))
    parent, worker = supervisor.groups()[0], worker_pid(said)
    supervisor.stop()
    assert has_ended(parent)
    until(lambda: has_ended(worker))


def test_a_program_that_does_not_stop_is_killed_after_its_patience(supervisor, said):
    supervisor.add(python(STUBBORN, patience=0.3))
    supervisor.wait_until(within(10, lambda: "up" in said.getvalue()))
    pid = supervisor.groups()[0]
    supervisor.stop()
    assert has_ended(pid)
    assert "sample does not stop; killing it" in said.getvalue()


def test_the_last_started_kind_stops_first_and_one_kind_stops_together(supervisor, said):
    code = "import signal, sys, time\ndef bye(*_):\n    print('bye', flush=True)\n    sys.exit()\n"
    code += "signal.signal(signal.SIGTERM, bye)\nprint('up', flush=True); time.sleep(600)"
    for name, kind in (("database", ""), ("web.1", "web"), ("web.2", "web")):
        supervisor.add(python(code, name, kind=kind))
    supervisor.wait_until(within(20, lambda: said.getvalue().count("up") == 3))
    supervisor.stop()
    byes = [line.split()[0] for line in said.getvalue().splitlines() if line.endswith("bye")]
    assert sorted(byes[:2]) == ["web.1", "web.2"]
    assert byes[2:] == ["database"]


def test_a_signal_ends_the_watch(supervisor):
    supervisor.add(python(SLEEP))
    os.kill(os.getpid(), signal.SIGTERM)
    supervisor.watch()
    with pytest.raises(Stopped):
        supervisor.wait_until(lambda: False)


def test_a_closed_terminal_ends_the_watch(said):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    with Supervisor(Printer(Closed())) as supervisor:
        supervisor.add(python("print('hello'); " + SLEEP))
        supervisor.watch()


def test_an_endless_line_and_a_flood_do_not_stop_the_others(supervisor, said):
    supervisor.add(python("import sys\nwhile True: sys.stdout.write('x' * 65536)", "flood"))
    assert supervisor.run_once(python("print('through')", "other")) == 0
    assert "other      through" in said.getvalue()


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child of its parent's death"
)
def test_a_killed_supervisor_takes_its_programs_with_it(tmp_path):
    process = run_sample_supervisor(tmp_path)
    child = int(process.stdout.readline().split()[-1])
    process.kill()
    process.communicate()
    until(lambda: has_ended(child))


def test_ctrl_c_leaves_no_process(tmp_path):
    process = run_sample_supervisor(tmp_path, code=FAMILY)
    parent, token = (
        int(process.stdout.readline().split()[-1]),
        json.loads((tmp_path / "running").read_text())["token"],
    )
    until(lambda: len(find_marked(token)) >= 2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 0
    assert has_ended(parent)
    until(lambda: find_marked(token) == [])


def test_what_a_killed_supervisor_left_is_ended_by_the_next_start(tmp_path):
    token = "a" * 32
    (tmp_path / "running").write_text(json.dumps({"pid": 1, "url": "http://localhost:1", "token": token}))
    environment = os.environ | {RUN_TOKEN: token}
    with subprocess.Popen([sys.executable, "-c", SLEEP], env=environment, start_new_session=True) as left:
        until(lambda: find_marked(token) == [left.pid])
        record = Record(tmp_path)
        assert record.end_leftovers() == 1
        assert left.wait(10) == -signal.SIGKILL
    record.close()


def test_a_second_supervisor_on_the_same_data_is_told_where_the_first_one_is(tmp_path):
    record = Record(tmp_path)
    record.write("http://localhost:8123")
    with pytest.raises(
        AlreadyRunning, match=rf"already runs on this data at http://localhost:8123 \(pid {os.getpid()}\)"
    ):
        Record(tmp_path)
    record.close()
    Record(tmp_path).close()


def test_a_record_cut_off_by_a_full_disk_is_not_believed(tmp_path):
    (tmp_path / "running").write_text('{"pid": 12')
    record = Record(tmp_path)
    assert record.leftovers == []
    record.close()


def test_a_port_in_use_is_named_with_the_way_out(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        plan = Plan(tmp_path, "127.0.0.1", port, 1, 1, False, False, "")
        with pytest.raises(CannotStart, match=f"Port {port} on 127.0.0.1 cannot be used .*LEADBOARD_PORT="):
            open_listener(plan)


def test_an_end_is_told_in_words():
    assert describe(-9) == "signal SIGKILL"
    assert describe(2) == "exit code 2"


def worker_pid(said):
    line = next(
        line
        for line in said.getvalue().splitlines()
        if line.split()[1:2] == ["worker"] and line[-1].isdigit()
    )
    return int(line.split()[-1])


def run_sample_supervisor(folder, code=SLEEP):
    """Start a supervisor of one program in its own process; its first line ends with the program's pid."""
    script = f"""
import os, sys
from pathlib import Path
from leadboard.processes import RUN_TOKEN
from leadboard.supervisor.printer import Printer
from leadboard.supervisor.program import Program
from leadboard.supervisor.record import Record
from leadboard.supervisor.supervisor import Supervisor
record = Record(Path({str(folder)!r}))
record.write("http://localhost:1")
with Supervisor(Printer(open(os.devnull, "w")), dict(os.environ) | {{RUN_TOKEN: record.token}}) as supervisor:
    supervisor.add(Program("sample", (sys.executable, "-c", {code!r})))
    print("started", supervisor.groups()[0], flush=True)
    supervisor.watch()
"""
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
