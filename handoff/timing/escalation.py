"""What follows a missed first action, rung by rung: next responder, manager and inbound team, hand-back.

Each rung is one Escalation row and one event; the next one is a clock of its own. A lead never goes
back to a rep who already missed it. When nobody is free it stays on the board, and `retry_held` gives
it to whoever is free first.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from handoff import spells
from handoff.assign import Candidate, Roster, roster_for
from handoff.handback import Return, give_back
from handoff.models import Breach, Claim, ClaimEnd, ClaimStart, Clock, ClockKind, ClockState, Escalation
from handoff.timing import clocks
from handoff.timing.agreement import in_force
from leadboard.leads.batch import Move, move_all
from leadboard.leads.inserts import insert_all
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.notify.alerts import alert_all
from leadboard.notify.models import Alert
from leadboard.people.models import Role, User
from leadboard.playbook import policy

HELD_AT_ONCE = 100


@dataclass
class Rung:
    """One lead at one level of the ladder; `claim` is the open one, `missed` the clock that was missed."""

    lead: Lead
    breach: Breach
    missed: Clock
    level: int
    claim: Claim | None


def climb(rungs: list[Rung], now: datetime) -> None:
    """Take one rung for each lead (rows locked), write it down, and start the clock of the next one."""
    if not rungs:
        return
    playbook = in_force()
    by_kind = defaultdict(list)
    for rung in rungs:
        step = policy.escalation(playbook, rung.level)
        by_kind[step.kind if step else "hand_back"].append(rung)
    steps = [
        *_reassign(by_kind["reassign"], now),
        *_alert_managers(by_kind["manager"], now),
        *_hand_back(by_kind["hand_back"], now),
    ]
    insert_all(steps)
    for level in {rung.level for rung in rungs}:
        Breach.objects.filter(pk__in=[rung.breach.pk for rung in rungs if rung.level == level]).update(
            step=level
        )
    _start_next([rung for rung in rungs if rung not in by_kind["hand_back"]], now)


def rungs_of(due: Iterable[Clock], held: dict[int, Claim]) -> list[Rung]:
    """Return the rungs that these escalation clocks stand for."""
    due = list(due)
    breaches: dict[int, Breach] = {}
    leads = [clock.lead_id for clock in due]
    missed = Breach.objects.select_related("clock").filter(lead__in=leads, clock__kind=ClockKind.FIRST_ACTION)
    for breach in missed.order_by("pk"):
        breaches[breach.lead_id] = breach
    return [
        Rung(
            clock.lead,
            breaches[clock.lead_id],
            breaches[clock.lead_id].clock,
            clock.level,
            held.get(clock.lead_id),
        )
        for clock in due
    ]


def _reassign(rungs: list[Rung], now: datetime) -> list[Escalation]:
    """Take the leads from who missed them and give each to the next suitable rep, if there is one."""
    if not rungs:
        return []
    spells.end_all([rung.claim for rung in rungs if rung.claim], ClaimEnd.EXPIRED, now, reason="sla_missed")
    roster = roster_for([rung.lead for rung in rungs], now)
    turns = {rung.lead.pk: roster.next_for(rung.lead) for rung in rungs}
    chosen = {pk: candidate for pk, candidate in turns.items() if candidate}
    found = [rung for rung in rungs if rung.lead.pk in chosen]
    spells.begin_all("rerouted", [_offer(rung, chosen[rung.lead.pk]) for rung in found], now)
    move_all("escalated", [_held_back(rung) for rung in rungs if rung.lead.pk not in chosen])
    alert_all([_your_turn(rung, chosen[rung.lead.pk].rep) for rung in found])
    return [
        Escalation(breach=rung.breach, level=rung.level, step="reassign", at=now,
                   rep=chosen[rung.lead.pk].rep if rung.lead.pk in chosen else None)
        for rung in rungs
    ]  # fmt: skip


def _offer(rung: Rung, candidate: Candidate) -> spells.Beginning:
    """Return the spell that begins for the next responder."""
    rung.lead.desk = Desk.BOARD
    facts = {"reason": candidate.why, "level": rung.level, "step": "reassign"}
    if rung.claim:
        facts["from_rep"] = rung.claim.rep_id
    due = clocks.mirror(rung.missed)
    return spells.Beginning(rung.lead, candidate.rep, ClaimStart.REROUTED, facts=facts, due=due)


def _held_back(rung: Rung) -> Move:
    """Return the move of a lead for which nobody is free: it lies open on the board and is tried again."""
    facts = {
        "level": rung.level,
        "step": "reassign",
        "rep": None,
        "nobody_free": True,
        "owner": None,
        "desk": "board",
    }
    return Move(rung.lead, facts, spells.without_owner(rung.lead, Desk.BOARD, **clocks.mirror(rung.missed)))


def _your_turn(rung: Rung, rep: User) -> Alert:
    """Return the alert to who got the lead."""
    words = "A lead was given to you because its first action was missed. Call now."
    return Alert(person=rep, lead=rung.lead, kind="rerouted", words=words, due_at=rung.missed.due_at)


def _alert_managers(rungs: list[Rung], now: datetime) -> list[Escalation]:
    """Tell the managers and the inbound team; the lead stays where it is."""
    if not rungs:
        return []
    called = list(
        User.objects.filter(Q(role=Role.MANAGER) | Q(team__inbound=True), is_active=True).order_by("pk")
    )
    words = "Nobody acted on this lead in time. Assign it, or take it."
    alert_all([
        Alert(person=person, lead=rung.lead, kind="missed", words=words, due_at=rung.missed.due_at)
        for rung in rungs
        for person in called
    ])  # fmt: skip
    facts = {"step": "manager", "alerted": [person.pk for person in called]}
    move_all("escalated", [Move(rung.lead, facts | {"level": rung.level}) for rung in rungs])
    return [Escalation(breach=rung.breach, level=rung.level, step="manager", at=now) for rung in rungs]


def _hand_back(rungs: list[Rung], now: datetime) -> list[Escalation]:
    """Give the leads back to marketing with the attempts made."""
    ended = [rung.claim for rung in rungs if rung.claim]
    effort = spells.end_all(ended, ClaimEnd.EXPIRED, now, reason="sla_missed")
    give_back([
        Return(rung.lead, rung.claim, "sla_missed", effort=effort[rung.claim.pk])
        if rung.claim else Return(rung.lead, None, "sla_missed")
        for rung in rungs
    ], now)  # fmt: skip
    return [Escalation(breach=rung.breach, level=rung.level, step="hand_back", at=now) for rung in rungs]


def _start_next(rungs: list[Rung], now: datetime) -> None:
    """Start the clock of the rung after this one, counted in the calendar of what was missed."""
    playbook = in_force()
    following = []
    for rung in rungs:
        at = policy.next_step_at(playbook, rung.missed.rule, rung.level, now)
        if at is not None:
            following.append(Clock(
                lead=rung.lead, kind=ClockKind.ESCALATION, level=rung.level + 1,
                rule=f"escalation.{rung.level}",
                playbook_version=playbook.version, anchored_at=now, due_at=at,
            ))  # fmt: skip
    clocks.start(following, now)


def retry_held() -> int:
    """Give leads for which nobody was free to whoever is free now; return how many found somebody."""
    with transaction.atomic():
        escalating = Clock.objects.filter(
            lead=OuterRef("pk"), kind=ClockKind.ESCALATION, state=ClockState.RUNNING
        )
        unanswered = Escalation.objects.filter(breach__lead=OuterRef("pk"), step="reassign", rep__isnull=True)
        waiting = Lead.objects.filter(
            Exists(escalating), Exists(unanswered), desk=Desk.BOARD, owner__isnull=True
        )
        held = waiting.filter(do_not_contact=False, erased_at__isnull=True).order_by("due_at", "pk")
        leads = list(held.select_for_update(skip_locked=True, no_key=True)[:HELD_AT_ONCE])
        if not leads:
            return 0
        now = clocks.moment()
        return _give_held(leads, roster_for(leads, now), now)


def _give_held(leads: list[Lead], roster: Roster, now: datetime) -> int:
    """Assign what can be assigned; fill in the rep of the rung that had found nobody."""
    offers, rungs = [], []
    for escalation in _unanswered(leads):
        lead = next(lead for lead in leads if lead.pk == escalation.breach.lead_id)
        candidate = roster.next_for(lead)
        if candidate:
            rung = Rung(lead, escalation.breach, escalation.breach.clock, escalation.level, None)
            offers.append(_offer(rung, candidate))
            rungs.append(rung)
            Escalation.objects.filter(pk=escalation.pk).update(rep=candidate.rep)
    if offers:
        spells.begin_all("rerouted", offers, now)
        alert_all([_your_turn(rung, offer.rep) for rung, offer in zip(rungs, offers, strict=True)])
    return len(offers)


def _unanswered(leads: list[Lead]) -> list[Escalation]:
    """Return the newest rung of each lead that found nobody."""
    rows = Escalation.objects.select_related("breach__clock").filter(breach__lead__in=leads, step="reassign")
    newest = {row.breach.lead_id: row for row in rows.order_by("pk")}
    return [row for row in newest.values() if row.rep_id is None]


def give_time(lead: Lead, now: datetime) -> None:
    """A rep who takes a lead that is already escalating gets as long as the next responder would have,
    once: nobody loses a lead in the second after they took it, and claiming again gains nothing."""
    running = clocks.running(lead, ClockKind.ESCALATION).first()
    if running is None:
        return
    missed = Clock.objects.filter(lead=lead, kind=ClockKind.FIRST_ACTION, state=ClockState.BREACHED).latest(
        "pk"
    )
    until = policy.next_step_at(in_force(), missed.rule, 1, now)
    if until is not None and running.due_at < until:
        Clock.objects.filter(pk=running.pk).update(due_at=until, fires_at=until)
