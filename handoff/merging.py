"""What merging and junk mean for the handoff: what ends on a lead that goes, what goes on in the one that
stays, and what begins again when it is undone. Time stands still for a lead while it is merged.
"""

from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from handoff import spells
from handoff.mailing import suppression
from handoff.models import ClaimEnd, ClaimStart, Clock, ClockKind, Enrolment, EnrolmentState
from handoff.nurturing import nurture
from handoff.timing import clocks, sla
from handoff.timing.agreement import spell_time
from leadboard.capture.duplicates.models import Merge
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk
from leadboard.notify.alerts import alert
from leadboard.people.models import User
from leadboard.people.rights import may

TIMES = ("anchored_at", "warn_at", "due_at")
AWAY = (Desk.NURTURE, Desk.LONG_NURTURE)


def leave(lead: Lead, event: LeadEvent) -> None:
    """React to `merged` and `junked`: the lead is nobody's any more, and nothing is owed or sent."""
    row = Merge.objects.filter(pk=event.facts.get("merge")).select_related("kept_lead__owner").first()
    ended = _end_all(lead, event.kind)
    if row is not None:
        row.kept["gone"] |= ended
        row.save(update_fields=["kept"])
        _tell_loser(row, ended)


def take_over(lead: Lead, event: LeadEvent) -> None:
    """React to `absorbed`: whoever objected is not contacted; an earlier first action stays due."""
    row = Merge.objects.get(pk=event.facts["merge"])
    if lead.do_not_contact or suppression.is_suppressed(lead.email):
        if lead.desk != Desk.CLOSED:
            row.kept["stayed"] = _end_all(lead, "merged")
            row.save(update_fields=["kept"])
            suppression.mark_suppressed(lead, event)
        return
    _keep_promise(lead, row)
    if lead.owner is not None:
        alert(lead.owner, lead, "merged", "A lead of the same person went into yours. Read what they wrote.")


def come_back(lead: Lead, event: LeadEvent) -> None:
    """React to `unmerged`, on either lead: claim, clocks and track begin again where they stopped."""
    row = Merge.objects.get(pk=event.facts["merge"])
    ended = row.kept.get(event.facts["part"], {})
    if ended.get("own") and lead.owner_id is None and lead.desk == Desk.BOARD:
        _own_promise_again(lead, ended["own"])
    if "desk" not in event.facts or lead.do_not_contact or lead.desk in (Desk.CLOSED, Desk.QUARANTINE):
        return
    now = clocks.moment()
    gap = now - row.at
    rep = User.objects.filter(pk=ended.get("rep")).first()
    if rep is not None and may(rep, "claim") and lead.owner_id is None:
        claim = spells.begin_all(
            "assigned", [spells.Beginning(lead, rep, ClaimStart.OVERRIDE, by=event.actor)], now
        )[0]
    else:
        claim = None
    owed = [one for one in ended.get("clocks", []) if claim or one["kind"] not in clocks.OF_A_CLAIM]
    if lead.desk in AWAY:
        _back_in_track(lead, ended)
        owed = []
    if any(one["kind"] in clocks.OF_A_CLAIM for one in owed):
        clocks.cancel(clocks.running(lead, *clocks.OF_A_CLAIM), now)
    for one in owed:
        clocks.cancel(clocks.running(lead, one["kind"]), now)
    clocks.start([_again(lead, one, gap, claim) for one in owed], now)
    if lead.desk == Desk.BOARD and not sla.is_owed(lead):
        sla.begin(lead, event)
    elif lead.desk not in AWAY:
        move(
            lead, "clock_started", facts={"clock": lead.due_kind, "reason": "unmerged"}, **clocks.shown(lead)
        )


def _end_all(lead: Lead, why: str) -> dict[str, Any]:
    """End claim, clocks and track of a lead; return what they were, by ids, codes and times."""
    now = clocks.moment()
    held, enrolment = spells.open_claim(lead), nurture.open_enrolment(lead)
    running = list(clocks.running(lead).exclude(kind=ClockKind.NURTURE))
    nurture.stop(lead, why)
    spells.end_all([held] if held else [], ClaimEnd.CLOSED, now, reason=why)
    clocks.cancel(clocks.running(lead), now)
    return {
        "rep": held.rep_id if held else None,
        "claim": held.pk if held else None,
        "enrolment": enrolment.pk if enrolment else None,
        "active": bool(enrolment and enrolment.state == EnrolmentState.ACTIVE),
        "clocks": [_told(clock) for clock in running],
    }


