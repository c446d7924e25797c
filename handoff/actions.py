"""Log what was done with a lead: the evidence that meets clocks, dated by the database."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from handoff import claims
from handoff.models import Action, ActionKind, Breach, Claim, Clock, ClockKind
from handoff.timing import breaches, clocks
from handoff.timing.agreement import in_force, spell_time
from leadboard.http.problems import Problem
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead
from leadboard.people.models import User
from leadboard.playbook import policy

LONGEST_KEY = 255
LONGEST_NOTE = 5_000


@dataclass
class Effect:
    """What an action did to the clocks, and the columns of the lead that follow from it."""

    met: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)


def log(
    lead_id: int,
    actor: User,
    kind: str,
    *,
    outcome: str = "",
    note: str = "",
    recording: str = "",
    key: str = "",
) -> Action:
    """Record an action of the lead's owner (or a manager) and what it means for the clocks.

    A real action (not a note) in time meets the first-action clock; a conversation meets the contact
    clock and starts the follow-up. The same `key` again returns the action that it made.
    """
    _check(kind, outcome, note, key)
    try:
        with transaction.atomic():
            lead, held = claims.held_by(lead_id, actor)
            known = Action.objects.filter(actor=actor, key=key).first() if key else None
            if known:
                return _same(known, lead, kind)
            return _record(
                lead, held, actor, kind, outcome, {"note": note, "recording": recording, "key": key}
            )
    except IntegrityError as error:
        raise Problem(422, "key_reused", "This key was used for another action.") from error


def _check(kind: str, outcome: str, note: str, key: str) -> None:
    """Refuse what the playbook does not know, or what is too long."""
    if kind not in ActionKind.values:
        raise Problem(
            422, "unknown_action", f"Use one of: {', '.join(ActionKind.values)}.", kinds=ActionKind.values
        )
    ends = {one.code: one.words for one in policy.outcomes(in_force(), kind)}
    if outcome and outcome not in ends:
        words = f"Use one of: {', '.join(ends)}." if ends else f"A {kind} has no outcome."
        raise Problem(422, "unknown_outcome", words, outcomes=ends)
    if len(key) > LONGEST_KEY or len(note) > LONGEST_NOTE:
        raise Problem(422, "too_long", f"A note may have {LONGEST_NOTE} characters, a key {LONGEST_KEY}.")
    if kind == ActionKind.NOTE and not note.strip():
        raise Problem(422, "empty_note", "Write something into the note.")


def _same(known: Action, lead: Lead, kind: str) -> Action:
    """Return the action that this key already made."""
    if known.lead_id != lead.pk or known.kind != kind:
        raise Problem(422, "key_reused", "This key was used for another action.")
    return known


def _record(lead: Lead, held: Claim, actor: User, kind: str, outcome: str, words: dict[str, str]) -> Action:
    """Write the action, its effect on the clocks, and the one event (note and recording stay out of it)."""
    now = clocks.moment()
    known = policy.outcome(in_force(), kind, outcome)
    talked = bool(known and known.is_conversation)
    action = Action.objects.create(
        lead=lead,
        claim=held,
        actor=actor,
        kind=kind,
        outcome=outcome,
        is_conversation=talked,
        at=now,
        **words,
    )
    effect = Effect() if kind == ActionKind.NOTE else _settle(lead, held, talked, kind, now)
    facts = {"action": kind, "action_id": action.pk, "outcome": outcome, "met": effect.met,
             "due": spell_time(lead.due_at)}  # fmt: skip
    move(lead, "action", actor=actor, at=now, facts=facts, **effect.changes)
    return action


def _settle(lead: Lead, held: Claim, talked: bool, kind: str, now: datetime) -> Effect:
    """Meet the clocks that this attempt answers; start the one that follows."""
    effect = Effect()
    _answer_first_action(lead, held, now, effect)
    if lead.first_action_at is None:
        effect.changes["first_action_at"] = now
    if talked:
        effect.met += ["contact"] if clocks.meet(clocks.running(lead, ClockKind.CONTACT), now) else []
        if lead.conversation_at is None:
            effect.changes["conversation_at"] = now
    if kind == ActionKind.MEETING:
        effect.met += ["meeting"] if clocks.meet(clocks.running(lead, ClockKind.MEETING), now) else []
    _restart_follow_up(lead, held, now)
    effect.changes |= clocks.shown(lead)
    return effect


def _answer_first_action(lead: Lead, held: Claim, now: datetime, effect: Effect) -> None:
    """Meet the first-action clock, or note that what was missed has been done after all.

    A clock that is overdue but did not fire yet becomes a breach here: late is late.
    """
    first = clocks.running(lead, ClockKind.FIRST_ACTION).first()
    if first and clocks.meet(clocks.running(lead, ClockKind.FIRST_ACTION), now):
        effect.met.append("first_action")
    elif first:
        first.lead = lead
        breaches.record([(first, held)], now, acted_at=now)
    if clocks.cancel(clocks.running(lead, ClockKind.ESCALATION), now):
        missed = Breach.objects.filter(lead=lead, clock__kind=ClockKind.FIRST_ACTION, acted_at__isnull=True)
        missed.update(acted_at=now)


def _restart_follow_up(lead: Lead, held: Claim, now: datetime) -> None:
    """Count the silence from this action, unless a conversation or a meeting is still owed."""
    clocks.meet(clocks.running(lead, ClockKind.FOLLOW_UP), now)
    if clocks.running(lead, *clocks.OF_A_CLAIM).exists():
        return
    playbook = in_force()
    clock: Clock = clocks.clock_of(lead, policy.follow_up(playbook, now), playbook.version, claim=held)
    clocks.start([clock], now)
