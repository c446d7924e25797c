"""manage.py run_clocks: the third long-running program, beside web and jobs."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from threading import Event, Thread

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connection

from handoff.periodic import run_until
from handoff.timing.engine import Engine
from leadboard.leads.sequencer import Sequencer
from leadboard.processes import end_with_parent

log = logging.getLogger(__name__)
SECONDS_BEFORE_RESTART = 5.0
SECONDS_TO_FINISH = 10.0


class Command(BaseCommand):
    """Fire clocks when they are due, number events, run periodic work. Any number of these may run."""

    help = "Fire clocks when they are due, number committed events, run periodic work; several may run."

    def add_arguments(self, parser):
        """Take the option with which the program starts its own helper."""
        words = "run nothing but the periodic work, as long as the process PARENT lives"
        parser.add_argument("--only-periodic", type=int, metavar="PARENT", help=words)

    def handle(self, *args, only_periodic=None, **options):
        """Run until SIGTERM or SIGINT; the batch at hand is finished."""
        stop = Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stop.set())
        if only_periodic is not None:
            end_with_parent(only_periodic, signal.SIGTERM)
            run_until(stop, lambda: os.getppid() == only_periodic)
            return
        died = Event()
        threads = [
            self._start("sequencer", Sequencer(stop).run, stop, died),
            self._start("periodic", lambda: keep_periodic(stop), stop, died),
        ]
        connection.close()
        Engine(stop).run()
        for thread in threads:
            thread.join(timeout=2 * SECONDS_TO_FINISH)
        if died.is_set():
            sys.exit(1)

    def _start(self, name: str, work: Callable[[], None], stop: Event, died: Event) -> Thread:
        """Run `work` in a thread; when it dies the whole program ends, and the supervisor starts it anew."""

        def guarded():
            try:
                work()
            except Exception:
                log.exception("the %s thread died", name)
                died.set()
            finally:
                stop.set()
                connection.close()

        thread = Thread(target=guarded, name=name, daemon=True)
        thread.start()
        return thread


def keep_periodic(stop: Event) -> None:
    """Keep a process for the periodic work: a model that is fitted in this one would hold up the clocks."""
    words = [sys.executable, "-m", "django", "run_clocks", "--skip-checks", f"--only-periodic={os.getpid()}"]
    while not stop.is_set():
        helper = subprocess.Popen(words, cwd=settings.ROOT)
        while helper.poll() is None and not stop.wait(0.2):
            pass
        helper.terminate()
        try:
            helper.wait(SECONDS_TO_FINISH)
        except subprocess.TimeoutExpired:
            helper.kill()
            helper.wait()
        if not stop.wait(SECONDS_BEFORE_RESTART):
            log.warning("the periodic work ended with %s; it starts again", helper.returncode)
