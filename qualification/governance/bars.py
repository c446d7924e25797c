"""The plots with one row per field or group: drift by field, selection rates by group."""

from collections.abc import Sequence
from typing import Any

from leadboard.plots.canvas import Canvas, ticks_up_to
from leadboard.plots.figure import Figure, figure
from qualification.governance.fairness import FOUR_FIFTHS, SELECTIONS
from qualification.governance.models import DriftReading
from qualification.governance.pictures import percent

ROW, MOST = 26, 12
WIDE = 400
STATES = {
    "small": "too few to judge",
    "fair": "within four fifths",
    "chance": "could be chance",
    "borne_out": "breach, borne out by outcomes",
    "breach": "breach",
}
FARTHEST = 2.0


def drift(readings: Sequence[DriftReading]) -> Figure:
    """How far each field has moved, the farthest first."""
    found = sorted((one for one in readings if one.measure == "psi"), key=lambda one: -one.value)
    moved = [one for one in found if one.alarm]
    finding = "Drift is measured once 100 leads came in after training"
    if found:
        finding = f"{_plain(moved[0].field).capitalize()} has moved" if moved else "No field has moved"
        finding += f", and {len(moved) - 1} more" if len(moved) > 1 else ""
    n = found[0].n if found else 0
    return figure(
        "drift",
        finding=finding,
        about=f"Population stability index by field, {n} leads since training; tick: alarm from there",
        said=finding,
        draw=lambda width: _drift(width, found[:MOST]),
        head=["Field", "Index", "Alarm from", "Leads"],
        rows=[(_plain(one.field), f"{one.value:.3f}", f"{one.limit:.3f}", one.n) for one in found],
    )


def _drift(width: int, found: Sequence[DriftReading]) -> Canvas:
    most = max([0.25, *(one.limit for one in found), *(one.value for one in found)]) * 1.05
    canvas = _rows_of(width, max(1, len(found)), most)
    for place, one in enumerate(found):
        _name(canvas, place, _plain(one.field), width)
        canvas.bar((0, one.value), (place + 0.72, place + 0.28), "bar1" if one.alarm else "bar2")
        at = canvas.x(one.limit)
        canvas.mark("line", "l2", x1=at, x2=at, y1=canvas.y(place + 0.1), y2=canvas.y(place + 0.9))
    _foot(canvas, [(tick, f"{tick:g}") for tick in ticks_up_to(most, 3) if tick <= most])
    return canvas


def selection(attribute: str, found: Sequence[dict[str, Any]], chosen: str) -> Figure:
    """The ratio of each group's selection rate to the most favoured one, with its interval."""
    judged = [one for one in found if one["state"] != "small"]
    worst = min(judged, key=lambda one: one["ratio"], default=None)
    words = SELECTIONS[chosen]
    finding = f"{attribute.capitalize()}: no group is large enough to judge"
    if worst is not None:
        finding = f"{attribute.capitalize()}: all groups {words} about as often"
        if worst["state"] in ("breach", "borne_out"):
            group = _short(worst["group"])
            finding = f"{group[:1].upper()}{group[1:]}: {percent(worst['share'])} {words}, {_of_most(worst)}"
        elif worst["ratio"] < FOUR_FIFTHS:
            finding = f"{attribute.capitalize()}: the differences could be chance"
    to = judged[0]["to"] if judged else "the most favoured"
    return figure(
        f"fairness-{attribute.replace(' ', '-')}",
        finding=finding,
        about=f"How often groups {words} against {_short(to)}; line: 95 % interval; dotted: four fifths",
        said=finding,
        draw=lambda width: _selection(width, found),
        head=["Group", "Leads", "Chosen", "Rate", "Ratio", "From", "To", "p", "What it means"],
        rows=[_row(one) for one in found],
    )


def _of_most(one: dict[str, Any]) -> str:
    return f"{percent(one['ratio'])} as often as {_short(one['to'])}"


def _row(one: dict[str, Any]) -> tuple[Any, ...]:
    if one["state"] == "small":
        ratio = ("–", "–", "–", "–")
    else:
        ratio = (f"{one['ratio']:.2f}", f"{one['low']:.2f}", f"{one['high']:.2f}", f"{one['p']:.3f}")
    return one["group"], one["n"], one["chosen"], percent(one["share"]), *ratio, STATES[one["state"]]


def _selection(width: int, found: Sequence[dict[str, Any]]) -> Canvas:
    canvas = _rows_of(width, max(1, len(found)), FARTHEST)
    four_fifths = canvas.x(FOUR_FIFTHS)
    canvas.mark("line", "grid", x1=canvas.x(1), x2=canvas.x(1), y1=canvas.top, y2=canvas.bottom)
    canvas.mark("line", "goal", x1=four_fifths, x2=four_fifths, y1=canvas.top, y2=canvas.bottom)
    for place, one in enumerate(found):
        _name(canvas, place, _short(one["group"]), width)
        at = place + 0.5
        if one["state"] == "small":
            canvas.text(f"{one['n']} leads, too few", canvas.right, canvas.y(at) + 4, anchor="end")
            continue
        canvas.line([(one["low"], at), (one["high"], at)], "l1" if one["state"] == "breach" else "l2")
        canvas.dot((one["ratio"], at), "dot" if one["state"] == "breach" else "dot2", 4)
        if one["state"] in ("breach", "borne_out"):
            words = "breach" if one["state"] == "breach" else "borne out"
            canvas.text(words, canvas.right, canvas.y(at) + 4, "strong", "end")
    _foot(canvas, [(0.0, "0"), (FOUR_FIFTHS, "0.8"), (1.2, "1.2"), (FARTHEST, "2")])
    return canvas


def _rows_of(width: int, rows: int, most: float) -> Canvas:
    """A canvas with one line of 26 pixels a row, the first one on top."""
    left = 132 if width > WIDE else 104
    return Canvas(width, rows * ROW + 40, left=left, top=8, bottom=32, right=16, x=(0, most), y=(rows, 0))


def _name(canvas: Canvas, place: int, name: str, width: int) -> None:
    most = 20 if width > WIDE else 15
    shown = name if len(name) <= most else f"{name[: most - 1]}…"
    canvas.text(shown, canvas.left - 8, canvas.y(place + 0.5) + 4, anchor="end")


def _foot(canvas: Canvas, ticks: Sequence[tuple[float, str]]) -> None:
    canvas.axis()
    canvas.columns(ticks)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"
