"""Leads from a file: each row is a submission of its own and goes the way of all submissions.

So a row is kept before it is digested, joins the person it belongs to, and a second or a broken-off run of
the same
file doubles nothing: a row's idempotency key is the file's hash and the row's number.
"""

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils import timezone

from leadboard.capture import identity, intake, mapping
from leadboard.capture.digest import Unusable, person_of
from leadboard.capture.entries import ROW
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.sheets import cells
from leadboard.sheets.reading import BadFile, Row, read_sheet

CONTENT_TYPE = ROW
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
    seen: set[identity.Key] = set()
    file_hash = _hash(path)
    for number, row in enumerate(read_sheet(path)):
        if number == 0:
            _refuse_unknown_columns(row, source.mapping)
        if row.problem:
            report.refused.append((row, row.problem))
        elif dry_run:
            _foresee(row, source, report, seen)
        else:
            _import_row(row, source, f"§import {file_hash} {row.number}", report)
    if not (report.imported or report.joined or report.known or report.refused):
        raise BadFile("The file has a header and no rows.")
    return report


def write_refused(path: Path, report: Report) -> None:
    """Write the refused rows with their number and reason, as CSV that no spreadsheet takes for formulas."""
    columns = list(report.refused[0][0].cells) if report.refused else []
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row", "reason", *(cells.safe(name) for name in columns)])
        for row, reason in report.refused:
            writer.writerow([row.number, reason, *(cells.safe(row.cells.get(name, "")) for name in columns)])


def _hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadFile(f"{path} cannot be opened: {error.strerror}.") from None


def _refuse_unknown_columns(row: Row, rules: dict[str, Any]) -> None:
    paths = [
        path
        for paths in rules.values()
        if paths is not None
        for path in ([paths] if isinstance(paths, str) else paths)
    ]
    lower = {name.casefold() for name in row.cells}
    missing = [path for path in paths if path.casefold() not in lower]
    if missing:
        raise BadFile(
            f"The mapping names columns that the file does not have: {', '.join(missing)}. "
            f"It has: {', '.join(row.cells)}."
        )


def _foresee(row: Row, source: Source, report: Report, seen: set[identity.Key]) -> None:
    """Count what a row would become; changes nothing."""
    person = person_of(_payload(row), source, timezone.now())
    if isinstance(person, Unusable):
        report.refused.append((row, person.words))
        return
    keys = identity.keys_of(person)
    if seen.intersection(keys) or identity.known(keys):
        report.joined += 1
    else:
        report.imported += 1
    seen.update(keys)


def _import_row(row: Row, source: Source, key: str, report: Report) -> None:
    payload = _payload(row)
    body = json.dumps(payload, ensure_ascii=False).encode()
    submission = Submission(
        source=source,
        content_type=CONTENT_TYPE,
        body=body,
        idempotency_key=key,
        body_hash=intake.fingerprint(CONTENT_TYPE, body),
        headers={"Row": row.number},
    )
    received_at = intake.keep(submission)
    if received_at:
        submission.received_at = received_at
    elif earlier := _waiting(submission):
        submission = earlier
    else:
        report.known += 1
        return
    fault = intake.digest_or_leave(submission, payload)
    if fault:
        report.refused.append((row, f"It is kept and tried again, for a fault came up: {fault}"))
    elif submission.state == SubmissionState.QUARANTINED:
        report.refused.append((row, submission.problem))
    else:
        report.joined += submission.state == SubmissionState.JOINED
        report.imported += submission.state == SubmissionState.CAPTURED
        report.known += submission.state == SubmissionState.RECEIVED  # a twin of this run had it first


def _waiting(submission: Submission) -> Submission | None:
    """Return the row of an earlier run that made no lead yet; None when it did."""
    return (
        Submission.objects.select_related("source")
        .filter(source=submission.source, idempotency_key=submission.idempotency_key)
        .filter(state__in=[SubmissionState.RECEIVED, SubmissionState.QUARANTINED])
        .first()
    )


def _payload(row: Row) -> dict[str, Any]:
    return {name: cell for name, cell in row.cells.items() if cell not in ("", None)} or {"row": row.number}
