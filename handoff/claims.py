"""Who gets a lead, and how they give it back: claim, assign, undo, release, hand back.

Each act is one transaction; a refusal is a Problem that says what is so and what to do next.
"""

from datetime import datetime, timedelta

from django.db import transaction

from handoff import spells
from handoff.assign import check_capacity
from handoff.handback import Return, give_back
from handoff.models import Claim, ClaimEnd, ClaimStart, ClockKind
from handoff.taking import do_not_contact, refuse_unless_sales, take
from handoff.timing import clocks
from handoff.timing.agreement import in_force
from leadboard.http.problems import Problem
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage
from leadboard.notify.alerts import alert
from leadboard.people.models import User
from leadboard.people.rights import may
from leadboard.playbook import policy

UNDO_WITHIN = timedelta(minutes=2)


def claim(lead_id: int, rep: User, *, how: str = ClaimStart.CLAIMED, by: User | None = None) -> Claim:
    """Give the lead to `rep`; exactly one of many who try at once gets it.

    Claiming one's own lead again returns the open claim, so a claim whose answer was lost can be
    repeated. Whoever is late gets a 409 that names the winner (`winner`, `winner_id`, `claimed_at`).
    The first-action clock goes on: a claim is no action yet.
    """
    return take(lead_id, rep, how=how, by=by)[0]


def assign(lead_id: int, rep: User, by: User) -> Claim:
    """Give the lead to `rep` on a manager's word, also when somebody else has it; the rep is told."""
    if not may(by, "assign"):
        raise Problem(403, "not_allowed", "Only a manager assigns leads.")
    with transaction.atomic():
        lead = spells.lock(lead_id)
        held = spells.open_claim(lead)
        if held and held.rep_id != rep.pk:
            now = clocks.moment()
            spells.end_all([held], ClaimEnd.REASSIGNED, now, reason="reassigned")
            lead.desk = held.from_desk
            given, is_new = _hand_over(lead, rep, by, held, now), True
        else:
            given, is_new = take(lead_id, rep, how=ClaimStart.ASSIGNED, by=by)
        if is_new and rep.pk != by.pk:
            lead.refresh_from_db(fields=["due_at"])
            alert(rep, lead, "assigned", f"{by.name} gave you this lead. Call now.", due_at=lead.due_at)
        return given


def _hand_over(lead: Lead, rep: User, by: User, held: Claim, now: datetime) -> Claim:
    """Give a lead from one rep to another without a moment in between."""
    refuse_unless_sales(rep)
    if lead.do_not_contact:
        raise do_not_contact()
    check_capacity(rep, now)
    how = spells.Beginning(lead, rep, ClaimStart.ASSIGNED, by=by, facts={"from_rep": held.rep_id})
    return spells.begin_all("assigned", [how], now)[0]


def undo(lead_id: int, rep: User) -> Lead:
    """Take back one's own claim within two minutes and before any action; it leaves no penalty."""
    with transaction.atomic():
        lead, held = own(lead_id, rep)
        now = clocks.moment()
        if held.how != ClaimStart.CLAIMED or now - held.started_at > UNDO_WITHIN or held.actions.exists():
            raise Problem(422, "too_late", "This claim can not be undone any more. Release the lead instead.")
        spells.end_all([held], ClaimEnd.UNDONE, now, reason="undone")
        if held.from_desk in (Desk.NURTURE, Desk.LONG_NURTURE):
            give_back([Return(lead, held, "undone", desk=held.from_desk, by=rep, event="released")], now)
            return lead
        stage = Stage.DISQUALIFIED if held.from_desk == Desk.CLOSED else lead.stage
        closed_at = now if held.from_desk == Desk.CLOSED else None
        _put_down(lead, rep, held, "undone", now, desk=held.from_desk, stage=stage, closed_at=closed_at)
        return lead


def release(lead_id: int, rep: User, reason: str = "", note: str = "") -> Lead:
    """Give one's lead up. While its first action is still owed it goes back to the board, clock running;
    otherwise to marketing, with what was tried."""
    with transaction.atomic():
        lead, held = own(lead_id, rep)
        reason = reason or "released"
        now = clocks.moment()
        owed = clocks.running(lead, ClockKind.FIRST_ACTION, ClockKind.ESCALATION).exists()
        spells.end_all([held], ClaimEnd.RELEASED, now, reason=reason, note=note)
        if owed:
            _put_down(lead, rep, held, reason, now, desk=Desk.BOARD, stage=lead.stage)
        else:
            give_back([Return(lead, held, reason, by=rep, event="released")], now)
        return lead


def hand_back(lead_id: int, by: User, code: str, note: str = "") -> Lead:
    """Give a lead back to marketing with a coded reason and the attempts made (its rep, or a manager)."""
    codes = policy.hand_back_reasons(in_force(), for_people=True)
    if code not in codes:
        raise unknown_code(code, codes)
    with transaction.atomic():
        lead, held = held_by(lead_id, by)
        now = clocks.moment()
        effort = spells.end_all([held], ClaimEnd.HANDED_BACK, now, reason=code, note=note)
        give_back([Return(lead, held, code, effort=effort[held.pk], by=by)], now)
        return lead


def own(lead_id: int, rep: User) -> tuple[Lead, Claim]:
    """Return (lead, claim), locked, when `rep` has it; else a 409 that says who does."""
    lead = spells.lock(lead_id)
    held = spells.open_claim(lead)
    if held is None:
        raise Problem(409, "not_claimed", "Nobody has this lead. Claim it first.")
    if held.rep_id != rep.pk:
        raise Problem(
            409, "not_yours", f"{held.rep} has this lead.", winner=held.rep.name, winner_id=held.rep_id
        )
    return lead, held


def held_by(lead_id: int, person: User) -> tuple[Lead, Claim]:
    """Like `own`, but managers may act on a lead that somebody else has."""
    lead = spells.lock(lead_id)
    held = spells.open_claim(lead)
    if held and may(person, "assign"):
        return lead, held
    return own(lead_id, person)


def unknown_code(code: str, known: dict[str, str]) -> Problem:
    """Return the refusal of a reason that the playbook does not have; it lists those it has."""
    listed = ", ".join(known)
    return Problem(
        422, "unknown_reason", f"There is no reason {code[:40]!r}. Use one of: {listed}.", reasons=known
    )


def _put_down(
    lead: Lead, rep: User, held: Claim, reason: str, now: datetime, *, desk: str, stage: str, **more
) -> None:
    """Move a lead to a desk where nobody has it; its clocks go on as they are."""
    facts = {"rep": held.rep_id, "owner": None, "desk": str(desk), "stage": str(stage), "reason": reason,
             "attempts": held.attempts}  # fmt: skip
    changes = spells.without_owner(lead, desk, stage, **clocks.shown(lead), **more)
    move(lead, "released", actor=rep, at=now, facts=facts, expect={"owner": held.rep_id}, **changes)
