"""`make up` for real: the whole product starts, heals and ends without leaving a process."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from django.conf import settings as configured

from leadboard.embedded.postgres import postmaster_pid
from leadboard.supervisor.record import find_marked
from tests.database import temporary_folder
from tests.product import ROOT, Product

CLUSTER = 4 + configured.Q_CLUSTER["workers"]  # main, sentinel, pusher, monitor and the workers
pytestmark = [pytest.mark.slow, pytest.mark.faults]


def until(is_so, seconds=90):
    """Wait for something that has to come; fail when it does not."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def product():
    """One running product for the tests of this file."""
    with Product(temporary_folder("up"), web=2) as running:
        yield running


def status(product):
    return product.get("/health/ready")[0]


def token_of(product):
    return json.loads((product.data / "running").read_text())["token"]


def pids(product, word):
    """The processes of this product whose command line has `word`."""
    found = []
    for pid in find_marked(token_of(product)):
        try:
            if word in " ".join(psutil.Process(pid).cmdline()):
                found.append(pid)
        except psutil.NoSuchProcess:
            continue
    return found


def test_a_second_start_on_the_same_data_says_where_the_first_one_is(product):
    second = subprocess.run(
        [sys.executable, "-m", "leadboard.supervisor"],
        cwd=ROOT,
        env=product.environment,
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert f"leadboard already runs on this data at http://localhost:{product.port}" in second.stderr


def test_the_doctor_finds_nothing_wrong(product):
    found = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=product.environment,
        capture_output=True,
        text=True,
    )
    assert "WRONG" not in found.stdout
    assert found.returncode == 0


def test_a_killed_web_process_is_replaced_while_the_other_answers(product):
    before = pids(product, "leadboard.web")
    assert len(before) == 2
    os.kill(before[0], signal.SIGKILL)
    assert status(product) == 200
    until(lambda: len(now := pids(product, "leadboard.web")) == 2 and before[0] not in now)


def test_a_killed_database_comes_back_and_all_programs_with_it(product):
    before = postmaster_pid(product.data)
    os.kill(before, signal.SIGKILL)
    until(lambda: postmaster_pid(product.data) not in (before, None) and status(product) == 200)


def test_a_killed_parent_of_the_jobs_leaves_no_second_cluster(product):
    until(lambda: len(pids(product, "qcluster")) == CLUSTER)
    before = set(pids(product, "qcluster"))
    os.kill(min(before), signal.SIGKILL)
    until(lambda: not before & set(pids(product, "qcluster")) and len(pids(product, "qcluster")) == CLUSTER)
    time.sleep(1)
    assert len(pids(product, "qcluster")) == CLUSTER


def test_ctrl_c_leaves_no_process(product):
    """The last one: it ends the product of this file."""
    token = token_of(product)
    assert find_marked(token)
    product.process.send_signal(signal.SIGINT)
    assert product.process.wait(60) == 0
    until(lambda: find_marked(token) == [], seconds=10)
