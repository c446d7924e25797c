"""From sales back to marketing: the lead, why, and all that was tried."""

from dataclasses import dataclass, field
from datetime import datetime

from handoff import spells
from handoff.effort import Effort
from handoff.models import Claim, Clock, ClockKind, ClockState
from handoff.nurturing import nurture
from handoff.timing import clocks
from handoff.timing.agreement import in_force
from leadboard.leads.batch import Move, move_all
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage
from leadboard.people.models import User

# A hand-back undoes what sales had made of a lead; what marketing had found stays.
STAGE_AFTER: dict[str, str] = {Stage.SAL: Stage.MQL, Stage.SQL: Stage.MQL}


@dataclass
class Return:
    """One lead that goes back; `claim` is the ended one, or None when nobody had it."""

    lead: Lead
    claim: Claim | None
    reason: str
    effort: Effort = field(default_factory=Effort)
    desk: str = Desk.NURTURE
    by: User | None = None
    event: str = "handed_back"
    track: str | None = None


def give_back(returns: list[Return], now: datetime) -> None:
    """Move the leads (rows locked, claims ended) to marketing: nothing of sales is owed any more, and their
    track goes on where it stopped, or one begins."""
    if not returns:
        return
    playbook = in_force()
    owed = (ClockKind.FIRST_ACTION, ClockKind.ESCALATION)
    leads = [one.lead for one in returns]
    clocks.cancel(Clock.objects.filter(lead__in=leads, kind__in=owed, state=ClockState.RUNNING), now)
    for event in {one.event for one in returns}:
        moves = [_back(one, now, one.effort.missing(playbook)) for one in returns if one.event == event]
        move_all(event, moves, playbook_version=playbook.version)
    for one in returns:
        if one.track:
            nurture.enrol(one.lead, one.track, why=one.reason)
        else:
            nurture.resume_or_begin(one.lead, why=one.reason)


def _back(one: Return, now: datetime, missing: list[str]) -> Move:
    """Return the move of one lead."""
    stage = STAGE_AFTER.get(one.lead.stage, one.lead.stage)
    facts = {
        "rep": one.claim.rep_id if one.claim else None, "owner": None, "desk": str(one.desk),
        "stage": str(stage),
        "reason": one.reason, "lacking": missing, **one.effort.facts(),
    }  # fmt: skip
    changes = spells.without_owner(one.lead, one.desk, stage, **clocks.NOTHING_DUE)
    return Move(one.lead, facts, changes, at=now, actor=one.by)
