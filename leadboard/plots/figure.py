"""A figure: its finding, the picture in both widths, and its numbers."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.safestring import SafeString

from leadboard.plots.canvas import Canvas
from leadboard.sheets.cells import safe

WIDE, NARROW = 520, 300


@dataclass(frozen=True)
class Figure:
    """`finding` is the headline, `about` says what, which period and how many, `said` is for screen
    readers.
    """

    key: str
    finding: str
    about: str
    said: str
    wide: SafeString
    narrow: SafeString
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


def figure(
    key: str,
    *,
    finding: str,
    about: str,
    said: str,
    draw: Callable[[int], Canvas],
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> Figure:
    """The figure that `draw` draws for a width."""
    wide, narrow = draw(WIDE).svg(said, "only-wide"), draw(NARROW).svg(said, "only-narrow")
    return Figure(key, finding, about, said, wide, narrow, head, rows)


def as_csv(shown: Figure) -> HttpResponse:
    """The numbers of a figure as a file."""
    return table_as_csv(shown.key, shown.head, shown.rows)


def table_as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A table as a file of this name; no cell of it is a formula to a spreadsheet."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    out = csv.writer(answer)
    out.writerow(head)
    out.writerows([safe(cell) for cell in row] for row in rows)
    return answer
