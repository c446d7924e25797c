"""Leads from a file: each row is a submission of its own and goes the way of all submissions.

So a row is kept before it is digested, joins the person it belongs to, and a second or a broken-off run of
the same
file doubles nothing: a row's idempotency key is the file's hash and the row's number.
"""

import csv
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from leadboard.capture import bulk, foreseen, mapping
from leadboard.capture.models import Source
from leadboard.leads import reactions
from leadboard.sheets import cells
from leadboard.sheets.reading import BadFile, Row, read_sheet

log = logging.getLogger(__name__)
# Each row locks up to three identities for as long as its batch lasts; PostgreSQL has a table of locks of
# limited size for all sessions.
CHUNK = 200
LARGEST_MAPPING = 100_000


@dataclass
class Report:
    """What became of the rows: how many made or joined a lead or were there already, and the refused ones
    with why.
    """

    imported: int = 0
    joined: int = 0
    known: int = 0
    refused: list[tuple[Row, str]] = field(default_factory=list)

    def add(self, outcomes: list[bulk.Outcome]) -> None:
        """Count what became of some rows."""
        for one in outcomes:
            self.imported += one.done == bulk.NEW
            self.joined += one.done == bulk.JOINED
            self.known += one.done == bulk.KNOWN
            if one.done == bulk.REFUSED:
                self.refused.append((one.row, one.why))


def read_mapping(path: Path) -> dict[str, Any]:
    """Return the mapping in a YAML or JSON file; raises BadFile with what is wrong."""
    try:
        text = path.read_text("utf-8-sig")
        if len(text) > LARGEST_MAPPING:
            raise BadFile(f"{path}: a mapping has at most {LARGEST_MAPPING} characters.")
        return mapping.check(yaml.safe_load(text))
    except OSError as error:
        raise BadFile(f"{path} cannot be opened: {error.strerror}.") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadFile(f"{path}: {error}") from None


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a CSV or XLSX file as {column: cell}; raises BadFile for a file or row that is
    broken.
    """
    for row in read_sheet(path):
        if row.problem:
            raise BadFile(f"Row {row.number}: {row.problem}")
        yield row.cells


def import_file(path: Path, source: Source, *, dry_run: bool = False) -> Report:
    """Bring the rows of a file in by the source's mapping; with `dry_run` only say what would happen.

    Raises BadFile when the file cannot be read; rows before the broken place are in by then.
    """
    report = Report()
    seen = foreseen.InMemory()
    file_hash = hash_of(path)
    with reactions.gathered():
        for rows in chunks(_checked(read_sheet(path), source)):
            report.add(foreseen.foresee(rows, source, seen) if dry_run else take_in(rows, source, file_hash))
    if not (report.imported or report.joined or report.known or report.refused):
        raise BadFile("The file has a header and no rows.")
    return report


def take_in(
    rows: list[Row], source: Source, file_hash: str, always: dict[str, str] | None = None
) -> list[bulk.Outcome]:
    """Bring rows in at once; when a fault comes up in them, each alone, so that one holds up no other."""
    try:
        return bulk.take_in(rows, source, file_hash, always)
    except Exception:  # whatever it is: row by row it is found, told and kept apart
        if len(rows) == 1:
            raise
        log.exception("%s rows of an import could not be taken in together", len(rows))
    return [outcome for row in rows for outcome in _alone(row, source, file_hash, always)]


def _alone(row: Row, source: Source, file_hash: str, always: dict[str, str] | None) -> list[bulk.Outcome]:
    try:
        return bulk.take_in([row], source, file_hash, always)
    except Exception as fault:  # told to the person who imports, with the row
        log.exception("row %s of an import could not be taken in", row.number)
        return [
            bulk.Outcome(row, bulk.REFUSED, f"A fault came up: {type(fault).__name__}: {str(fault)[:200]}")
        ]


def chunks(rows: Iterator[Row], size: int = CHUNK) -> Iterator[list[Row]]:
    """Yield the rows in lists of at most `size`; those before a place that cannot be read come before its
    BadFile.
    """
    some: list[Row] = []
    try:
        for row in rows:
            some.append(row)
            if len(some) == size:
                yield some
                some = []
    except BadFile:
        if some:
            yield some
        raise
    if some:
        yield some


def _checked(rows: Iterator[Row], source: Source) -> Iterator[Row]:
    """Yield the rows; refuse a file without the columns that the mapping names."""
    for number, row in enumerate(rows):
        if number == 0:
            refuse_unknown_columns(list(row.cells), source.mapping)
        yield row


def write_refused(path: Path, report: Report) -> None:
    """Write the refused rows with their number and reason, as CSV that no spreadsheet takes for formulas."""
    columns = list(report.refused[0][0].cells) if report.refused else []
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason", *(cells.safe(name) for name in columns)])
        for row, reason in report.refused:
            writer.writerow([row.number, reason, *map(cells.safe, row.said)])


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadFile(f"{path} cannot be opened: {error.strerror}.") from None


def refuse_unknown_columns(columns: list[str], rules: dict[str, Any]) -> None:
    """Raise BadFile when a mapping names columns that are not there."""
    paths = [
        path
        for paths in rules.values()
        if paths is not None
        for path in ([paths] if isinstance(paths, str) else paths)
    ]
    lower = {name.casefold() for name in columns}
    missing = [path for path in paths if path.casefold() not in lower]
    if missing:
        raise BadFile(
            f"The mapping names columns that the file does not have: {', '.join(missing)}. "
            f"It has: {', '.join(columns)}."
        )
