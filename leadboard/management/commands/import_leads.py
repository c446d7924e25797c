"""manage.py import_leads FILE --mapping FILE: leads from CSV or XLSX."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from leadboard.capture import sources
from leadboard.capture.importing import import_file, read_mapping, write_refused
from leadboard.capture.models import Source
from leadboard.sheets.reading import BadFile

SHOWN = 20


class Command(BaseCommand):
    """Import a file; running it again, also after it was broken off, doubles nothing."""

    help = (
        "Import leads from a CSV or XLSX file. The first row names the columns; the mapping says which "
        "column is which of our fields (see `manage.py source --help`). Each row is kept as a submission "
        "of the source."
    )

    def add_arguments(self, parser):
        """Define the arguments."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help="YAML or JSON; needed unless the source has one")
        parser.add_argument(
            "--source", help="name of the source; made if there is none (default: Import <file name>)"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, change nothing")
        parser.add_argument(
            "--refused", type=Path, help="write the refused rows with their reasons here, as CSV"
        )

    def handle(self, *args, **options):
        """Import and report; a file that cannot be read is one sentence and exit code 1."""
        try:
            source = self._source(options)
            report = import_file(options["file"], source, dry_run=options["dry_run"])
            if options["refused"]:
                write_refused(options["refused"], report)
        except (BadFile, ValueError) as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(f"{options['refused']} cannot be written: {error.strerror}.") from None
        self._tell(report, options["dry_run"])

    def _source(self, options):
        name = options["source"] or f"Import {options['file'].name}"[:80]
        mapping = read_mapping(options["mapping"]) if options["mapping"] else None
        source = Source.objects.filter(name=name).first()
        if source is None:
            return self._new(name, mapping, options["dry_run"])
        if mapping is not None and source.mapping not in (mapping, {}) and options["source"]:
            raise ValueError(
                f"The source {name!r} has another mapping; "
                "change it with `source map`, or name another source."
            )
        if mapping is not None:
            source.mapping = mapping
            if not options["dry_run"]:
                source.save(update_fields=["mapping"])
        return source

    def _new(self, name, mapping, dry_run):
        if mapping is None:
            raise ValueError("Say which column is what: --mapping FILE.")
        return Source(name=name, mapping=mapping) if dry_run else sources.add(name, mapping=mapping)

    def _tell(self, report, dry_run):
        would = "would be " if dry_run else ""
        self.stdout.write(
            f"{report.imported} rows {would}imported, {report.joined} {would}joined to a lead, "
            f"{report.known} were here already, {len(report.refused)} {would}refused."
        )
        for row, reason in report.refused[:SHOWN]:
            self.stdout.write(f"  row {row.number}: {reason}")
        if len(report.refused) > SHOWN:
            self.stdout.write(f"  … and {len(report.refused) - SHOWN} more; write them with --refused FILE.")
