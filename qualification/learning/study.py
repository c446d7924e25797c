"""Learning from outcomes: fit on the oldest 80 %, look at the newest 20 %, keep what wins there.

A first model is promoted when it beats the scorecard on the newest leads; a later one when it is not worse
than the live model on newest leads that the live model has not seen (log-loss at most 0.002 more, AUC at
most 0.005 less). What is promoted is fitted again on everything. The same outcomes give the same model.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from leadboard.playbook.schema import Playbook
from qualification.facts import OURS
from qualification.learning.outcomes import Example
from qualification.score import blend
from qualification.score.cards import scorecards
from qualification.score.columns import Column, Plan, plan_columns
from qualification.score.figures import Figures, figures_of
from qualification.score.guards import leaking_fields, suspicious_fields
from qualification.score.isotonic import fit_steps, stepped
from qualification.score.learner import Learned, learn, may_learn
from qualification.score.ridge import fit_curve

NEWEST = 0.2
FEWEST_NEWEST = 10
LOSS_SLACK, AUC_SLACK = 0.002, 0.005
CALIBRATE_ABOVE_ECE, CALIBRATE_FROM = 0.03, 1000
DAYS_FOR_TIMES = 14
TIMES = {
    "hour": "less than two weeks of leads: times of day are chance",
    "weekday": "less than two weeks of leads",
}


@dataclass
class Candidate:
    """A blend fitted on some leads: the card's own curve, the learned pair (None below three of a kind), the
    evidence, and how card and pair are added up (`voices`; None: the card alone).
    """

    curve: blend.Curve
    learned: Learned | None
    evidence: int
    rate: float
    isotonic: list[list[float]] | None = None
    voices: blend.Voices | None = None

    def chances(self, playbook: Playbook, rows: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
        """The chance of each lead."""
        chances = 1 / (1 + np.exp(-self._log_odds(playbook, rows)))
        return stepped(chances, self.isotonic) if self.isotonic else chances

    def _log_odds(self, playbook: Playbook, rows: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
        points = points_of(playbook, rows)
        if self.learned is None or self.voices is None:
            return self.curve.offset + self.curve.slope * blend.steps_of(points)
        card = self.voices.card
        by_card = card.offset + card.slope * blend.steps_of(points)
        return by_card + self.voices.model * self.learned.log_odds(rows)


class HeldOut(NamedTuple):
    """The newest leads as the candidate saw them that was fitted without them: ids, ends, chances."""

    leads: list[int]
    won: list[int]
    chances: list[float]


@dataclass
class Report:
    """What a training found. `promoted` is whether the candidate may go live, `why` the sentence for it;
    `suspicious` are fields that were used and that somebody should look at.
    """

    outcomes: int
    won: int
    promoted: bool
    why: str
    left_out: dict[str, str] = field(default_factory=dict)
    suspicious: dict[str, str] = field(default_factory=dict)
    newest: dict[str, Figures] = field(default_factory=dict)
    final: Candidate | None = None
    held_out: HeldOut | None = None


def study(
    examples: Sequence[Example],
    playbook: Playbook,
    *,
    live: Any = None,
    live_until: int = 0,
    keep: Iterable[str] = (),
    span: timedelta | None = None,
) -> Report:
    """Fit, compare, decide; stores nothing. `live` gives `chances(playbook, rows)` of the live model,
    which was fitted on leads up to id `live_until`; `keep` are fields to use although they look leaky;
    `span`: from first to last.
    """
    won = [example.won for example in examples]
    report = Report(len(examples), sum(won), False, _what_is_missing(won))
    if report.why:
        return report
    cut = int(len(examples) * (1 - NEWEST))
    older, newer = examples[:cut], examples[cut:]
    report.left_out = _refused(older, keep, span)
    report.suspicious = _looked_at(older, report.left_out)
    candidate = fit(older, playbook, report.left_out)
    candidate.isotonic = _calibration(candidate, older, newer, playbook)
    report.held_out = _held_out(candidate, playbook, newer)
    report.newest["candidate"] = figures_of(report.held_out.won, report.held_out.chances)
    report.newest["scorecard"] = _figures(Candidate(blend.prior_curve(), None, 0, 0.0), playbook, newer)
    report.promoted, report.why = _decide(report, candidate, playbook, newer, live, live_until)
    report.final = fit(examples, playbook, report.left_out)
    report.final.isotonic = candidate.isotonic
    return report


def fit(examples: Sequence[Example], playbook: Playbook, refused: dict[str, str]) -> Candidate:
    """The blend of these leads."""
    rows, won = [example.facts for example in examples], [example.won for example in examples]
    points, weights = points_of(playbook, rows), [example.weight for example in examples]
    curve = fit_curve(blend.steps_of(points), np.array(won, dtype=float), np.array(weights, dtype=float))
    plan = plan_columns(rows, refused)
    refused.update(plan["left_out"])
    found = Candidate(curve, None, blend.evidence_of(won), (sum(won) + 0.5) / (len(won) + 1))
    if plan["columns"] and may_learn(won):
        pair = found.learned = learn(plan, rows, won, weights, points)
        found.voices = blend.mixed(curve, pair.card, pair.share, pair.slope)
    return found


def points_of(playbook: Playbook, rows: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    """What the playbook's card gives each lead."""
    return np.array([card.points for card in scorecards(playbook, rows)], dtype=float)


