"""A model held against its rivals: its figures beside theirs on the newest leads at training, and each later
look at whether it is better than what judges.
"""

from collections.abc import Sequence
from typing import Any

from leadboard.plots.canvas import Canvas
from leadboard.plots.figure import Figure, figure
from qualification.governance import measuring
from qualification.governance.models import Trial
from qualification.models import ScoringModel

SIDES = {"candidate": "This model", "live": "What judged then", "scorecard": "The scorecard"}
WIDE = 400


def rivals(model: ScoringModel) -> list[dict[str, Any]]:
    """Each side's figures on the newest leads at training (log-loss and calibration: less is better); the
    model's own with their 95 % intervals.
    """
    held_out = model.card.get("held_out", {})
    pairs = held_out.get("won", []), held_out.get("chances", [])
    own = {"auc_in": measuring.auc(*pairs), "loss_in": measuring.log_loss(*pairs)}
    figures = model.card["newest"]
    sides = [side for side in SIDES if side in figures]
    return [{"who": SIDES[side], **figures[side]} | (own if side == "candidate" else {}) for side in sides]


def trials(looks: Sequence[Trial]) -> Figure:
    """The log-loss saved per lead at each look, with the lower end that had to be above nothing."""
    last = looks[-1] if looks else None
    finding = "No look yet: it takes 50 outcomes after the training"
    if last is not None:
        against = last.rival or "the scorecard"
        finding = f"{'Better' if last.passed else 'Not shown to be better'} than {against} on {last.n} leads"
    return figure(
        "trials",
        finding=finding,
        about="Log-loss saved per lead at each look, with its interval; right of the line is better",
        said=finding,
        draw=lambda width: _draw(width, looks),
        head=["Look", "On", "Leads", "Saved", "From", "To", "AUC", "Rival", "Passed"],
        rows=[_row(one) for one in looks],
    )


def _row(one: Trial) -> tuple[Any, ...]:
    aucs = ("–" if value is None else f"{value:.3f}" for value in (one.auc, one.rival_auc))
    saved = (f"{value:.4f}" for value in (one.gain, one.low, 2 * one.gain - one.low))
    return (
        f"{one.at:%d %b %Y}",
        one.basis.replace("_", " "),
        one.n,
        *saved,
        *aucs,
        "yes" if one.passed else "no",
    )


def _draw(width: int, looks: Sequence[Trial]) -> Canvas:
    reach = max([0.02, *(abs(end) for one in looks for end in (one.low, 2 * one.gain - one.low))]) * 1.1
    left, rows = (96 if width > WIDE else 76), max(1, len(looks))
    canvas = Canvas(width, 26 * rows + 44, left=left, bottom=34, x=(-reach, reach), y=(rows, 0))
    canvas.mark("line", "goal", x1=canvas.x(0), x2=canvas.x(0), y1=canvas.top, y2=canvas.bottom)
    for place, one in enumerate(looks):
        at = place + 0.5
        canvas.text(f"{one.at:%d %b}, {one.n}", canvas.left - 8, canvas.y(at) + 4, anchor="end")
        canvas.line([(one.low, at), (2 * one.gain - one.low, at)], "l1" if one.passed else "l2")
        canvas.dot((one.gain, at), "dot" if one.passed else "dot2", 4)
    canvas.axis()
    canvas.columns([(-reach, "worse"), (0, "0"), (reach, "better")])
    return canvas
