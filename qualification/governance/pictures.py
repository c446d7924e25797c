"""The plots of the model page: may "70 %" be believed, does sorting help, how are the scores spread."""

from collections.abc import Sequence

from leadboard.playbook.schema import Playbook
from leadboard.plots.canvas import Canvas, ticks_up_to
from leadboard.plots.figure import Figure, figure
from qualification.governance import measuring
from qualification.governance.measuring import Bin

QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
WIDTH_OF_A_BAR = 10


def percent(share: float) -> str:
    """A share for people: 68 %."""
    return f"{round(100 * share)} %"


def promise(found: Sequence[Bin]) -> str:
    """What the surest promise was worth, as a sentence; empty without one."""
    if not found:
        return ""
    best = found[-1]
    return f"When it says {percent(best.promised)}, {best.won} of {best.n} bought"


def calibration(won: Sequence[int], chances: Sequence[float]) -> Figure:
    """Promised against came."""
    found = measuring.bins(won, chances)
    fits = sum(one.came.low <= one.promised <= one.came.high for one in found)
    about = f"Share won against the chance given, {len(won)} leads it had not seen; shade: 95 % interval"
    return figure(
        "calibration",
        finding=promise(found) or "Whether its chances hold is seen after 20 outcomes",
        about=about,
        said=f"{fits} of {len(found)} groups of leads came as often as promised.",
        draw=lambda width: _reliability(width, found),
        head=["Promised", "Leads", "Won", "Came", "From", "To"],
        rows=[
            (percent(one.promised), one.n, one.won, *(percent(value) for value in one.came)) for one in found
        ],
    )


def _reliability(width: int, found: Sequence[Bin]) -> Canvas:
    canvas = Canvas(width, 270, left=44, bottom=44)
    canvas.rows(QUARTERS, percent)
    canvas.columns([(tick, percent(tick)) for tick in QUARTERS])
    canvas.text("chance given", (canvas.left + canvas.right) / 2, canvas.bottom + 36, anchor="middle")
    canvas.axis()
    upper = [(one.promised, one.came.high) for one in found]
    lower = [(one.promised, one.came.low) for one in found]
    canvas.area([*upper, *reversed(lower)], "band-ci")
    canvas.mark("line", "goal", x1=canvas.x(0), y1=canvas.y(0), x2=canvas.x(1), y2=canvas.y(1))
    canvas.text("as promised", canvas.x(0.84), canvas.y(0.9), anchor="end")
    canvas.line([(one.promised, one.came.value) for one in found], "l1")
    for one in found:
        canvas.dot((one.promised, one.came.value))
    if found:
        last = found[-1]
        canvas.text("won", canvas.x(last.promised) - 6, canvas.y(last.came.value) - 10, "tb", "end")
    return canvas


def gains(won: Sequence[int], chances: Sequence[float]) -> Figure:
    """How many of the wins are among the best-scored leads."""
    found = measuring.gains(won, chances) if len(won) >= measuring.LEAST_IN_A_BIN else []
    fifth = next((share for taken, share in found if taken >= 0.2), None)
    finding = f"How far sorting helps is seen after {measuring.LEAST_IN_A_BIN} outcomes"
    if fifth is not None:
        finding = f"The best fifth of the leads holds {percent(fifth)} of the wins"
    return figure(
        "gains",
        finding=finding,
        about=f"Share of all wins among the best-scored leads, {len(won)} leads it had not seen",
        said=finding,
        draw=lambda width: _gains(width, found),
        head=["Best leads", "Share of wins"],
        rows=[(percent(taken), percent(share)) for taken, share in found],
    )


