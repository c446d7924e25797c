"""The uploaded file and its spool: the rows as lines, so that a run goes on at a byte and not from the
start.
"""

import hashlib
import json
import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings

from leadboard.imports.models import ImportRun
from leadboard.sheets.reading import BadFile, Row, read_sheet

LARGEST, MOST_ROWS = 100_000_000, 1_000_000
SECONDS = 65  # to write the spool; the job has 80
SAMPLES = 5
WHY = ("row", "reason")  # what stands before the cells of a refused row


def folder() -> Path:
    """Return the folder of uploaded tables; nobody but us reads it."""
    place = Path(settings.MEDIA_ROOT) / "imports"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def upload_of(run: ImportRun) -> Path:
    """Return where the file as it came lies; its own name is no part of any path."""
    return folder() / f"{run.pk}.upload"


def spool_of(run: ImportRun) -> Path:
    """Return where its rows lie as lines."""
    return folder() / f"{run.pk}.rows"


def store(run: ImportRun, upload: Any) -> None:
    """Store what was uploaded; raises BadFile when it is too large."""
    digest, size = hashlib.sha256(), 0
    with upload_of(run).open("wb") as file:
        for piece in upload.chunks():
            size += len(piece)
            if size > LARGEST:
                break
            digest.update(piece)
            file.write(piece)
    if size > LARGEST:
        forget(run)
        raise BadFile(f"The file is larger than {LARGEST // 1_000_000} MB. Split it.")
    run.sha256 = digest.hexdigest()


def forget(run: ImportRun) -> None:
    """Take the file and its spool away."""
    for path in (upload_of(run), spool_of(run)):
        path.unlink(missing_ok=True)


def first_rows(run: ImportRun) -> list[Row]:
    """Return the first rows of the upload; raises BadFile when it is no table or has no rows."""
    rows = read_sheet(upload_of(run))
    found = [row for _, row in zip(range(SAMPLES), rows, strict=False)]
    if not found:
        raise BadFile("The file has a header and no rows.")
    return found


def sample_of(run: ImportRun) -> dict[str, Any]:
    """Return one value of each column, the first that says something ("": none of the first rows does)."""
    sample: dict[str, Any] = dict.fromkeys(run.columns, "")
    for row in reversed(first_rows(run)):
        sample |= {name: cell for name, cell in row.cells.items() if cell not in ("", None)}
    return sample


def spool(run: ImportRun, live: Callable[[], None] = lambda: None) -> int:
    """Write the rows as lines and return how many; raises BadFile for a file that breaks somewhere, or that
    takes longer than a job may. `live` is called as it goes.

    The spool appears whole or not at all, so that a job that is killed meanwhile begins anew.
    """
    draft, count, until = spool_of(run).with_suffix(f".{os.getpid()}"), 0, time.monotonic() + SECONDS
    try:
        with draft.open("w", encoding="utf-8") as file:
            for row in read_sheet(upload_of(run)):
                count += 1
                if count > MOST_ROWS:
                    raise BadFile(f"The file has more than {MOST_ROWS:,} rows. Split it.")
                if count % 1_000 == 0:
                    live()
                    if time.monotonic() > until:
                        raise BadFile(
                            f"It took over {SECONDS} seconds to unpack. Save it as CSV, or split it."
                        )
                kept = [row.number, list(row.cells.values()), row.problem, list(row.surplus)]
                file.write(json.dumps(kept, ensure_ascii=False) + "\n")
        draft.replace(spool_of(run))
    finally:
        draft.unlink(missing_ok=True)
    return count


class Slice(NamedTuple):
    """Some rows of the spool, the byte at which each begins by its number, and the byte behind them."""

    rows: list[Row]
    starts: dict[int, int]
    end: int


def rows_from(run: ImportRun, position: int, most: int) -> Slice:
    """Return the next rows from a byte of the spool."""
    rows: list[Row] = []
    starts: dict[int, int] = {}
    with spool_of(run).open("rb") as file:
        file.seek(position)
        while len(rows) < most and (line := file.readline()):
            rows.append(_row(run, line))
            starts[rows[-1].number], position = position, position + len(line)
    return Slice(rows, starts, position)


def row_at(run: ImportRun, position: int) -> Row:
    """Return the row that begins at a byte of the spool."""
    return rows_from(run, position, 1).rows[0]


def _row(run: ImportRun, line: bytes) -> Row:
    number, values, problem, *surplus = json.loads(line)  # a spool of an earlier version has no surplus
    cells = dict(zip(run.columns, values, strict=True))
    if tuple(run.columns[: len(WHY)]) == WHY:  # a file of refused rows, mended: what we wrote is no data
        for name in WHY:
            del cells[name]
    return Row(number, cells, problem, *surplus)


def tidy_name(name: str) -> str:
    """Return the name of an uploaded file for people: no path, nothing that turns or hides text, 120 long."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    return "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")[-120:].strip() or "table"


def lines_of_refusals(run: ImportRun) -> Iterator[list[Any]]:
    """Yield the refused rows as a table: number, reason, and the cells as they came, also
    those that stood under no column.
    """
    columns = run.columns[len(WHY) :] if tuple(run.columns[: len(WHY)]) == WHY else run.columns
    yield [*WHY, *columns]
    for refusal in run.refusals.order_by("row").iterator(chunk_size=500):
        yield [refusal.row, refusal.why, *refusal.cells]
