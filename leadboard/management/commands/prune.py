"""manage.py prune: take away what nobody needs any more."""

from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from leadboard.leads.reactions import wiring


class Command(BaseCommand):
    """Run every part's pruning, as the clocks program does each night; running it again finds nothing."""

    help = "Take away what nobody needs any more (uploads of old imports, idle buckets, …). See the wiring."

    def handle(self, *args, **options):
        """Call what the wiring names under PRUNED; print how many of each went."""
        for what, name in wiring().PRUNED.items():
            self.stdout.write(f"{import_string(name)()} {what}")
