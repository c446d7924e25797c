"""`manage.py demo_xeducation`: 9,240 real leads through the running product; prints how well it ranks
the newest.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from leadboard.capture import sources
from leadboard.capture.models import Source
from leadboard.people.models import Role, User
from leadboard.xeducation import course, table
from leadboard.xeducation.door import Door
from leadboard.xeducation.watch import Watch
from qualification.learning.promotion import train

FILE = "../shared/data/x_education_leads.csv.gz"
TARGETS = {"auc": "≥ 0.848", "log_loss": "≤ 0.455", "ece": "≤ 0.035", "lift_10": "–", "lift_20": "–"}


class Command(BaseCommand):
    """Post the oldest 80 %, record how they ended, train, post the newest 20 % and compare what was
    stored.
    """

    help = __doc__

    def add_arguments(self, parser):
        """Declare the options."""
        parser.add_argument("--file", type=Path, default=Path(FILE), help=f"the leads (default {FILE})")
        parser.add_argument("--url", default=settings.LEADBOARD_URL, help="the running product")
        parser.add_argument("--limit", type=int, help="only the first so many leads")
        parser.add_argument("--connections", type=int, default=4)
        parser.add_argument("--rate", type=float, default=20, help="newest leads a second (default 20)")
        parser.add_argument(
            "--leave-open", action="store_true", help="do not close the newest leads in the end"
        )

    def handle(self, *, file, url, limit, connections, rate, leave_open, **options):
        """Run the course; CommandError when something needed is not there."""
        if not file.exists():
            raise CommandError(
                f"There is no file {file}. It is not part of the product: give it with --file."
            )
        manager = (
            User.objects.filter(role__in=[Role.MANAGER, Role.ADMIN], is_active=True).order_by("pk").first()
        )
        if manager is None:
            raise CommandError("Nobody may record outcomes yet: manage.py user add EMAIL --role manager")
        older, newer = course.split(table.rows(file)[:limit])
        door = Door(url, sources.path_of(self.source()), connections)
        try:
            self.teach(door, older, manager)
            ids = self.test(door, newer, rate)
        except (ConnectionError, TimeoutError) as fault:
            raise CommandError(f"{fault}. Is the product running at {url}? (make up)") from fault
        if not leave_open:
            course.close(ids, newer, manager)

    def source(self):
        """The source of these leads, made on first use; only what is known when a lead comes in is mapped."""
        found = Source.objects.filter(name="X Education").first()
        return found or sources.add("X Education", mapping=table.MAPPING, lead_type="other")

    def teach(self, door, rows, manager):
        """Let the product meet the oldest leads and learn how they ended."""
        ids, speed = course.post(door, rows)
        self.stdout.write(f"Oldest {len(rows)} leads posted: {speed:.0f} a second")
        seconds = course.wait_until_judged(ids, self.stdout.write)
        self.stdout.write(f"All judged {seconds:.0f} s later")
        course.close(ids, rows, manager)
        report, model = train()
        number = model.number if model else "–"
        self.stdout.write(f"Trained on {report.outcomes} outcomes: model {number} {report.why}")

    def test(self, door, rows, rate):
        """Let the product judge the newest leads as they come in, and print what it stored; return their
        ids.
        """
        with Watch() as watch:
            ids, speed = course.post(door, rows, rate)
            course.wait_until_judged(ids, self.stdout.write)
        found, methods = course.figures(ids, rows)
        self.stdout.write(
            f"Newest {found['n']} leads, {found['rate']:.1%} won, {speed:.0f} a second, scored by {methods}"
        )
        measured: Mapping[str, Any] = found
        for name, target in TARGETS.items():
            self.stdout.write(f"  {name:<18} {measured[name]:.3f}   target {target}")
        for name, values in course.delays(ids, watch).items():
            if values:
                p50, p95 = (course.percentile(values, share) * 1000 for share in (0.5, 0.95))
                self.stdout.write(f"  intake {name:<18} p50 {p50:.0f} ms, p95 {p95:.0f} ms")
        return ids