def _gains(width: int, found: Sequence[tuple[float, float]]) -> Canvas:
    canvas = Canvas(width, 270, left=44, bottom=44)
    canvas.rows(QUARTERS, percent)
    canvas.columns([(tick, percent(tick)) for tick in QUARTERS])
    canvas.text(
        "of the leads, best first", (canvas.left + canvas.right) / 2, canvas.bottom + 36, anchor="middle"
    )
    canvas.axis()
    canvas.mark("line", "l3", x1=canvas.x(0), y1=canvas.y(0), x2=canvas.x(1), y2=canvas.y(1))
    canvas.text("in any order", canvas.x(0.62), canvas.y(0.5))
    canvas.line(found, "l1")
    if found:
        taken, share = found[len(found) // 4]
        canvas.text("by score", canvas.x(taken) - 6, canvas.y(share) - 8, "tb", "end")
    return canvas


def lift(won: Sequence[int], chances: Sequence[float]) -> Figure:
    """How much richer each tenth is than the average."""
    found = measuring.lifts(won, chances)
    finding = "How much richer the best tenth is, is seen once some leads are won"
    if found:
        finding = f"The best tenth is won {found[0][1]:.1f} times as often as the average"
    return figure(
        "lift",
        finding=finding,
        about=f"Win rate of each tenth by score against the average, {len(won)} leads it had not seen",
        said=finding,
        draw=lambda width: _lift(width, [value for _, value in found]),
        head=["Tenth", "Leads", "Times the average"],
        rows=[(place, n, f"{value:.2f}") for place, (n, value) in enumerate(found, 1)],
    )


def _lift(width: int, found: Sequence[float]) -> Canvas:
    most = max([2.0, *found]) * 1.1
    canvas = Canvas(width, 250, x=(0, 10), y=(0, most), bottom=44, right=12)
    canvas.rows(range(int(most) + 1), lambda tick: f"{tick:.0f}×")
    canvas.columns([(place + 0.5, str(place + 1)) for place in range(10)])
    canvas.text(
        "tenth of the leads, best first", (canvas.left + canvas.right) / 2, canvas.bottom + 36, "", "middle"
    )
    for place, value in enumerate(found):
        canvas.bar((place + 0.15, place + 0.85), (0, value))
    canvas.axis()
    canvas.mark("line", "goal", x1=canvas.left, x2=canvas.right, y1=canvas.y(1), y2=canvas.y(1))
    canvas.text("average", canvas.right, canvas.y(1) - 5, anchor="end")
    return canvas


def histogram(counts: Sequence[int], playbook: Playbook, days: int) -> Figure:
    """How the scores are spread over the bands; `counts` by tens (the last one takes 100)."""
    n, bands = sum(counts), playbook.bands
    finding = f"No lead was scored in {days} days"
    high = sum(count for place, count in enumerate(counts) if place * WIDTH_OF_A_BAR >= bands.high)
    if n:
        finding = f"{percent(high / n)} of the leads are rated high"
    return figure(
        "scores",
        finding=finding,
        about=f"Leads by score, first verdicts of {days} days, {n} leads; lines: where the bands begin",
        said=f"{finding}. Medium begins at {bands.medium}, high at {bands.high}.",
        draw=lambda width: _histogram(width, counts, playbook),
        head=["Score", "Leads"],
        rows=[
            (f"{10 * place} to {10 * place + 9 + (place == 9)}", count) for place, count in enumerate(counts)
        ],
    )


def _histogram(width: int, counts: Sequence[int], playbook: Playbook) -> Canvas:
    ticks = ticks_up_to(max([4, *counts]))
    canvas = Canvas(width, 250, left=40, x=(0, 100), y=(0, ticks[-1]), top=28, bottom=30)
    canvas.rows(ticks, lambda tick: f"{tick:.0f}")
    canvas.columns([(tick, str(tick)) for tick in range(0, 101, 20)])
    for place, count in enumerate(counts):
        canvas.bar((10 * place + 0.8, 10 * place + 9.2), (0, count), "bar1" if count else "bar2")
    canvas.axis()
    edges = [0, playbook.bands.medium, playbook.bands.high, 100]
    for low, high, word in zip(edges, edges[1:], ("Low", "Medium", "High"), strict=False):
        if low:
            canvas.mark(
                "line", "goal", x1=canvas.x(low), x2=canvas.x(low), y1=canvas.top - 8, y2=canvas.bottom
            )
        canvas.text(word, (canvas.x(low) + canvas.x(high)) / 2, canvas.top - 10, "strong", "middle")
    return canvas