def _told(clock: Clock) -> dict[str, Any]:
    times = {name: spell_time(getattr(clock, name)) for name in TIMES}
    return times | {
        "kind": clock.kind, "level": clock.level, "rule": clock.rule, "version": clock.playbook_version,
    }  # fmt: skip


def _again(lead: Lead, told: dict[str, Any], gap: Any, claim: Any = None) -> Clock:
    """Return a clock as it was, moved by the time that the lead was away."""
    times = {name: parse_datetime(told[name]) for name in TIMES if told[name]}
    moved: dict[str, datetime] = {name: at + gap for name, at in times.items() if at}
    return Clock(
        lead=lead, kind=told["kind"], level=told["level"], rule=told["rule"],
        playbook_version=told["version"], claim=claim if told["kind"] in clocks.OF_A_CLAIM else None, **moved,
    )  # fmt: skip


def _keep_promise(lead: Lead, row: Merge) -> None:
    """What was promised to the lead that went is promised still: merging lengthens no first response, and
    brings whoever wrote back from nurture.
    """
    told = next((one for one in row.kept["gone"]["clocks"] if one["kind"] == ClockKind.FIRST_ACTION), None)
    mine = clocks.running(lead, ClockKind.FIRST_ACTION).first()
    if told is None or lead.desk == Desk.CLOSED:
        return
    promised = _again(lead, told, row.at - row.at)
    is_owed = mine is not None or lead.desk in AWAY
    if not is_owed or (mine is not None and mine.due_at <= promised.due_at):
        return
    now = clocks.moment()
    back: dict[str, Any] = {}
    row.kept.setdefault("stayed", {})["own"] = _told(mine) if mine else None
    row.save(update_fields=["kept"])
    if lead.desk in AWAY:
        nurture.pause(lead, "merged")
        back = {"desk": Desk.BOARD}
    clocks.cancel(clocks.running(lead, ClockKind.FIRST_ACTION), now)
    clocks.start([promised], now)
    facts = {"clock": "first_action", "clock_id": promised.pk, "rule": promised.rule,
             "due": spell_time(promised.due_at), "reason": "merged"}  # fmt: skip
    facts |= {name: str(value) for name, value in back.items()}
    move(lead, "clock_started", facts=facts, **back, **clocks.mirror(promised))


def _own_promise_again(lead: Lead, told: dict[str, Any]) -> None:
    """The earlier first action was the other lead's: this one owes its own again, if it still owes it."""
    now = clocks.moment()
    if clocks.cancel(clocks.running(lead, ClockKind.FIRST_ACTION), now):
        own = clocks.start([_again(lead, told, now - now)], now)[0]
        facts = {"clock": "first_action", "clock_id": own.pk, "due": spell_time(own.due_at)}
        move(lead, "clock_started", facts=facts | {"reason": "unmerged"}, **clocks.mirror(own))


def _back_in_track(lead: Lead, ended: dict[str, Any]) -> None:
    """The track goes on at its next step; what owed a first action because of the merge owes nothing."""
    clocks.cancel(clocks.running(lead, ClockKind.FIRST_ACTION, ClockKind.ESCALATION), clocks.moment())
    enrolment = Enrolment.objects.filter(pk=ended.get("enrolment") or 0, state=EnrolmentState.STOPPED).first()
    if enrolment is not None and nurture.open_enrolment(lead) is None:
        nurture.revive(lead, enrolment)
    else:
        nurture.resume_or_begin(lead, why="unmerged")
    move(lead, "clock_cancelled", facts={"clock": "first_action", "reason": "unmerged"}, **clocks.NOTHING_DUE)


def _tell_loser(row: Merge, ended: dict[str, Any]) -> None:
    """Who loses a lead by a merge hears it, with a link to where it goes on."""
    rep = User.objects.filter(pk=ended["rep"], is_active=True).first()
    if rep is not None and rep.pk != row.kept_lead.owner_id:
        holder = row.kept_lead.owner
        words = (
            f"Your lead was merged into one of the same person{f', held by {holder.name}' if holder else ''}."
        )
        alert(rep, row.kept_lead, "merged_away", words)
