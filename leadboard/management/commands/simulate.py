"""`manage.py simulate`: a seeded stream of leads over HTTP, and reps who claim, call and forget."""

import signal

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from leadboard.simulation.replay import enquiries_from
from leadboard.simulation.runner import Simulation, hire

# The two reps leave most of the board to whoever has just signed in. In the beginning a day goes by in half a
# minute, so that there is something to look back on, and a board that is not empty.
GENTLE = {"rate": 0.2, "burst": 120, "reps": 2}


class Command(BaseCommand):
    """Post leads to the running product's real intake until Ctrl-C or the limit."""

    help = __doc__

    def add_arguments(self, parser):
        """Declare the options."""
        parser.add_argument("--rate", type=float, help="leads a second (default 1)")
        parser.add_argument("--reps", type=int, help="simulated reps (default 3)")
        parser.add_argument("--burst", type=int, help="so many leads at once in the beginning")
        parser.add_argument(
            "--gentle", action="store_true", help="the pace of the demo: a few at once, then one in a while"
        )
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--limit", type=int, help="stop after so many leads")
        parser.add_argument(
            "--pace", type=float, default=1.0, help="how many times faster than people the reps are"
        )
        parser.add_argument("--url", default=settings.LEADBOARD_URL)
        parser.add_argument(
            "--from", dest="file", help="post the rows of a CSV or XLSX instead of invented leads"
        )
        parser.add_argument("--mapping", help="with --from: which column is which field (YAML)")
        parser.add_argument("--source", default="Simulated file", help="with --from: the name of the source")

    def handle(self, *args, **options):
        """Run the simulation and print what was sent."""
        if bool(options["file"]) != bool(options["mapping"]):
            raise CommandError("--from and --mapping go together")
        pace = {
            name: options[name] if options[name] is not None else default
            for name, default in self.defaults(options)
        }
        if pace["rate"] <= 0:
            raise CommandError("--rate must be above 0")
        base = options["url"].rstrip("/")
        rows = (
            enquiries_from(options["file"], options["mapping"], options["source"])
            if options["file"]
            else None
        )
        simulation = Simulation(
            base, rate=pace["rate"], burst=pace["burst"], enquiries=rows,
            seed=options["seed"], limit=options["limit"],
            reps=hire(pace["reps"], base, options["seed"], options["pace"]),
        )  # fmt: skip
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: simulation.stop.set())
        simulation.run()
        self.stdout.write(f"{simulation.sent} leads posted, {simulation.refused} refused")

    def defaults(self, options):
        """Return (option, default) of the pace."""
        return (GENTLE if options["gentle"] else {"rate": 1.0, "burst": 0, "reps": 3}).items()
