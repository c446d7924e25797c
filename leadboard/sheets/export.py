"""Tables that go out: streamed, safe to open in a spreadsheet, and written down: who took how many."""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from leadboard.sheets import cells, workbook
from leadboard.sheets.models import Export

MARK = "\ufeff"
LINES_AT_ONCE = 200
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": workbook.TYPE}


class _Echo:
    """What csv.writer takes for a file: gives each line back."""

    def write(self, text: str) -> str:
        """Return what would be written."""
        return text


def csv_response(
    request: HttpRequest,
    what: str,
    header: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    filters: dict[str, Any],
) -> StreamingHttpResponse:
    """Return a download of these rows: CSV (`?mark=0` leaves out the byte order mark that Excel wants), or a
    workbook with `?as=xlsx`.

    The log has the person, the table and its filters before the first row leaves, and the number of rows once
    the last one has.
    """
    form = "xlsx" if request.GET.get("as") == "xlsx" else "csv"
    entry = Export.objects.create(what=what, filters=filters, by=request.user, form=form)  # type: ignore[misc]
    told = _counted(entry, rows)
    mark = "" if request.GET.get("mark") == "0" else MARK
    pieces = workbook.pieces(header, told) if form == "xlsx" else _lines(mark, header, told)
    # Under ASGI Django would read a plain generator to its end before the first piece leaves.
    streamed = _without_waiting(pieces) if isinstance(request, ASGIRequest) else pieces
    answer = StreamingHttpResponse(streamed, content_type=TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{what.replace(" ", "-")}.{form}"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


async def _without_waiting(pieces: Iterator[str] | Iterator[bytes]) -> AsyncIterator[str | bytes]:
    """Yield the pieces as they are read, in the thread that holds the database connection."""
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[Any]) -> Any:
    return next(pieces, None)


def _counted(entry: Export, rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """Yield the rows; write into the log how many left once the last one has."""
    count = 0
    for row in rows:
        count += 1
        yield row
    Export.objects.filter(pk=entry.pk).update(rows=count)


def _lines(mark: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    pending = [mark + str(writer.writerow([cells.safe(name) for name in header]))]
    for row in rows:
        pending.append(str(writer.writerow([_cell(value) for value in row])))
        if len(pending) == LINES_AT_ONCE:
            yield "".join(pending)
            pending = []
    yield "".join(pending)


def _cell(value: Any) -> Any:
    """Return a value as a cell: nothing for None, ISO times, yes and no, no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return cells.safe(value if isinstance(value, str | int | float) else str(value))
