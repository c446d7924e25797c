"""Tables that go out: streamed, safe to open in a spreadsheet, and written down: who took how many."""

import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

from leadboard.sheets import cells
from leadboard.sheets.models import Export

MARK = "\ufeff"
LINES_AT_ONCE = 200


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
    """Return a CSV download of these rows; `?mark=0` leaves out the byte order mark that Excel wants.

    The log has the person, the table and its filters before the first row leaves, and the number of rows once
    the last one has.
    """
    entry = Export.objects.create(what=what, filters=filters, by=request.user)  # type: ignore[misc]
    mark = "" if request.GET.get("mark") == "0" else MARK
    lines = _lines(entry, mark, header, rows)
    # Under ASGI Django would read a plain generator to its end before the first line leaves.
    streamed = _without_waiting(lines) if isinstance(request, ASGIRequest) else lines
    answer = StreamingHttpResponse(streamed, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{what.replace(" ", "-")}.csv"'
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer


async def _without_waiting(lines: Iterator[str]) -> AsyncIterator[str]:
    """Yield the pieces as they are read, in the thread that holds the database connection."""
    while (piece := await sync_to_async(_next)(lines)) is not None:
        yield piece


def _next(lines: Iterator[str]) -> str | None:
    return next(lines, None)


def _lines(entry: Export, mark: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    pending, count = [mark + str(writer.writerow([cells.safe(name) for name in header]))], 0
    for row in rows:
        pending.append(str(writer.writerow([_cell(value) for value in row])))
        count += 1
        if len(pending) == LINES_AT_ONCE:
            yield "".join(pending)
            pending = []
    yield "".join(pending)
    Export.objects.filter(pk=entry.pk).update(rows=count)


def _cell(value: Any) -> Any:
    """Return a value as a cell: nothing for None, ISO times, yes and no, no formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return cells.safe(value if isinstance(value, str | int | float) else str(value))
