"""What happens when a clock fires. All rows come locked, one clock per lead, in one transaction."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from django.db.models import F

from handoff import spells
from handoff.effort import Effort
from handoff.handback import Return, give_back
from handoff.models import Claim, ClaimEnd, Clock, ClockKind, ClockState
from handoff.nurturing import nurture
from handoff.timing import breaches, clocks
from handoff.timing.agreement import in_force, spell_time
from handoff.timing.escalation import Rung, climb, rungs_of
from leadboard.leads.batch import Move, move_all
from leadboard.leads.stages import Desk
from leadboard.notify.alerts import alert_all
from leadboard.notify.models import Alert
from leadboard.people.models import Availability, User
from leadboard.playbook import policy

Held = dict[int, Claim]
OVER = (Desk.CLOSED, Desk.QUARANTINE)
OWED_WORDS: dict[str, str] = {
    ClockKind.FIRST_ACTION: "The first action is nearly due.",
    ClockKind.CONTACT: "You have not talked to them yet, and the time is nearly over.",
    ClockKind.FOLLOW_UP: "The conversation has stalled. Plan the next step, or the lead goes back.",
    ClockKind.MEETING: "The meeting is over. Log how it went.",
}
MISSED_WORDS: dict[str, str] = {
    ClockKind.CONTACT: "This lead went back to marketing: no conversation in time.",
    ClockKind.FOLLOW_UP: "This lead went back to marketing: it was silent for too long.",
    ClockKind.MEETING: "Nobody logged how the meeting went.",
}


def fire(due: list[Clock], now: datetime) -> None:
    """Act on clocks whose moment has come: warn, breach, or take the next step."""
    held = spells.open_claims([clock.lead for clock in due])
    groups: dict[Callable[[list[Clock], Held, datetime], None], list[Clock]] = defaultdict(list)
    for clock in due:
        groups[_handler(clock, now)].append(clock)
    for handler, group in groups.items():
        handler(group, held, now)


def _handler(clock: Clock, now: datetime) -> Callable[[list[Clock], Held, datetime], None]:
    """Return who deals with this clock, as the truth is now under the lock."""
    if clock.kind in (ClockKind.NURTURE, ClockKind.PARKED):
        return _nurture
    if clock.lead.erased_at or clock.lead.do_not_contact or clock.lead.desk in OVER:
        return _drop
    if now < clock.due_at:
        return _warn
    return ON_DUE[clock.kind]


def _drop(due: list[Clock], held: Held, now: datetime) -> None:
    """Nobody owes anything to a lead that is over."""
    clocks.cancel(Clock.objects.filter(pk__in=[clock.pk for clock in due]), now)


def _warn(due: list[Clock], held: Held, now: datetime) -> None:
    """Warn once: who has the lead, or the inbound team when nobody has it."""
    Clock.objects.filter(pk__in=[clock.pk for clock in due]).update(warned_at=now, fires_at=F("due_at"))
    free = User.objects.filter(is_active=True, team__inbound=True, availability=Availability.AVAILABLE)
    inbound = list(free) if any(clock.lead_id not in held for clock in due) else []
    told = []
    for clock in due:
        people = [held[clock.lead_id].rep] if clock.lead_id in held else inbound
        kind = "stalled" if clock.kind == ClockKind.FOLLOW_UP else "sla_soon"
        words = OWED_WORDS[clock.kind]
        told += [
            Alert(person=one, lead=clock.lead, kind=kind, words=words, due_at=clock.due_at) for one in people
        ]
    alert_all(told)
    move_all("warned", [_warned(clock, held) for clock in due])


def _warned(clock: Clock, held: Held) -> Move:
    claim = held.get(clock.lead_id)
    facts = {"clock": str(clock.kind), "clock_id": clock.pk, "due": spell_time(clock.due_at),
             "rep": claim.rep_id if claim else None}  # fmt: skip
    state = "warned" if clock.lead.due_kind == clock.kind else clock.lead.due_state
    return Move(clock.lead, facts, {"due_state": state})


def _first_action(due: list[Clock], held: Held, now: datetime) -> None:
    """The first action was missed: an incident, and the first rung of the ladder at once."""
    incidents = breaches.record([(clock, held.get(clock.lead_id)) for clock in due], now)
    climb([
        Rung(clock.lead, incident, clock, 1, held.get(clock.lead_id))
        for clock, incident in zip(due, incidents, strict=True)
    ], now)  # fmt: skip


def _escalation(due: list[Clock], held: Held, now: datetime) -> None:
    """The window of a rung is over: the next one."""
    ids = [clock.pk for clock in due]
    Clock.objects.filter(pk__in=ids).update(
        state=ClockState.BREACHED, ended_at=F("due_at"), recorded_at=now, fires_at=None
    )
    climb(rungs_of(due, held), now)


def _neglect(due: list[Clock], held: Held, now: datetime) -> None:
    """No conversation in time, or silence for too long: the claim ends and marketing gets the lead back."""
    breaches.record([(clock, held.get(clock.lead_id)) for clock in due], now)
    ended = [held[clock.lead_id] for clock in due]
    effort = spells.end_all(ended, ClaimEnd.EXPIRED, now)
    returns = [_taken_back(clock, held[clock.lead_id], effort) for clock in due]
    for reason in {one.reason for one in returns}:
        lapsed = [one.claim.pk for one in returns if one.reason == reason and one.claim]
        Claim.objects.filter(pk__in=lapsed).update(reason=reason)
    give_back(returns, now)
    alert_all([_missed(clock, held[clock.lead_id].rep) for clock in due])


def _taken_back(clock: Clock, claim: Claim, effort: dict[int, Effort]) -> Return:
    """Return the hand-back; too little effort is named before silence or lateness."""
    made = effort[claim.pk]
    usual = "silent" if clock.kind == ClockKind.FOLLOW_UP else "sla_missed"
    return Return(clock.lead, claim, "meager" if made.missing(in_force()) else usual, effort=made)


def _missed(clock: Clock, rep: User) -> Alert:
    return Alert(
        person=rep, lead=clock.lead, kind="missed", words=MISSED_WORDS[clock.kind], due_at=clock.due_at
    )


def _meeting(due: list[Clock], held: Held, now: datetime) -> None:
    """Nobody said how the meeting went: an incident, and the silence is counted from here."""
    playbook = in_force()
    breaches.record([(clock, held.get(clock.lead_id)) for clock in due], now)
    silence = policy.follow_up(playbook, now)
    clocks.start(
        [clocks.clock_of(clock.lead, silence, playbook.version, claim=held[clock.lead_id]) for clock in due],
        now,
    )
    alert_all([_missed(clock, held[clock.lead_id].rep) for clock in due])


def _nurture(due: list[Clock], held: Held, now: datetime) -> None:
    """A track's next step is due, or a parked lead wants to be looked at."""
    for clock in due:
        nurture.fire(clock)


ON_DUE: dict[str, Callable[[list[Clock], Held, datetime], None]] = {
    ClockKind.FIRST_ACTION: _first_action,
    ClockKind.CONTACT: _neglect,
    ClockKind.FOLLOW_UP: _neglect,
    ClockKind.MEETING: _meeting,
    ClockKind.ESCALATION: _escalation,
}
