"""What a lead's clock shows at a moment: state, numerals, what is owed. The browser ticks by the same rules.

States, in the order in which a clock gains weight: calm (over half is left), half, soon (last quarter),
last (last minute), over; done, paused and none are small words. static/js/clocks.js repeats the
thresholds and the wording of `spell`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage

OWED = {
    "first_action": "first action",
    "contact": "conversation",
    "follow_up": "follow-up",
    "meeting": "meeting",
    "escalation": "next step",
    "nurture": "nurture step",
    "parked": "review",
}
DONE = {"first_action": "Answered", "contact": "Talked", "follow_up": "Followed up", "meeting": "Met"}
MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True)
class Face:
    """A clock as it is drawn; `share` is how much of the dial is left, 0 to 100."""

    state: str
    words: str
    unit: str = ""
    owed: str = ""
    icon: str = ""
    share: int = 0
    due_at: datetime | None = None
    started_at: datetime | None = None


def spell(seconds: float) -> str:
    """Return a span as the numerals of a clock: 3:12, 29 min, 3 h 50, 23 h, 4 days."""
    whole = int(seconds)
    if whole < 10 * MINUTE:
        return f"{whole // MINUTE}:{whole % MINUTE:02d}"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < 10 * HOUR:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02d}"
    if whole < 2 * DAY:
        return f"{whole // HOUR} h"
    return f"{whole // DAY} days"


def spell_past(seconds: float) -> str:
    """Return a span that is over: 40 s, 12 min, 3 h, 4 days."""
    whole = max(0, int(seconds))
    for size, unit in ((2 * DAY, "days"), (HOUR, "h"), (MINUTE, "min")):
        if whole >= size:
            return f"{whole // (DAY if unit == 'days' else size)} {unit}"
    return f"{whole} s"


def spell_moment(moment: datetime, now: datetime) -> str:
    """Return a time in the active time zone: 14:03, Mon 14:03, 12 May 14:03, 12 May 2024."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    days = abs((local.date() - today.date()).days)
    if days == 0:
        return f"{local:%H:%M}"
    if days < 7:
        return f"{local:%a %H:%M}"
    return f"{local.day} {local:%b %H:%M}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def face(lead: Lead, now: datetime) -> Face:
    """Return what the clock of a lead shows now."""
    owed = OWED.get(lead.due_kind, lead.due_kind.replace("_", " "))
    if lead.due_at is None or not lead.due_state:
        return _without_clock(lead)
    if lead.due_state == "met":
        return _kept(lead)
    acted_at = _acted_at(lead)
    if lead.due_state == "breached" and acted_at:
        late = spell_past((acted_at - lead.due_at).total_seconds())
        return Face("none", "Late", owed=f"by {late}", icon="check")
    if lead.due_started_at and lead.due_started_at > now:
        return Face("paused", "Paused", owed=f"until {spell_moment(lead.due_started_at, now)}", icon="pause")
    return _running(lead, owed, now)


def share_left(lead: Lead, now: datetime) -> float:
    """Return how much of a running clock is left, 0.0 to 1.0."""
    assert lead.due_at is not None, "only a running clock has a share left"
    whole = lead.due_at - (lead.due_started_at or lead.created_at or now)
    return max(0.0, min(1.0, (lead.due_at - now) / whole)) if whole > timedelta(0) else 0.0


def state_of(left: float, share: float) -> str:
    """Return the state of a running clock with so many seconds and such a share left."""
    if left <= 0:
        return "over"
    if left <= MINUTE:
        return "last"
    return "soon" if share <= 0.25 else "half" if share <= 0.5 else "calm"


def _running(lead: Lead, owed: str, now: datetime) -> Face:
    assert lead.due_at is not None, "a lead without a clock has another face"
    left = (lead.due_at - now).total_seconds()
    share = share_left(lead, now)
    state = state_of(left, share)
    due_at, began_at = lead.due_at, lead.due_started_at or lead.created_at
    if state == "over":
        return Face(state, spell_past(-left), "over", owed, "over", due_at=due_at, started_at=began_at)
    dial = round(share * 100)
    return Face(state, spell(left), "left", owed, share=dial, due_at=due_at, started_at=began_at)


def _acted_at(lead: Lead) -> datetime | None:
    return lead.first_action_at if lead.due_kind == "first_action" else lead.conversation_at


def _kept(lead: Lead) -> Face:
    acted_at = _acted_at(lead)
    began_at = lead.due_started_at or lead.created_at
    took = f"in {spell_past((acted_at - began_at).total_seconds())}" if acted_at and began_at else "in time"
    return Face("done", DONE.get(lead.due_kind, "In time"), owed=took, icon="check")


def _without_clock(lead: Lead) -> Face:
    if lead.desk == Desk.QUARANTINE:
        return Face("paused", "Waiting", owed="in quarantine", icon="pause")
    if lead.desk in {Desk.NURTURE, Desk.LONG_NURTURE}:
        return Face("none", "No clock", owed="in nurture", icon="leaf")
    if lead.desk == Desk.CLOSED:
        return Face("none", Stage(lead.stage).label, owed="closed", icon="x")
    return Face("none", "No clock", owed="nothing is owed", icon="clock")
