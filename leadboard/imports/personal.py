"""What imports hold of a person: rows of files that were uploaded, tried and refused."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q

from leadboard.imports import files
from leadboard.imports.models import AT_WORK, ImportRefusal, ImportRun, State
from leadboard.leads.persons import Person, told
from leadboard.sheets.reading import BadFile, read_sheet

OPEN = (State.UPLOADED, State.CHECKED)


def told_of(person: Person) -> dict[str, Any]:
    """Return the refused rows that name them."""
    return {"refused rows": told(_refused(person), "run__name", "row", "why", "cells")}


def erase(person: Person) -> None:
    """Empty the refused rows that name them, and take away the files in which they stand. A file that waits
    to be brought in is cancelled with that; what is being brought in meets the list of the suppressed.
    """
    _refused(person).update(cells=[], why="erased")
    for run in ImportRun.objects.exclude(state__in=AT_WORK):
        if any(_says(str(cell), person) for cell in _cells(run)):
            ImportRun.objects.filter(pk=run.pk, state__in=OPEN).update(state=State.CANCELLED)
            ImportRun.objects.filter(pk=run.pk).update(examples=[])
            transaction.on_commit(lambda gone=run: files.forget(gone))  # type: ignore[misc]


def _refused(person: Person) -> Any:
    named = Q(pk=None)
    for email in person.emails:
        named |= Q(cells__icontains=email)
    return ImportRefusal.objects.filter(named)


def _cells(run: ImportRun) -> Iterator[Any]:
    """Yield every cell that is held of a file; nothing of a file that is gone or was never a table."""
    yield run.examples
    if files.upload_of(run).exists():
        try:
            for row in read_sheet(files.upload_of(run)):
                yield from row.said
        except BadFile:
            return


def _says(cell: str, person: Person) -> bool:
    return any(email in cell.lower() for email in person.emails)
