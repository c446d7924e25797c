"""A figure: its finding, the picture in both widths, and its numbers."""

import csv
from collections.abc import Callable, Sequence
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
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{shown.key}.csv"'
    out = csv.writer(answer)
    out.writerow(shown.head)
    out.writerows([safe(cell) for cell in row] for row in shown.rows)
    return answer
