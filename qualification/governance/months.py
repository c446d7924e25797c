"""Fairness over the months: the ratio of each group, report by report, and one report whole as a table."""

from collections.abc import Sequence
from typing import Any

from leadboard.plots.figure import Figure, figure
from qualification.governance.bars import STATES
from qualification.governance.fairness import BREACH, FOUR_FIFTHS, SELECTIONS, SMALL
from qualification.governance.models import FairnessReport
from qualification.governance.over_time import drawn
from qualification.governance.pictures import percent

MOST, NAMED = 12, 3
HEAD = (
    "Decision", "By", "Group", "Leads", "Chosen", "Rate", "Against", "Ratio", "From", "To", "p", "Outcomes",
    "Bought", "Promised", "What it means", "To sign",
)  # fmt: skip


def newest() -> list[FairnessReport]:
    """The reports of the last months, the oldest first."""
    return list(FairnessReport.objects.exclude(month=None).order_by("-month")[:MOST])[::-1]


def over_months(reports: Sequence[FairnessReport], chosen: str) -> Figure | None:
    """The ratio to the most favoured group by month, the least favoured ones named; None before the second
    month.
    """
    if len(reports) < 2:
        return None
    lines: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for place, report in enumerate(reports):
        for one in report.findings:
            if one["selection"] == chosen and one["state"] != SMALL and one["group"] != one["to"]:
                lines.setdefault(f"{one['group']} ({one['attribute']})", []).append((place, one))
    lowest = sorted(lines, key=lambda name: lines[name][-1][1]["ratio"])[:NAMED]
    breaches = {name for name, line in lines.items() if line[-1][1]["state"] == BREACH}
    count = f"{len(breaches)} group is" if len(breaches) == 1 else f"{len(breaches)} groups are"
    finding = f"In {reports[-1].month:%B} {count} below four fifths beyond chance"
    points = {name: [(float(place), one["ratio"]) for place, one in line] for name, line in lines.items()}
    return figure(
        "months",
        finding=finding,
        about=f"How often groups {SELECTIONS[chosen]} by month, against the most favoured; dotted: 0.8",
        said=finding,
        draw=drawn(points, [f"{report.month:%b %Y}" for report in reports], FOUR_FIFTHS, lowest, breaches),
        head=["Month", "Group", "Leads", "Rate", "Ratio", "From", "To", "What it means"],
        rows=[_row(reports[place], name, one) for name in sorted(lines) for place, one in lines[name]],
    )


def _row(report: FairnessReport, name: str, one: dict[str, Any]) -> tuple[Any, ...]:
    ends = (f"{one[end]:.2f}" for end in ("ratio", "low", "high"))
    return f"{report.month:%b %Y}", name, one["n"], percent(one["share"]), *ends, STATES[one["state"]]


def as_rows(report: FairnessReport) -> list[tuple[Any, ...]]:
    """Every finding of a report, under HEAD."""
    return [
        (
            SELECTIONS[one["selection"]], one["attribute"], one["group"], one["n"], one["chosen"],
            f"{one['share']:.4f}", one["to"], *(f"{one[name]:.4f}" for name in ("ratio", "low", "high", "p")),
            one["outcomes"], *(_known(one[name]) for name in ("came", "promised")), STATES[one["state"]],
            "yes" if one["blocks"] else "no",
        )
        for one in report.findings
    ]  # fmt: skip


def _known(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"
