"""manage.py run_clocks: the third long-running program, beside web and jobs."""

import logging
import signal
from collections.abc import Callable
from threading import Event, Thread

from django.core.management.base import BaseCommand
from django.db import connection

from handoff.engine import Engine
from handoff.periodic import run_until
from leadboard.leads.sequencer import Sequencer

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Fire clocks when they are due, number events, run periodic work. Any number of these may run."""

    help = "Fire clocks when they are due, number committed events, run periodic work; several may run."

    def handle(self, *args, **options):
        """Run until SIGTERM or SIGINT; the batch at hand is finished."""
        stop = Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stop.set())
        threads = [
            self._start("sequencer", lambda: Sequencer(stop).run(), stop),
            self._start("periodic", lambda: run_until(stop), stop),
        ]
        connection.close()
        Engine(stop).run()
        for thread in threads:
            thread.join(timeout=10)

    def _start(self, name: str, work: Callable[[], None], stop: Event) -> Thread:
        """Run `work` in a thread; when it dies the whole program ends, and the supervisor starts it anew."""

        def guarded():
            try:
                work()
            except Exception:
                log.exception("the %s thread died", name)
                raise
            finally:
                stop.set()
                connection.close()

        thread = Thread(target=guarded, name=name, daemon=True)
        thread.start()
        return thread