def _what_is_missing(won: Sequence[int]) -> str:
    """Why nothing can be learnt yet; empty when it can."""
    wins, losses = sum(won), len(won) - sum(won)
    if min(wins, losses) < 3:
        return (
            f"{wins} won and {losses} lost leads: learning begins with 3 of each. "
            "Until then the scorecard holds."
        )
    newest = won[int(len(won) * (1 - NEWEST)) :]
    if len(newest) < FEWEST_NEWEST or len(set(newest)) < 2:
        return (
            f"The newest 20 % are {len(newest)} leads, {sum(newest)} of them won: "
            f"too few to see whether learning helps. It takes {FEWEST_NEWEST} with both ends among them."
        )
    if not may_learn(won[: int(len(won) * (1 - NEWEST))]):
        return "The oldest 80 % hold fewer than 3 won or 3 lost leads: nothing to fit on yet."
    return ""


def _refused(older: Sequence[Example], keep: Iterable[str], span: timedelta | None) -> dict[str, str]:
    rows = [example.facts for example in older]
    refused = leaking_fields(rows, [example.won for example in older], trusted=OURS | set(keep))
    return refused | (TIMES if span is not None and span < timedelta(days=DAYS_FOR_TIMES) else {})


def _looked_at(older: Sequence[Example], refused: dict[str, str]) -> dict[str, str]:
    rows = [example.facts for example in older]
    return suspicious_fields(rows, [example.won for example in older], trusted=OURS | set(refused))


def _calibration(
    candidate: Candidate, older: Sequence[Example], newer: Sequence[Example], playbook: Playbook
) -> list[list[float]] | None:
    """Isotonic steps, only where the promise is off by more than 3 points on many newest leads and the
    steps help.
    """
    before = _figures(candidate, playbook, newer)
    if candidate.learned is None or len(newer) < CALIBRATE_FROM or before["ece"] <= CALIBRATE_ABOVE_ECE:
        return None
    plan = candidate.learned.plan
    steps = fit_steps(older, lambda part: fit(part, playbook, dict(plan["left_out"])).chances, playbook)
    tried = replace(candidate, isotonic=steps)
    after = _figures(tried, playbook, newer)
    helps = after["log_loss"] < before["log_loss"] and (after["auc"] or 0) >= (before["auc"] or 0) - 1e-3
    return steps if helps else None


def _held_out(candidate: Candidate, playbook: Playbook, newer: Sequence[Example]) -> HeldOut:
    chances = candidate.chances(playbook, [example.facts for example in newer])
    return HeldOut(
        [example.lead_id for example in newer], [example.won for example in newer], list(map(float, chances))
    )


def _figures(candidate: Any, playbook: Playbook, examples: Sequence[Example]) -> Figures:
    rows = [example.facts for example in examples]
    return figures_of([example.won for example in examples], candidate.chances(playbook, rows))


def _decide(
    report: Report,
    candidate: Candidate,
    playbook: Playbook,
    newer: Sequence[Example],
    live: Any,
    live_until: int,
) -> tuple[bool, str]:
    """(promote?, the sentence that says why)."""
    if live is None:
        return against_card(report.newest["candidate"], report.newest["scorecard"])
    unseen = [example for example in newer if example.lead_id > live_until]
    if len(unseen) < FEWEST_NEWEST or len({example.won for example in unseen}) < 2:
        return False, "too few outcomes since the live model was fitted to compare with it"
    mine, theirs = _figures(candidate, playbook, unseen), _figures(live, playbook, unseen)
    report.newest["live"] = theirs
    wins = (
        mine["log_loss"] <= theirs["log_loss"] + LOSS_SLACK
        and (mine["auc"] or 0) >= (theirs["auc"] or 0) - AUC_SLACK
    )
    return (
        wins,
        "not worse than the live model on leads it has not seen" if wins else "the live model is better",
    )


def against_card(mine: Figures, card: Figures) -> tuple[bool, str]:
    """(may the first model judge?, the sentence that says why), by the newest leads."""
    if mine["log_loss"] >= card["log_loss"]:
        return False, "the scorecard is better on the newest leads"
    if (mine["auc"] or 0) < (card["auc"] or 0) - AUC_SLACK:
        return False, "its chances are nearer the truth, but the scorecard sorts the newest leads better"
    return True, "better than the scorecard on the newest leads"


def sample_rows(plan: Plan, count: int = 40) -> list[dict[str, Any]]:
    """Made-up rows that walk through all a model can meet: known, unknown, blank, small, large. No real
    person's.
    """
    dice = np.random.default_rng(20)
    rows = []
    for _ in range(count):
        row: dict[str, Any] = {}
        for column in plan["columns"]:
            if dice.random() < 0.2:
                continue
            row[column["name"]] = _made_up(column, dice)
        rows.append(row)
    return rows


def _made_up(column: Column, dice: np.random.Generator) -> Any:
    if column["kind"] == "number":
        return float(np.round(np.expm1(dice.uniform(-1, 9)), 3))
    if column["kind"] == "date":
        return f"2026-{dice.integers(1, 13):02}-{dice.integers(1, 29):02}T{dice.integers(24):02}:00"
    if column["kind"] == "category":
        return str(dice.choice([*column["values"], "never seen"]))
    return " ".join(map(str, dice.choice([*column["values"], "never seen"], 3)))
