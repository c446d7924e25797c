"""Lines over nights or months on one canvas: some named at their ends, a limit dotted across."""

from collections.abc import Callable, Collection, Mapping, Sequence

from leadboard.plots.canvas import Canvas, Point, ticks_up_to

WIDE, DATES, LONGEST_NAME = 400, 4, 16
Lines = Mapping[str, Sequence[Point]]


def drawn(
    lines: Lines, dates: Sequence[str], limit: float, named: Collection[str], alarms: Collection[str]
) -> Callable[[int], Canvas]:
    """What draws them for a width. `lines`: name → (place of its date, value); `alarms` stand out."""

    def draw(width: int) -> Canvas:
        canvas = _canvas(width, lines, dates, limit)
        for name, line in sorted(lines.items(), key=lambda pair: pair[0] in named):
            kind = ("l1" if name in alarms else "l2") if name in named else "faint"
            canvas.line(line, kind)
            if name in named:
                canvas.dot(line[-1], "dot" if name in alarms else "dot2", 3)
        _name(canvas, {name: lines[name][-1][1] for name in named}, alarms)
        return canvas

    return draw


def _canvas(width: int, lines: Lines, dates: Sequence[str], limit: float) -> Canvas:
    ticks = ticks_up_to(max([limit * 1.25, *(value for line in lines.values() for _, value in line)]), 3)
    across = (0, max(1, len(dates) - 1))
    canvas = Canvas(
        width, 230, left=40, right=110 if width > WIDE else 92, bottom=30, x=across, y=(0, ticks[-1])
    )
    canvas.rows(ticks, lambda tick: f"{tick:g}")
    step = max(1, -(-len(dates) // DATES))
    canvas.columns([(place, words) for place, words in enumerate(dates) if place % step == 0])
    canvas.axis()
    at = canvas.y(limit)
    canvas.mark("line", "goal", x1=canvas.left, x2=canvas.right, y1=at, y2=at)
    return canvas


def _name(canvas: Canvas, ends: Mapping[str, float], alarms: Collection[str]) -> None:
    """Names at the right ends of the lines, pushed apart where they would touch."""
    below = float("-inf")
    for name, value in sorted(ends.items(), key=lambda end: -end[1]):
        below = max(canvas.y(value) + 4, below + 14)
        shown = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
        canvas.text(shown, canvas.right + 8, below, "strong" if name in alarms else "")
