"""Pure: from when until when something is owed, and what follows when it is not done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadboard.playbook.calendar import Calendar
from leadboard.playbook.schema import Playbook
from leadboard.playbook.values import WarnAt, write_duration

STEP_WORDS = {
    "reassign": "goes to the next suitable rep, never to one who missed it",
    "manager": "the manager and the inbound team are alerted",
    "hand_back": "goes back to marketing with all that was tried",
}


@dataclass(frozen=True)
class Deadline:
    """What is owed (`kind`), by which clause (`rule`), counted from `anchor`; all moments are UTC."""

    kind: str
    rule: str
    anchor: datetime
    warn_at: datetime
    due_at: datetime


@dataclass(frozen=True)
class EscalationStep:
    """One rung after a breach. `kind` is reassign, manager or hand_back; `within` is None on the last."""

    level: int
    kind: str
    within: timedelta | None
    rule: str
    words: str


def first_action(
    playbook: Playbook, lead_type: str, *, submitted_at: datetime | None, received_at: datetime
) -> Deadline:
    """Until when somebody must act on a new lead; an unknown lead type is the playbook's last one."""
    name = lead_type if lead_type in playbook.first_action else list(playbook.lead_types)[-1]
    promise = playbook.first_action[name]
    calendar = playbook.calendar(promise.calendar)
    anchor = anchored_at(playbook, submitted_at=submitted_at, received_at=received_at)
    if isinstance(promise.within, timedelta):
        due = calendar.due(anchor, promise.within)
    else:
        due = max(calendar.day_end(anchor), calendar.due(anchor, promise.at_least or timedelta()))
    return _deadline("first_action", f"first_action.{name}", calendar, anchor, due, promise.warn)


def anchored_at(playbook: Playbook, *, submitted_at: datetime | None, received_at: datetime) -> datetime:
    """The moment from which the first action is timed; a submit time of the future is not believed."""
    if submitted_at is None or playbook.anchor.starts == "received":
        return received_at
    lag = received_at - submitted_at
    return submitted_at if timedelta() <= lag <= playbook.anchor.unless_older_than else received_at


def contact(playbook: Playbook, started_at: datetime) -> Deadline:
    """Until when a rep must have talked to a person whose lead was claimed at `started_at`."""
    promise = playbook.contact
    calendar = playbook.calendar(promise.calendar)
    due = calendar.due(started_at, promise.within)
    return _deadline("contact", "contact", calendar, started_at, due, promise.warn)


def follow_up(playbook: Playbook, last_action_at: datetime) -> Deadline:
    """Warned and taken back when nothing happens after `last_action_at`."""
    promise = playbook.follow_up
    calendar = playbook.calendar(promise.calendar)
    warn_at = calendar.due(last_action_at, promise.warn_after)
    due = calendar.due(last_action_at, promise.hand_back_after)
    return Deadline("follow_up", "follow_up", last_action_at, warn_at, due)


def _deadline(
    kind: str, rule: str, calendar: Calendar, anchor: datetime, due: datetime, warn: WarnAt
) -> Deadline:
    whole = calendar.elapsed(anchor, due)
    return Deadline(kind, rule, anchor, calendar.due(anchor, whole - warn.lead_time(whole)), due)


def calendar_of(playbook: Playbook, rule: str) -> Calendar:
    """The calendar in which the clause of this path is counted."""
    section, _, name = rule.partition(".")
    clause = (
        playbook.first_action.get(name) if section == "first_action" else getattr(playbook, section, None)
    )
    return playbook.calendar(getattr(clause, "calendar", None))


def escalation(playbook: Playbook, level: int) -> EscalationStep | None:
    """The rung of this level (1 is taken at the breach itself); None above the last."""
    if not 1 <= level <= len(playbook.escalation):
        return None
    clause = playbook.escalation[level - 1]
    return EscalationStep(level, clause.do, clause.within, f"escalation.{level - 1}", STEP_WORDS[clause.do])


def next_step_at(playbook: Playbook, rule: str, level: int, taken_at: datetime) -> datetime | None:
    """When the rung after `level` is due, that one having been taken at `taken_at`; None after the last."""
    step = escalation(playbook, level)
    if step is None or step.within is None:
        return None
    return calendar_of(playbook, rule).due(taken_at, step.within)


def ladder(playbook: Playbook, deadline: Deadline) -> list[tuple[datetime, str]]:
    """(when, what happens) from the warning to the last rung, if nobody does anything."""
    if deadline.kind == "follow_up":
        silent = write_duration(playbook.follow_up.warn_after)
        return [
            (deadline.warn_at, f"silent for {silent}: the rep is warned"),
            (deadline.due_at, STEP_WORDS["hand_back"]),
        ]
    rungs = [(deadline.warn_at, "a warning")]
    at: datetime | None = deadline.due_at
    for level in range(1, len(playbook.escalation) + 1):
        step = escalation(playbook, level)
        if at is not None and step is not None:
            rungs.append((at, step.words))
            at = next_step_at(playbook, deadline.rule, level, at)
    return rungs
