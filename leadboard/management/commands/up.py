import os
import sys

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Turns into the supervisor: same pid, but without Django, so that it stays small and may fork."""

    help = "Run everything: database, web, jobs, clocks; Ctrl-C stops it."
    requires_system_checks = ()

    def handle(self, **options):
        """Replace this process."""
        os.execv(sys.executable, [sys.executable, "-m", "leadboard.supervisor"])
