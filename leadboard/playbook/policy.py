"""Pure functions that read the agreement. The one place to ask "what does the playbook say?".

Each answer carries `rule`, the path of the clause that gave it ("first_action.demo"), so that any decision
can be explained and, with another playbook, replayed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadboard.playbook.clauses import OWN_REASONS, RejectionClause
from leadboard.playbook.deadlines import (
    Deadline,
    EscalationStep,
    anchored_at,
    calendar_of,
    contact,
    escalation,
    first_action,
    follow_up,
    ladder,
    next_step_at,
)
from leadboard.playbook.governing import Learning
from leadboard.playbook.judgement import (
    Missing,
    Part,
    Route,
    Scorecard,
    Tier,
    asks_for_band,
    band,
    lead_type,
    missing_for,
    next_step,
    off_profile,
    route,
    scorecard,
    tier,
)
from leadboard.playbook.letters import Letter, fill
from leadboard.playbook.qualifying import Step, Track
from leadboard.playbook.schema import Playbook

__all__ = [
    "OWN_REASONS",
    "Answer",
    "Cap",
    "Deadline",
    "EscalationStep",
    "Letter",
    "Missing",
    "Outcome",
    "Part",
    "Rejection",
    "Route",
    "Scorecard",
    "Step",
    "StepDue",
    "Tier",
    "TimeOut",
    "Track",
    "anchored_at",
    "asks_for_band",
    "band",
    "calendar_of",
    "cap",
    "contact",
    "default_track",
    "effort_missing",
    "escalation",
    "fill",
    "first_action",
    "follow_up",
    "hand_back_reasons",
    "is_waking",
    "ladder",
    "lead_type",
    "learning",
    "missing_for",
    "next_step",
    "next_step_at",
    "off_profile",
    "outcome",
    "outcomes",
    "polite_answer",
    "rejection",
    "rejections",
    "route",
    "scorecard",
    "step_due",
    "tier",
    "time_out",
    "track",
]


@dataclass(frozen=True)
class Rejection:
    """A coded reason to refuse a lead; it leads to nurture (then on `track`), disqualified or merge.
    `teaches`: whether it is a loss for the score.
    """

    code: str
    words: str
    leads_to: str
    track: str | None
    rule: str
    teaches: bool = True


@dataclass(frozen=True)
class Outcome:
    """How an action of a kind may end."""

    code: str
    words: str
    is_conversation: bool
    rule: str


@dataclass(frozen=True)
class StepDue:
    """A track's step (numbered from 1), the letter to send, and when (UTC)."""

    number: int
    at: datetime
    letter: Step
    rule: str


@dataclass(frozen=True)
class Answer:
    """A polite answer that costs no selling time."""

    code: str
    letter: Letter
    rule: str


@dataclass(frozen=True)
class Cap:
    """Most open leads per rep, and most new ones a day (None: no limit)."""

    open_leads: int
    per_day: int | None
    rule: str = "capacity"


@dataclass(frozen=True)
class TimeOut:
    """After how long without anything happening a desk passes a lead on, and to which desk."""

    after: timedelta
    to: str
    rule: str


def rejections(playbook: Playbook) -> list[Rejection]:
    """All reasons to refuse a lead, in the order of the playbook."""
    return [
        Rejection(code, one.words, one.leads_to, one.track, f"rejection_reasons.{code}", _teaches(code, one))
        for code, one in playbook.rejection_reasons.items()
    ]


def _teaches(code: str, clause: RejectionClause) -> bool:
    """Agreements of before the word was there mean the same by these two."""
    if clause.teaches is None:
        return clause.leads_to != "merge" and code not in ("premature", "duplicate")
    return clause.teaches == "loss"


def duplicate_rejections(playbook: Playbook) -> list[Rejection]:
    """The reasons that say that another lead is of the same person."""
    return [reason for reason in rejections(playbook) if reason.leads_to == "merge"]


def rejection(playbook: Playbook, code: str) -> Rejection | None:
    """The reason of this code; None when the playbook has none."""
    return next((reason for reason in rejections(playbook) if reason.code == code), None)


def hand_back_reasons(playbook: Playbook, *, for_people: bool = False) -> dict[str, str]:
    """code → words; `for_people` leaves out the reasons that only the product itself gives."""
    left_out = OWN_REASONS if for_people else ()
    return {code: words for code, words in playbook.hand_back_reasons.items() if code not in left_out}


def outcomes(playbook: Playbook, kind: str) -> list[Outcome]:
    """How an action of this kind may end; empty for a kind that is no attempt, such as a note."""
    return [
        Outcome(code, clause.words, clause.conversation, f"outcomes.{kind}.{code}")
        for name, clauses in playbook.outcomes.items()
        if name == kind
        for code, clause in clauses.items()
    ]


def outcome(playbook: Playbook, kind: str, code: str) -> Outcome | None:
    """The outcome of this code; None when the playbook has none."""
    return next((outcome for outcome in outcomes(playbook, kind) if outcome.code == code), None)


def effort_missing(playbook: Playbook, *, attempts: int, channels: int, days: int) -> list[Missing]:
    """What is lacking before a lead counts as worked; empty when the effort was enough."""
    made = {"attempts": attempts, "channels": channels, "days": days}
    asked = {name: getattr(playbook.effort, name) for name in made}
    return [
        Missing(name, f"{made[name]} of {asked[name]} {name}") for name in made if made[name] < asked[name]
    ]


def cap(playbook: Playbook) -> Cap:
    """How many leads one rep may hold."""
    return Cap(playbook.capacity.open_leads, playbook.capacity.per_day)


def time_out(playbook: Playbook, desk: str) -> TimeOut | None:
    """When this desk passes an untouched lead on; None when it keeps it."""
    clause = next((clause for name, clause in playbook.time_outs.items() if name == desk), None)
    return TimeOut(clause.after, clause.to, f"time_outs.{desk}") if clause else None


def is_waking(playbook: Playbook, *, touches: int, pages: list[str]) -> bool:
    """Whether this much behaviour within the playbook's `wake.within` makes a lead worth scoring again."""
    looked = any(word.casefold() in page.casefold() for word in playbook.wake.pages for page in pages)
    return looked or touches >= playbook.wake.touches


def track(playbook: Playbook, name: str) -> Track | None:
    """The nurture track of this name; None when the playbook has none."""
    return playbook.tracks.get(name)


def default_track(playbook: Playbook, lead_type: str, band: str | None = None) -> str:
    """The track that a lead of this type and band enters: the first rule that fits, else the default one."""
    for rule in playbook.enrol:
        fits_type = not rule.lead_types or lead_type in rule.lead_types
        if fits_type and (not rule.bands or band in rule.bands):
            return rule.track
    return playbook.default_track


def step_due(playbook: Playbook, track: str, number: int, previous_at: datetime) -> StepDue | None:
    """Step `number` (from 1) of a track, due after the step before it (or the enrolment) at `previous_at`.

    None when the track is over or the playbook has no such track.
    """
    clause = playbook.tracks.get(track)
    if clause is None or not 1 <= number <= len(clause.steps):
        return None
    step = clause.steps[number - 1]
    at = playbook.calendar(clause.calendar).add_days(previous_at, step.after)
    return StepDue(number, at, step, f"tracks.{track}.steps.{number - 1}")


def polite_answer(playbook: Playbook, code: str) -> Answer | None:
    """The letter of this code; None when the playbook has none."""
    letter = playbook.answers.get(code)
    return Answer(code, letter, f"answers.{code}") if letter else None


def learning(playbook: Playbook) -> Learning:
    """How a better model goes live, and what holds it back."""
    return playbook.learning
