"""`manage.py doctor`: what is wrong and the next command; `--invariants`: what must never be."""

from django.core.management.base import BaseCommand, CommandError

from leadboard.doctor import database
from leadboard.doctor.examination import examine
from leadboard.doctor.invariants import ALL, violations


class Command(BaseCommand):
    """Exits 0 only when nothing is wrong."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser):
        """Declare the options."""
        parser.add_argument(
            "--invariants", action="store_true", help="ask for every invariant, one query each"
        )
        parser.add_argument(
            "--limit", type=int, default=10, help="with --invariants: show so many rows of each"
        )

    def handle(self, **options):
        """Print one line per check."""
        wrong = self.check_invariants(options["limit"]) if options["invariants"] else self.check_health()
        if wrong:
            raise CommandError(f"{wrong} wrong")

    def check_health(self) -> int:
        """Print the findings; return how many are bad."""
        findings = []
        for finding in examine():
            findings.append(finding)
            self.say(finding.is_ok, finding.name, finding.says)
            if not finding.is_ok:
                self.stdout.write(f"       next: {finding.next}")
        return sum(not finding.is_ok for finding in findings)

    def check_invariants(self, limit: int) -> int:
        """Print the invariants; return how many are broken."""
        reachable, broken = database.reachable(), 0
        if not reachable.is_ok:
            raise CommandError(f"{reachable.says}\n       next: {reachable.next}")
        for invariant in ALL:
            rows = violations(invariant, limit)
            broken += bool(rows)
            self.say(not rows, invariant.name, "" if not rows else invariant.promise)
            for row in rows:
                self.stdout.write(f"       {', '.join(str(value) for value in row)}")
        return broken

    def say(self, is_ok: bool, name: str, words: str) -> None:
        """Print one line; the mark is a word, so that it is read without colours too."""
        mark = self.style.SUCCESS("ok   ") if is_ok else self.style.ERROR("WRONG")
        self.stdout.write(f"{mark}  {name}{': ' if words else ''}{words}")
