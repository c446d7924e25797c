"""A clock that fired becomes an incident: dated by its due time, owed by who had the lead, never deleted."""

from datetime import datetime
from typing import Any

from django.db import transaction

from handoff.models import Breach, Claim, Clock
from handoff.timing import clocks
from handoff.timing.agreement import spell_time
from leadboard.http.problems import Problem
from leadboard.leads.batch import Move, move_all
from leadboard.leads.inserts import insert_all
from leadboard.people.models import User
from leadboard.people.rights import may

# Why an agreement was not kept, for the review; empty means not stated yet.
CAUSES = {
    "nobody_free": "Nobody was free",
    "not_seen": "Was not seen",
    "in_meeting": "In a meeting or on a call",
    "absent": "Absent, not marked as away",
    "worked_elsewhere": "Was worked, not logged here",
    "no_details": "No way to reach them",
    "wrong_rule": "The agreement does not fit",
    "outage": "Technical fault",
}


def record(
    broken: list[tuple[Clock, Claim | None]], now: datetime, *, acted_at: datetime | None = None
) -> list[Breach]:
    """End the clocks as breached, write one incident and one event each; return the incidents in order."""
    if not broken:
        return []
    clocks.breach([clock for clock, _ in broken], now)
    rows = [
        Breach(clock=clock, lead=clock.lead, rep=claim.rep if claim else None, due_at=clock.due_at,
               recorded_at=now, acted_at=acted_at)
        for clock, claim in broken
    ]  # fmt: skip
    insert_all(rows)
    move_all("breached", [_breached(clock, claim, now) for clock, claim in broken])
    return rows


def _breached(clock: Clock, claim: Claim | None, now: datetime) -> Move:
    """Return the move that tells of the breach, dated by the due time."""
    clock.state = "breached"
    late = max(0, round((now - clock.due_at).total_seconds()))
    facts: dict[str, Any] = {
        "clock": str(clock.kind), "clock_id": clock.pk, "rule": clock.rule, "due": spell_time(clock.due_at),
        "late": f"{late} s", "rep": claim.rep_id if claim else None,
    }  # fmt: skip
    return Move(clock.lead, facts, clocks.mirror(clock), at=clock.due_at)


def resolve(
    breach_id: int, by: User, *, cause: str | None = None, note: str | None = None, done: bool = False
) -> Breach:
    """State the cause, add a note, mark the incident as dealt with (managers); unknown causes are refused."""
    if not may(by, "resolve_breach"):
        raise Problem(403, "not_allowed", "Only a manager reviews breaches.")
    if cause is not None and cause and cause not in CAUSES:
        raise Problem(422, "unknown_cause", f"Use one of: {', '.join(CAUSES)}.", causes=CAUSES)
    with transaction.atomic():
        breach = Breach.objects.select_for_update(of=("self",)).filter(pk=breach_id).first()
        if breach is None:
            raise Problem(404, "not_found", "There is no such breach.")
        breach.cause = breach.cause if cause is None else cause
        breach.note = breach.note if note is None else note
        if done and not breach.cause:
            raise Problem(
                422, "cause_missing", "Say the cause before you mark it as dealt with.", causes=CAUSES
            )
        if done and breach.resolved_at is None:
            breach.resolved_by, breach.resolved_at = by, clocks.moment()
        breach.save(update_fields=["cause", "note", "resolved_by", "resolved_at"])
        return breach
