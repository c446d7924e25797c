"""manage.py audit verify: walk the digest chain of every lead and name the first row that does not fit."""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from leadboard.leads import chain
from leadboard.leads.models import LeadEvent


class Command(BaseCommand):
    """Exit 0 when all events verify, 1 with the first bad row when not."""

    help = "Verify the log: every event is hashed to the one before it on its lead."

    def add_arguments(self, parser):
        """`verify` is the only act."""
        parser.add_argument("act", choices=["verify"])
        parser.add_argument("--all", action="store_true", help="name every bad row (1,000 at most)")

    def handle(self, *args, all, **options):
        """Verify and report."""
        with connection.cursor() as cursor:
            faults = chain.faults(cursor, 1_000 if all else 1)
        if faults:
            raise CommandError("\n".join(_words(*fault) for fault in faults))
        self.stdout.write(f"{LeadEvent.objects.count()} events verify.")


def _words(lead, version, event, fault):
    """Return the place and the fault of one bad row."""
    place = f"event {event} (lead {lead}, version {version})" if event else f"lead {lead}"
    return f"{place}: {fault}"
