"""What the lead page shows of the handoff: who may do what next, and what happens when nobody does."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handoff.models import ActionKind, Breach, Claim, Clock, ClockKind
from handoff.timing import clocks
from handoff.timing.agreement import facts_of, in_force
from leadboard.capture.duplicates import finding
from leadboard.leads.models import Lead
from leadboard.leads.stages import CLAIMABLE_DESKS, OVER, Desk, Stage
from leadboard.people.models import Role, User
from leadboard.people.rights import may
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook

Panel = tuple[str, dict[str, Any]]
BACK = "goes back to marketing with all that was tried"
ICONS = {"call": "phone", "email": "mail", "text": "note", "linkedin": "link", "meeting": "cal"}


@dataclass(frozen=True)
class Rung:
    """One line of the ladder: when (None: not timed), what, and where it stands (done, now, missed or "")."""

    at: datetime | None
    words: str
    stands: str = ""


def acts(lead: Lead, viewer: User) -> Panel:
    """Return the panel of what this person may do with the lead now; every act is a form."""
    playbook = in_force()
    held = Claim.objects.select_related("rep").filter(lead=lead, ended_at__isnull=True).first()
    mine = held if held and held.rep_id == viewer.pk else None
    is_mine = mine is not None
    leads_people = may(viewer, "assign")
    shown: dict[str, Any] = {
        "place": "main", "lead": lead, "viewer": viewer, "held": held, "is_mine": is_mine,
        "may_claim": held is None and may(viewer, "claim") and is_claimable(lead),
        "may_assign": leads_people and (held is not None or is_claimable(lead)),
        "may_reopen": lead.stage in OVER and may(viewer, "reopen")
        and not (lead.do_not_contact or lead.merged_into_id),
        "may_undo": bool(mine and mine.how == "claimed" and not mine.actions.exists()),
        "may_close": lead.stage not in OVER and not lead.merged_into_id
        and may(viewer, "record_outcome") and (is_mine or leads_people),
    }  # fmt: skip
    if held and (is_mine or leads_people):
        shown |= {"hand_back_reasons": policy.hand_back_reasons(playbook, for_people=True)}
    if is_mine:
        missing = policy.missing_for(playbook, "sql", facts_of(lead, accepted=True))
        shown |= {"rejections": policy.rejections(playbook), "missing": missing}
        shown |= {"alike": finding.likely(lead, viewer) if duplicate_codes() else []}
    if shown["may_assign"]:
        shown["reps"] = User.objects.filter(is_active=True, role=Role.REP).order_by("name")
    return "handoff/acts.html", shown


def log(lead: Lead, viewer: User) -> Panel:
    """Return the panel of what was done, one button for each end of a call, a mail or a meeting."""
    held = Claim.objects.filter(lead=lead, ended_at__isnull=True).first()
    may_log = held is not None and (held.rep_id == viewer.pk or may(viewer, "assign"))
    kinds = logs(in_force()) if may_log else []
    return "handoff/log.html", {"place": "log", "lead": lead, "logs": kinds, "nonce": uuid.uuid4().hex}


def is_claimable(lead: Lead) -> bool:
    """May sales take the lead as it is: on the board, in nurture, or disqualified (product C2)?"""
    is_disqualified = lead.desk == Desk.CLOSED and lead.stage == Stage.DISQUALIFIED
    is_gone = lead.do_not_contact or lead.merged_into_id is not None
    return not is_gone and (lead.desk in CLAIMABLE_DESKS or is_disqualified)


def duplicate_codes() -> set[str]:
    """Return the reasons of the playbook in force by which a lead is a duplicate of another."""
    return {reason.code for reason in policy.duplicate_rejections(in_force())}


def logs(playbook: Playbook) -> list[dict[str, Any]]:
    """Return each kind of action with its outcomes: one button each."""
    return [
        {
            "kind": kind,
            "label": ActionKind(kind).label,
            "icon": icon,
            "outcomes": policy.outcomes(playbook, kind),
        }
        for kind, icon in ICONS.items()
    ]


def ladder(lead: Lead, viewer: User) -> Panel:
    """Return the panel of the clock that is owed now, and what follows when nobody acts."""
    running = {clock.kind: clock for clock in clocks.running(lead)}
    shown = {
        "place": "worth",
        "lead": lead,
        "viewer": viewer,
        "clock": None,
        "rungs": [],
        "title": "Nothing is owed",
    }
    if ClockKind.ESCALATION in running:
        return "handoff/ladder.html", shown | _escalating(lead, running[ClockKind.ESCALATION])
    owed = next((running[kind] for kind in clocks.SHOWN if kind in running), None)
    if owed:
        rungs = _ahead(owed)
        shown |= {"clock": owed, "rungs": rungs, "title": ClockKind(owed.kind).label}
    return "handoff/ladder.html", shown


def _ahead(clock: Clock) -> list[Rung]:
    """Return what will happen if nobody does anything, from the clock as it runs."""
    playbook = in_force()
    if clock.kind == ClockKind.FIRST_ACTION:
        warn_at = clock.warn_at or clock.due_at
        deadline = policy.Deadline(clock.kind, clock.rule, clock.anchored_at, warn_at, clock.due_at)
        steps = policy.ladder(playbook, deadline)
    else:
        last = "an incident, and the silence is counted" if clock.kind == ClockKind.MEETING else BACK
        warning = [(clock.warn_at, "a warning")] if clock.warn_at else []
        steps = [*warning, (clock.due_at, last)]
    first = clock.warned_at is not None
    return [
        Rung(at, words, "done" if first and number == 0 else "now" if number == int(first) else "")
        for number, (at, words) in enumerate(steps)
    ]


def _escalating(lead: Lead, clock: Clock) -> dict[str, Any]:
    """Return the ladder of a missed first action: the rungs that were taken, and those ahead."""
    playbook = in_force()
    breach = Breach.objects.filter(lead=lead, clock__kind=ClockKind.FIRST_ACTION).latest("pk")
    rungs = [Rung(breach.due_at, "First action was due", "missed")]
    for taken in breach.escalations.select_related("rep").order_by("level"):
        rungs.append(Rung(taken.at, _taken(taken), "done"))
    at: datetime | None = clock.due_at
    level = clock.level
    while at is not None and (step := policy.escalation(playbook, level)):
        rungs.append(Rung(at, step.words, "now" if level == clock.level else ""))
        at, level = policy.next_step_at(playbook, breach.clock.rule, level, at), level + 1
    return {"clock": breach.clock, "rungs": rungs, "title": "First action was missed"}


def _taken(escalation: Any) -> str:
    """Return in words what a rung did."""
    if escalation.step == "reassign":
        return f"to {escalation.rep.name}" if escalation.rep else "nobody was free; it is tried again"
    return "manager and inbound team alerted" if escalation.step == "manager" else BACK
