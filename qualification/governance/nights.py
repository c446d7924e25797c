"""Drift over the nights: each reading since the training beside the limit from which it is an alarm."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from leadboard.plots.figure import Figure, figure
from qualification.governance.models import DriftReading
from qualification.governance.over_time import drawn
from qualification.models import ScoringModel

MOST_NIGHTS, NAMED, TABLE = 90, 3, 400
OF_OUTCOMES = {"score": "spread of chances", "rate": "rate won", "ece": "calibration", "auc": "sorting"}
Lines = dict[str, list[DriftReading]]


def readings(model: ScoringModel) -> list[DriftReading]:
    """Of the newest nights, the oldest first."""
    nights = model.drift.order_by("-at").values_list("at", flat=True).distinct()[:MOST_NIGHTS]
    return list(model.drift.filter(at__in=list(nights)).order_by("at", "id"))


def of_fields(found: Sequence[DriftReading]) -> Figure:
    """The stability index of each field, night by night; the farthest are named."""
    lines = _lines([one for one in found if one.measure == "psi"])
    farthest = sorted(lines, key=lambda name: -lines[name][-1].value)[:NAMED]
    over = [name for name, line in lines.items() if any(one.alarm for one in line)]
    nights = len({one.at for line in lines.values() for one in line})
    finding = "Drift over time is told from the second night on"
    if nights > 1:
        finding = f"{len(over)} of {len(lines)} fields were over the limit in {nights} nights"
    limit = max((one.limit for line in lines.values() for one in line), default=0.2)
    about = "Population stability index by field and night; dotted: alarm from there"
    return _figure("nights", finding, about, lines, farthest, limit, lambda one: one.value)


def of_outcomes(found: Sequence[DriftReading]) -> Figure:
    """Chances and outcomes night by night, each as a share of its own limit: so they can stand together."""
    lines = _lines([one for one in found if one.measure in OF_OUTCOMES])
    over = [name for name, line in lines.items() if line[-1].alarm]
    finding = "Whether outcomes keep the promise is read from 100 of them on"
    if lines:
        finding = f"Over the limit: {', '.join(over)}" if over else "Outcomes keep what was promised"
    about = "Chances and outcomes by night, as a share of each limit; dotted: alarm from there"
    return _figure("promise", finding, about, lines, lines, 1.0, lambda one: one.value / one.limit)


def _lines(found: Sequence[DriftReading]) -> Lines:
    """What was read → its readings, the oldest first."""
    lines: Lines = {}
    for one in found:
        lines.setdefault(OF_OUTCOMES.get(one.measure) or one.field.replace("_", " "), []).append(one)
    return lines


def _figure(
    key: str, finding: str, about: str, lines: Lines, named: Collection[str], limit: float,
    value: Callable[[DriftReading], float],
) -> Figure:  # fmt: skip
    nights = sorted({one.at for line in lines.values() for one in line})
    points = {
        name: [(float(nights.index(one.at)), value(one)) for one in line] for name, line in lines.items()
    }
    alarms = {name for name, line in lines.items() if line[-1].alarm}
    return figure(
        key,
        finding=finding,
        about=about,
        said=f"{finding}. {len(nights)} nights.",
        draw=drawn(points, [f"{at:%d %b}" for at in nights], limit, named, alarms),
        head=["Night", "What", "Value", "Alarm from", "Leads", "Alarm"],
        rows=[_row(name, one) for name in sorted(lines) for one in lines[name]][:TABLE],
    )


def _row(name: str, one: DriftReading) -> tuple[Any, ...]:
    over = "yes" if one.alarm else ""
    return f"{one.at:%d %b %Y}", name, f"{one.value:.3f}", f"{one.limit:.3f}", one.n, over
