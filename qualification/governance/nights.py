"""Drift over the nights: each reading since the training beside the limit from which it is an alarm."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadboard.plots.canvas import Canvas, ticks_up_to
from leadboard.plots.figure import Figure, figure
from qualification.governance.models import DriftReading
from qualification.models import ScoringModel

MOST_NIGHTS, NAMED, TABLE = 90, 3, 400
WIDE, DATES, LONGEST_NAME = 400, 4, 16
OF_OUTCOMES = {"score": "spread of chances", "rate": "rate won", "ece": "calibration", "auc": "sorting"}
Line = Sequence[tuple[int, DriftReading]]


def readings(model: ScoringModel) -> list[DriftReading]:
    """Of the newest nights, the oldest first."""
    nights = model.drift.order_by("-at").values_list("at", flat=True).distinct()[:MOST_NIGHTS]
    return list(model.drift.filter(at__in=list(nights)).order_by("at", "id"))


def of_fields(found: Sequence[DriftReading]) -> Figure:
    """The stability index of each field, night by night; the farthest are named."""
    lines, nights = _lines([one for one in found if one.measure == "psi"])
    farthest = sorted(lines, key=lambda name: -lines[name][-1][1].value)[:NAMED]
    alarms = {name for name, line in lines.items() if any(one.alarm for _, one in line)}
    finding = "Drift over time is told from the second night on"
    if len(nights) > 1:
        finding = f"{len(alarms)} of {len(lines)} fields were over the limit in {len(nights)} nights"
    limit = max((one.limit for one in found if one.measure == "psi"), default=0.2)
    return _figure(
        "nights", finding, "Population stability index by field and night; dotted: alarm from there",
        lines, nights, farthest, limit, lambda one: one.value,
    )  # fmt: skip


def of_outcomes(found: Sequence[DriftReading]) -> Figure:
    """Chances and outcomes night by night, each as a share of its own limit: so they can stand together."""
    lines, nights = _lines([one for one in found if one.measure in OF_OUTCOMES])
    over = [name for name, line in lines.items() if line[-1][1].alarm]
    finding = "Whether outcomes keep the promise is read from 100 of them on"
    if lines:
        finding = f"Over the limit: {', '.join(over)}" if over else "Outcomes keep what was promised"
    about = "Chances and outcomes by night, as a share of each limit; dotted: alarm from there"
    return _figure(
        "promise", finding, about, lines, nights, list(lines), 1.0, lambda one: one.value / one.limit
    )


def _lines(found: Sequence[DriftReading]) -> tuple[dict[str, list[tuple[int, DriftReading]]], list[datetime]]:
    """(name → its readings with the place of the night, the nights)."""
    nights = sorted({one.at for one in found})
    places = {at: place for place, at in enumerate(nights)}
    lines: dict[str, list[tuple[int, DriftReading]]] = {}
    for one in found:
        lines.setdefault(OF_OUTCOMES.get(one.measure) or one.field.replace("_", " "), []).append(
            (places[one.at], one)
        )
    return lines, nights


def _figure(
    key: str, finding: str, about: str, lines: Mapping[str, Line], nights: Sequence[datetime],
    named: Sequence[str], limit: float, value,
) -> Figure:  # fmt: skip
    rows = [_row(name, one) for name, line in lines.items() for _, one in line]
    return figure(
        key,
        finding=finding,
        about=about,
        said=f"{finding}. {len(nights)} nights.",
        draw=lambda width: _draw(width, lines, nights, named, limit, value),
        head=["Night", "What", "Value", "Alarm from", "Leads", "Alarm"],
        rows=sorted(rows, key=lambda row: row[1])[:TABLE],
    )


def _row(name: str, one: DriftReading) -> tuple[Any, ...]:
    over = "yes" if one.alarm else ""
    return f"{one.at:%d %b %Y}", name, f"{one.value:.3f}", f"{one.limit:.3f}", one.n, over


def _draw(width, lines, nights, named, limit, value) -> Canvas:
    values = [value(one) for line in lines.values() for _, one in line]
    ticks = ticks_up_to(max([limit * 1.25, *values]), 3)
    right = 110 if width > WIDE else 92
    canvas = Canvas(
        width, 230, left=40, right=right, bottom=30, x=(0, max(1, len(nights) - 1)), y=(0, ticks[-1])
    )
    canvas.rows(ticks, lambda tick: f"{tick:g}")
    step = max(1, -(-len(nights) // DATES))
    canvas.columns([(place, f"{at:%d %b}") for place, at in enumerate(nights) if place % step == 0])
    canvas.axis()
    canvas.mark("line", "goal", x1=canvas.left, x2=canvas.right, y1=canvas.y(limit), y2=canvas.y(limit))
    for name, line in sorted(lines.items(), key=lambda pair: pair[0] in named):
        points = [(place, value(one)) for place, one in line]
        kind = ("l1", "dot") if line[-1][1].alarm else ("l2", "dot2")
        canvas.line(points, kind[0] if name in named else "faint")
        if name in named:
            canvas.dot(points[-1], kind[1], 3)
    _name(canvas, [(name, lines[name][-1], value) for name in named])
    return canvas


def _name(canvas: Canvas, ends) -> None:
    """Names at the right ends of the lines, pushed apart where they would touch."""
    below = float("-inf")
    for name, (_, one), value in sorted(ends, key=lambda end: -end[2](end[1][1])):
        below = max(canvas.y(value(one)) + 4, below + 14)
        shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        canvas.text(shown, canvas.right + 8, below, "strong" if one.alarm else "")
