"""Pure: what a lead came for, what speaks for it, where it goes, and what it lacks for a stage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from leadboard.playbook.qualifying import NextStep, Requirement
from leadboard.playbook.schema import Playbook

Facts = Mapping[str, Any]


class Part(NamedTuple):
    """So many points, why, and the fact that gave them ("" when several did)."""

    points: int
    because: str
    field: str


class Tier(NamedTuple):
    """The tier of a company, and the clause that says so."""

    tier: str
    rule: str


class Missing(NamedTuple):
    """A fact that a stage asks for, and what to tell a person about it."""

    field: str
    words: str


@dataclass(frozen=True)
class Scorecard:
    """`points` is `base` plus the parts, not cut to 0..100; the parts stand strongest first."""

    points: int
    parts: tuple[Part, ...]
    base: int
    rule: str = "scorecard"


@dataclass(frozen=True)
class Route:
    """Where a qualified lead goes, and the clause that says so.

    `assign`: to a rep of `tier`, after so many seconds for which anybody may claim it.
    """

    desk: str
    stage: str | None
    track: str | None
    polite_answer: str | None
    rule: str
    assign: bool = False
    tier: str = "sales"
    assign_after: float = 0.0


def lead_type(playbook: Playbook, *, facts: Facts) -> str:
    """What the lead came for: the type its source declares, else the first whose condition holds."""
    declared = facts.get("lead_type")
    if isinstance(declared, str) and declared in playbook.lead_types:
        return declared
    return next(
        name
        for name, clause in playbook.lead_types.items()
        if clause.when is None or clause.when.holds(facts)
    )


def scorecard(playbook: Playbook, facts: Facts) -> Scorecard:
    """The points of every line of the card that holds for these facts."""
    card = playbook.scorecard
    held = [clause for clause in card.points if clause.when.holds(facts)]
    parts = [Part(clause.points, clause.because, (clause.when.fields() or [""])[0]) for clause in held]
    parts.sort(key=lambda part: -abs(part.points))
    return Scorecard(card.base + sum(part.points for part in parts), tuple(parts), card.base)


def tier(playbook: Playbook, facts: Facts) -> Tier | None:
    """The firmographic tier of a company by the first rule that holds; None when no rule does."""
    for number, rule in enumerate(playbook.tiers):
        if rule.when.holds(facts):
            return Tier(rule.tier, f"tiers.{number}")
    return None


def band(playbook: Playbook, score: float) -> str:
    """high, medium or low."""
    if score >= playbook.bands.high:
        return "high"
    return "medium" if score >= playbook.bands.medium else "low"


def route(playbook: Playbook, *, enquiry_class: str, band: str | None, abstained: bool = False) -> Route:
    """Where a lead of this class and band goes; without a band, or with an unknown class, people decide."""
    routes = getattr(playbook.routes, enquiry_class, None) if enquiry_class != "abstained" else None
    if abstained or routes is None or (routes.every is None and band not in ("high", "medium", "low")):
        name, clause = "abstained", playbook.routes.abstained
    else:
        written, clause = routes.of(band or "")
        name = f"{enquiry_class}.{written}"
    rule = f"routes.{name}"
    after = clause.assign_after.total_seconds() if clause.assign_after else 0.0
    return Route(
        clause.desk, clause.stage, clause.track, clause.answer, rule, clause.assign, clause.tier, after
    )


def asks_for_band(playbook: Playbook, enquiry_class: str) -> bool:
    """Does the route of this class depend on the score? A spam mail is none of sales' business at any."""
    routes = getattr(playbook.routes, enquiry_class, None) if enquiry_class != "abstained" else None
    return routes is None or routes.every is None


def next_step(playbook: Playbook, facts: Facts) -> NextStep | None:
    """What to do next: the first line that holds; None when none does."""
    return next((line for line in playbook.next_steps if line.when.holds(facts)), None)


def missing_for(playbook: Playbook, stage: str, facts: Facts) -> list[Missing]:
    """What the contract of mql, sal or sql asks for and these facts do not show; other stages ask for
    nothing.

    The threshold is held against the fact `score`.
    """
    contract = getattr(playbook.stages, stage) if stage in ("mql", "sal", "sql") else None
    if contract is None:
        return []
    missing = _unmet(contract.requires, facts)
    if contract.icp:
        missing += _unmet(playbook.icp.requires, facts)
    if contract.threshold is not None and not _reaches(facts.get("score"), contract.threshold):
        missing.append(Missing("score", f"a score of at least {contract.threshold}"))
    return missing


def off_profile(playbook: Playbook, facts: Facts) -> list[Missing]:
    """What separates these facts from the ideal customer profile."""
    return _unmet(playbook.icp.requires, facts)


def _unmet(requirements: list[Requirement], facts: Facts) -> list[Missing]:
    return [
        Missing((requirement.needs.fields() or [""])[0], requirement.words)
        for requirement in requirements
        if not requirement.needs.holds(facts)
    ]


def _reaches(score: Any, threshold: int) -> bool:
    return isinstance(score, int | float) and not isinstance(score, bool) and score >= threshold
