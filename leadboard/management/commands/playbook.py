"""`manage.py playbook`: check, apply, show and roll back the agreement; ask a calendar for due times and open
time.

`check`, `due` and `elapsed` need no database. Bad input ends with 2 and says what is wrong and where.
"""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from leadboard.people.models import User
from leadboard.playbook import versions
from leadboard.playbook.calendar import CalendarError
from leadboard.playbook.calendar_file import answer_due, answer_elapsed, answer_line, read_calendar
from leadboard.playbook.models import PlaybookVersion
from leadboard.playbook.plain import in_words
from leadboard.playbook.reading import LARGEST, PlaybookError


class Command(BaseCommand):
    """Check, apply, show and roll back the agreement; due times and open time by a calendar."""

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        """Declare the acts."""
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("check", help="say what is wrong with a playbook").add_argument("file")
        apply = acts.add_parser("apply", help="put a playbook in force as a new version")
        apply.add_argument("file")
        apply.add_argument("--note", default="", help="why")
        apply.add_argument("--by", metavar="EMAIL", help="who decided it")
        show = acts.add_parser("show", help="print a version as it was applied")
        show.add_argument("--number", type=int)
        show.add_argument("--words", action="store_true", help="in plain words, defaults included")
        acts.add_parser("roll-back", help="apply an old version again").add_argument("number", type=int)
        due = acts.add_parser("due", help="when an open time is over")
        due.add_argument("--for", dest="open_for", metavar="1h30m")
        elapsed = acts.add_parser("elapsed", help="open seconds between two moments")
        elapsed.add_argument("--end", metavar="ISO")
        for act in (due, elapsed):
            act.add_argument(
                "--calendar", required=True, metavar="FILE", help="YAML or JSON: zone, hours, holidays"
            )
            act.add_argument("--start", metavar="ISO")
            act.add_argument(
                "--batch", action="store_true", help='JSON lines {"start","for"} or {"start","end"} on stdin'
            )

    def handle(self, *args, **options):
        """Do the act; whatever is wrong with the input becomes its message and exit code 2."""
        try:
            getattr(self, "do_" + options["act"].replace("-", "_"))(options)
        except (PlaybookError, CalendarError, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error

    def do_check(self, options):
        """Read it and store nothing."""
        playbook = versions.check(self.read(options["file"]))
        self.stdout.write(f"{playbook.name}: valid.")

    def do_apply(self, options):
        """Store it; it is in force when this returns."""
        text = self.read(options["file"])
        by = User.objects.filter(email__iexact=options["by"]).first() if options["by"] else None
        if options["by"] and by is None:
            raise CommandError(f"nobody here has the address {options['by']}", returncode=2)
        version = versions.apply(text, by=by, note=options["note"])
        self.stdout.write(f"Version {version.number} is in force.")

    def do_show(self, options):
        """Print a version, or the one in force: its text, or what it says in plain words."""
        number = options["number"] if options["number"] is not None else versions.active().version
        stored = self.stored(number)
        if not options["words"]:
            self.stdout.write(stored.text, ending="")
            return
        for chapter in in_words(versions.by_number(number)):
            self.stdout.write(f"{chapter.title} ({chapter.about})")
            for row in chapter.rows:
                self.stdout.write(f"  {row.label}: {row.words}  [{row.rule}]")

    def do_roll_back(self, options):
        """Apply the text of an old version as a new one."""
        version = versions.roll_back(self.stored(options["number"]).number)
        self.stdout.write(f"Version {version.number} is in force; it is version {options['number']} again.")

    def stored(self, number):
        """Return the row of a version."""
        version = PlaybookVersion.objects.filter(number=number).first()
        if version is None:
            raise CommandError(f"there is no version {number}", returncode=2)
        return version

    def do_due(self, options):
        """Print the moment, or one for each line."""
        calendar = self.calendar(options, "open_for", "--for")
        if not options["batch"]:
            self.stdout.write(answer_due(calendar, options["start"], options["open_for"]))
        else:
            self.answer_lines(calendar)

    def do_elapsed(self, options):
        """Print the seconds, or those of each line."""
        calendar = self.calendar(options, "end", "--end")
        if not options["batch"]:
            self.stdout.write(answer_elapsed(calendar, options["start"], options["end"]))
        else:
            self.answer_lines(calendar)

    def calendar(self, options, second, flag):
        """Return the calendar of the file; either --batch is given, or a start and a second value."""
        given = [options["start"] is not None, options[second] is not None]
        if given != [not options["batch"]] * 2:
            raise CommandError(f"give either --start and {flag}, or --batch", returncode=2)
        return read_calendar(self.read(options["calendar"]))

    def answer_lines(self, calendar):
        """One answer a line; a bad line gets its error there, and the whole ends with 1."""
        bad = 0
        for line in sys.stdin:
            try:
                answer = answer_line(calendar, line.strip())
            except ValueError as error:
                answer, bad = f"error: {error}", bad + 1
            self.stdout.write(answer)
        if bad:
            raise CommandError(f"{bad} lines could not be answered", returncode=1)

    def read(self, name):
        """Return the bytes of a file, - being standard input; hardly more than the limit is read."""
        try:
            if name == "-":
                return sys.stdin.buffer.read(LARGEST + 1)
            with Path(name).open("rb") as file:
                return file.read(LARGEST + 1)
        except (OSError, ValueError) as error:
            raise CommandError(
                f"{name}: {getattr(error, 'strerror', None) or error}", returncode=2
            ) from error
