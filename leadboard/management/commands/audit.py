"""manage.py audit verify: walk the digest chain of every lead, and each chain that a part keeps besides (the
acts on the models); name the first row that does not fit.
"""

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.module_loading import import_string

from leadboard.leads import chain
from leadboard.leads.models import LeadEvent
from leadboard.leads.reactions import wiring


class Command(BaseCommand):
    """Exit 0 when all chains verify, 1 with the first bad row of each when not."""

    help = "Verify the logs: every event is hashed to the one before on its lead, every act on a model too."

    def add_arguments(self, parser):
        """`verify` is the only act."""
        parser.add_argument("act", choices=["verify"])
        parser.add_argument("--all", action="store_true", help="name every bad row (1,000 at most)")

    def handle(self, *args, all, **options):
        """Verify every chain before anything is refused, so that one fault does not hide another."""
        limit = 1_000 if all else 1
        with connection.cursor() as cursor:
            faults = [_words(*fault) for fault in chain.faults(cursor, limit)]
        verified = [f"{LeadEvent.objects.count()} events verify."]
        for what, name in getattr(wiring(), "AUDITED", {}).items():
            found, rows = import_string(name)(limit)
            faults += [f"{what}: {words}" for words in found]
            verified += [f"{rows} {what} verify."] if rows else []
        if faults:
            raise CommandError("\n".join(faults))
        self.stdout.write("\n".join(verified))


def _words(lead, version, event, fault):
    """Return the place and the fault of one bad row."""
    place = f"event {event} (lead {lead}, version {version})" if event else f"lead {lead}"
    return f"{place}: {fault}"
