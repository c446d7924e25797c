import os
import signal
import subprocess
import sys
import time
from functools import partial

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from django_q.tasks import async_task

from leadboard.health import beats
from leadboard.processes import end_with_parent

SECONDS_BETWEEN_CANARIES = 5.0
SECONDS_OF_SILENCE = 15.0
SECONDS_TO_START = 60.0


class Command(BaseCommand):
    """django-q2's cluster under a watch.

    A killed worker can take the lock of the cluster's queue with it: the cluster then looks alive
    and never works again (django-q2 #23). So this enqueues a canary job every five seconds, and
    when no job ran for fifteen it kills its whole process group, itself with it, and whoever
    started it starts it anew (`up`, a container's restart policy, systemd). Killing the cluster's
    parent leaves workers behind that go on working: they are in the same group.

    The sign of life is shared: with several clusters on one database a hung one is seen only when
    the others cannot keep up.
    """

    # `prepare` has checked; doing it again would load the whole product into the watch.
    requires_system_checks = ()
    help = "Run the jobs (django-q2's qcluster) and end all of them when they hang."

    def handle(self, **options):
        """Run until the cluster ends or is told to; exit 0 only when told to."""
        self.stopping = False
        if os.getpgrp() != os.getpid():
            os.setpgrp()  # started by a script: its group is not ours to kill
        cluster = subprocess.Popen(
            [sys.executable, sys.argv[0], "qcluster", "--skip-checks"],
            preexec_fn=partial(end_with_parent, os.getpid(), signal.SIGTERM),
        )
        signal.signal(signal.SIGTERM, partial(self.pass_on, cluster))
        signal.signal(signal.SIGINT, partial(self.pass_on, cluster))
        connection.close()
        code = self.watch(cluster)
        if not self.stopping:
            self.stderr.write(f"the cluster ended by itself ({code}); ending what is left of it")
            end_group()

    def watch(self, cluster):
        """Return the cluster's exit code; end the group when it hangs."""
        last_sign = time.monotonic() + SECONDS_TO_START - SECONDS_OF_SILENCE
        while True:
            try:
                return cluster.wait(SECONDS_BETWEEN_CANARIES)
            except subprocess.TimeoutExpired:
                pass
            last_sign = max(last_sign, last_sign_of_life(last_sign))
            if not self.stopping and time.monotonic() - last_sign > SECONDS_OF_SILENCE:
                self.stderr.write(f"no job ran for {SECONDS_OF_SILENCE:.0f} s: the cluster hangs; ending it")
                end_group()

    def pass_on(self, cluster, sign, frame):
        """Tell the cluster to finish what it has begun and to end."""
        self.stopping = True
        cluster.send_signal(signal.SIGTERM)


def last_sign_of_life(before: float) -> float:
    """Send a canary and return the time (monotonic) of the last job that ran.

    While the database cannot be asked nobody is to blame: then it is now.
    """
    try:
        async_task("leadboard.health.beats.canary", task_name="canary", save=False)
        silence = beats.silence("jobs")
    except (DatabaseError, InterfaceError):
        connection.close()
        return time.monotonic()
    return before if silence is None else time.monotonic() - silence


def end_group() -> None:
    """Kill the process group and this process (which, as pid 1 of a container, only an exit can end)."""
    os.killpg(0, signal.SIGKILL)
    sys.exit(1)
