"""manage.py source add | list | map: the doors by which leads come in."""

import argparse
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from leadboard.capture import sources
from leadboard.capture.importing import read_mapping
from leadboard.capture.models import Source
from leadboard.capture.vendors import VENDORS
from leadboard.sheets.reading import BadFile

MAPPING = """\
A mapping file is YAML or JSON: {our field: name or path in the payload}, for example

  name: [First name, Last name]     # several are joined by a space
  email: contact.email              # steps into an object
  team_size: Number of seats        # any other name is a field of your own
  title: null                       # leave it empty, do not guess
  "*": null                         # drop what is not named here (else it is guessed, or kept as extra)

Our fields: name, first_name, last_name, email, phone, company, title, country, website, message, campaign,
lead_type, basis, submitted_at. Without a mapping the labels of the form are understood by themselves.
"""


class Command(BaseCommand):
    """Add, list and map sources."""

    help = "Add a source and print its address, list the sources, or change a mapping."

    def add_arguments(self, parser):
        """Define add, list and map."""
        parser.epilog, parser.formatter_class = MAPPING, argparse.RawDescriptionHelpFormatter
        acts = parser.add_subparsers(dest="act", required=True)
        add = acts.add_parser("add", help="make a source; prints its path on the first line")
        add.add_argument("name")
        add.add_argument("--vendor", default="generic")
        add.add_argument("--secret", default="", help="senders must show that they know it")
        add.add_argument("--token", default="", help="your token for the vendor's API, to fetch details")
        add.add_argument("--lead-type", default="", help="what its leads come for; else the playbook decides")
        add.add_argument("--campaign", default="")
        add.add_argument("--mapping", type=Path)
        acts.add_parser("list", help="name, vendor, path")
        change = acts.add_parser("map", help="replace the mapping of a source")
        change.add_argument("name")
        change.add_argument("--mapping", type=Path, required=True)

    def handle(self, *args, act, **options):
        """Do one act; a refusal is one sentence and exit code 1."""
        try:
            {"add": self._add, "list": self._list, "map": self._map}[act](options)
        except (ValueError, BadFile) as refusal:
            raise CommandError(str(refusal)) from None

    def _add(self, options):
        source = sources.add(
            options["name"],
            vendor=options["vendor"],
            secret=options["secret"],
            token=options["token"],
            lead_type=options["lead_type"],
            campaign=options["campaign"],
            mapping=read_mapping(options["mapping"]) if options["mapping"] else {},
        )
        self.stdout.write(sources.path_of(source))
        vendor = VENDORS[source.vendor]
        if source.vendor != "generic":
            self.stdout.write(f"\nPaste this address into {vendor.title}: {sources.url_of(source)}\n")
            for line in vendor.steps(source):
                self.stdout.write(line)
            return
        proof = " -H 'Authorization: Bearer <secret>'" if source.secret else ""
        self.stdout.write(f"\nPost leads to {sources.url_of(source)}, for example:\n")
        self.stdout.write(
            f"  curl {sources.url_of(source)} -H 'Content-Type: application/json'{proof} \\\n"
            """    -d '{"name": "Diana Ek", "email": "diana@barsund.example", "message": "I would like a
            demo"}'
            """
        )

    def _list(self, options):
        for source in Source.objects.order_by("name"):
            state = "" if source.active else "  (off)"
            self.stdout.write(f"{source.name}\t{source.vendor}\t{sources.path_of(source)}{state}")

    def _map(self, options):
        source = Source.objects.filter(name=options["name"]).first()
        if source is None:
            raise CommandError(f"There is no source named {options['name']!r}.")
        source.mapping = read_mapping(options["mapping"])
        source.save(update_fields=["mapping"])
        self.stdout.write(f"{source.name}: {len(source.mapping)} fields are mapped.")
