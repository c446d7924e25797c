"""`manage.py erase EMAIL [--why request]`: erase a person in all parts; `--tell` says what is held."""

import json
import sys

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from leadboard.leads.persons import person_with
from leadboard.privacy.erasing import erase
from leadboard.privacy.models import Why
from leadboard.privacy.telling import counted, tell


class Command(BaseCommand):
    """Erase a person, or tell what is held of them."""

    help = __doc__

    def add_arguments(self, parser):
        """Declare the address and what to do."""
        parser.add_argument("email")
        parser.add_argument("--why", choices=Why.values, default=Why.REQUEST.value)
        parser.add_argument("--yes", action="store_true", help="do not ask; a script is never asked")
        parser.add_argument("--dry-run", action="store_true", help="say what would be erased, do nothing")
        parser.add_argument("--tell", action="store_true", help="print all that is held of them, as JSON")

    def handle(self, *args, **options):
        """Do it for the person with this address."""
        person = person_with(options["email"])
        if not person.leads:
            raise CommandError(f"nothing is held of {options['email']}")
        if options["tell"]:
            self.stdout.write(json.dumps(tell(person), cls=DjangoJSONEncoder, indent=1, ensure_ascii=False))
            return
        held = ", ".join(f"{count} {what}" for what, count in counted(person).items())
        if options["dry_run"]:
            self.stdout.write(f"would be erased: {held}")
            return
        if sys.stdin.isatty() and not options["yes"]:
            self.ask(options["email"], held)
        done = erase(person, why=options["why"])
        self.stdout.write(f"erased: {held}. Empty leads: {', '.join(map(str, done.leads))}")

    def ask(self, email, held):
        """Go on only when the address is typed again."""
        self.stdout.write(f"This erases for good: {held}.")
        if input("Type the address again to go on: ").strip().casefold() != email.casefold():
            raise CommandError("nothing was done")
