"""What became of a lead: accepted, rejected, SQL, won, lost, disqualified, reopened."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from handoff import claims, spells
from handoff.effort import Effort
from handoff.handback import Return, give_back
from handoff.models import Claim, ClaimEnd, Clock, ClockKind, ClockState
from handoff.nurturing import nurture
from handoff.taking import merged
from handoff.timing import clocks
from handoff.timing.agreement import facts_of, in_force, spell_time
from leadboard.capture.duplicates import merging, suspicions
from leadboard.capture.duplicates.models import Why
from leadboard.http.problems import Problem
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead
from leadboard.leads.stages import OVER, Desk, Stage, may_move
from leadboard.people.models import User
from leadboard.people.rights import may
from leadboard.playbook import policy

# A meeting that nobody logged is an incident after this long.
MEETING_GRACE = timedelta(hours=24)
STAGE_OF = {"won": Stage.WON, "lost": Stage.LOST, "disqualified": Stage.DISQUALIFIED}


@dataclass(frozen=True)
class MeetingDue:
    """A policy-like deadline: asked for when the meeting is over, an incident a day later."""

    anchor: datetime
    warn_at: datetime
    due_at: datetime
    kind: str = ClockKind.MEETING
    rule: str = "stages.sql"


def accept(lead_id: int, rep: User) -> Lead:
    """The rep takes the lead as sales-accepted (SAL); repeated, nothing changes."""
    with transaction.atomic():
        lead, _ = claims.own(lead_id, rep)
        if lead.stage in (Stage.SAL, Stage.SQL):
            return lead
        playbook = in_force()
        _refuse_incomplete("sal", policy.missing_for(playbook, "sal", facts_of(lead, accepted=True)))
        facts = {"stage": str(Stage.SAL), "from_stage": lead.stage}
        move(lead, "accepted", actor=rep, facts=facts, playbook_version=playbook.version, stage=Stage.SAL)
        return lead


def reject(lead_id: int, rep: User, code: str, note: str = "", *, duplicate_of: Lead | None = None) -> Lead:
    """The rep refuses the lead for a coded reason, which says where it goes: nurture, or closed.

    A duplicate is closed; `duplicate_of` names the lead that stays: both tell it.
    """
    playbook = in_force()
    reason = policy.rejection(playbook, code)
    if reason is None:
        raise claims.unknown_code(code, {one.code: one.words for one in policy.rejections(playbook)})
    with transaction.atomic():
        if duplicate_of is not None:
            duplicate_of = merging.lock_both(lead_id, duplicate_of.pk)[1]
        lead, held = claims.own(lead_id, rep)
        now = clocks.moment()
        effort = spells.end_all([held], ClaimEnd.REJECTED, now, reason=code, note=note)[held.pk]
        if reason.leads_to == "nurture":
            back = Return(lead, held, code, effort=effort, by=rep, event="rejected", track=reason.track)
            give_back([back], now)
        else:
            facts = {"reason": code, "rule": reason.rule, "rep": rep.pk, **effort.facts()}
            facts |= {"duplicate_of": duplicate_of.pk} if duplicate_of else {}
            _close(lead, "rejected", Stage.DISQUALIFIED, rep, now, facts)
        if duplicate_of is not None and duplicate_of.pk != lead.pk:
            suspicions.note(lead, duplicate_of, Why.REJECTED, rep)
        return lead


def to_sql(
    lead_id: int, rep: User, *, problem: str, authority: str, next_step: str, next_step_at: datetime | None
) -> Lead:
    """The lead becomes SQL when its contract is whole: a problem, who decides, a scheduled next step.

    What is missing is listed in a 422. The next step is timed by the meeting clock.
    """
    playbook = in_force()
    known = {"problem": problem.strip(), "authority": authority.strip(), "next_step": next_step.strip()}
    with transaction.atomic():
        lead, held = claims.own(lead_id, rep)
        now = clocks.moment()
        missing = policy.missing_for(playbook, "sql", facts_of(lead, accepted=True, **known))
        if next_step_at is None or next_step_at <= now:
            missing.append(policy.Missing("next_step_at", "a next step that lies ahead"))
        _refuse_incomplete("sql", missing)
        assert next_step_at is not None
        if lead.stage == Stage.SQL:
            raise Problem(409, "already_sql", "This lead is an SQL already.")
        _time_next_step(lead, held, now, next_step_at, playbook.version)
        extra = (lead.extra or {}) | known | {"next_step_at": spell_time(next_step_at)}
        facts = {"stage": str(Stage.SQL), "from_stage": lead.stage, "due": spell_time(next_step_at)}
        move(lead, "sql_reached", actor=rep, at=now, facts=facts, playbook_version=playbook.version,
             stage=Stage.SQL, extra=extra, **clocks.shown(lead))  # fmt: skip
        return lead


def _time_next_step(lead: Lead, held: Claim, now: datetime, at: datetime, version: int) -> None:
    """The meeting clock takes over from the silence that was counted."""
    clocks.cancel(clocks.running(lead, ClockKind.FOLLOW_UP, ClockKind.MEETING), now)
    deadline = MeetingDue(anchor=now, warn_at=at, due_at=at + MEETING_GRACE)
    clocks.start([clocks.clock_of(lead, deadline, version, claim=held)], now)


def _refuse_incomplete(stage: str, missing: list[policy.Missing]) -> None:
    """Raise a 422 that lists what the contract of a stage still asks for."""
    if missing:
        words = "; ".join(one.words for one in missing)
        listed = [{"field": one.field, "words": one.words} for one in missing]
        raise Problem(422, "contract", f"Not {stage.upper()} yet. Missing: {words}.", missing=listed)


def won(lead_id: int, by: User, *, at: datetime | None = None) -> Lead:
    """The lead became a customer."""
    return record(lead_id, by, "won", at=at)


def lost(lead_id: int, by: User, code: str = "", note: str = "", *, at: datetime | None = None) -> Lead:
    """The deal was lost; `code` says why, in a word of the firm."""
    return record(lead_id, by, "lost", code=code, note=note, at=at)


def disqualify(lead_id: int, by: User, code: str, note: str = "") -> Lead:
    """The lead is not for us, for one of the playbook's rejection reasons; sales may still claim it."""
    playbook = in_force()
    if policy.rejection(playbook, code) is None:
        raise claims.unknown_code(code, {one.code: one.words for one in policy.rejections(playbook)})
    return record(lead_id, by, "disqualified", code=code, note=note)


def record(
    lead_id: int, by: User, outcome: str, *, code: str = "", note: str = "", at: datetime | None = None
) -> Lead:
    """Close a lead as won, lost or disqualified; also one that nobody holds (an import, a CRM).

    A rep closes own and unclaimed leads, a manager any. Repeating the same outcome changes nothing;
    `at` in the future is refused.
    """
    if outcome not in STAGE_OF:
        raise Problem(422, "unknown_outcome", f"Use one of: {', '.join(STAGE_OF)}.", outcomes=list(STAGE_OF))
    if not may(by, "record_outcome"):
        raise Problem(403, "not_allowed", "Only sales records how a lead ended.")
    with transaction.atomic():
        lead = spells.lock(lead_id)
        if lead.merged_into_id:
            raise merged(lead)
        if lead.stage == STAGE_OF[outcome]:
            return lead
        if not may_move(lead.stage, STAGE_OF[outcome]):
            now_it_is = lead.get_stage_display().lower()
            words = f"A {now_it_is} lead can not become {outcome}. Reopen or claim it first."
            raise Problem(422, "wrong_stage", words)
        held = spells.open_claim(lead)
        if held and held.rep_id != by.pk and not may(by, "assign"):
            raise Problem(
                409, "not_yours", f"{held.rep} has this lead.", winner=held.rep.name, winner_id=held.rep_id
            )
        now = clocks.moment()
        if at is not None and at > now:
            raise Problem(422, "in_the_future", "An outcome can not lie in the future.")
        effort = (
            spells.end_all([held], ClaimEnd.CLOSED, now, reason=code or outcome, note=note) if held else {}
        )
        facts = {"reason": code, **(effort[held.pk] if held else Effort()).facts()}
        _close(lead, outcome, STAGE_OF[outcome], by, now, facts, at=at)
        return lead


def _close(
    lead: Lead,
    event: str,
    stage: Stage,
    by: User,
    now: datetime,
    facts: dict[str, Any],
    at: datetime | None = None,
) -> None:
    """Nothing is owed or sent any more; the lead lies closed."""
    sales = [kind for kind in ClockKind.values if kind != ClockKind.NURTURE]
    clocks.cancel(Clock.objects.filter(lead=lead, kind__in=sales, state=ClockState.RUNNING), now)
    nurture.stop(lead, str(stage))
    facts |= {"stage": str(stage), "desk": str(Desk.CLOSED), "owner": None, "from_stage": lead.stage}
    changes = spells.without_owner(lead, Desk.CLOSED, stage, closed_at=at or now, **clocks.NOTHING_DUE)
    move(lead, event, actor=by, at=at or now, facts=facts, **changes)


def reopen(lead_id: int, manager: User) -> Lead:
    """A manager brings a closed lead back: to the manager's marketing colleagues, who send it on."""
    if not may(manager, "reopen"):
        raise Problem(403, "not_allowed", "Only a manager reopens leads.")
    with transaction.atomic():
        lead = spells.lock(lead_id)
        if lead.merged_into_id:
            raise merged(lead)
        if lead.stage not in OVER:
            raise Problem(409, "not_closed", "This lead is open already.")
        if lead.do_not_contact:
            raise Problem(422, "do_not_contact", "This person asked not to be contacted.")
        stage = Stage.RAW if lead.stage == Stage.DISQUALIFIED else Stage.MQL
        facts = {"stage": str(stage), "from_stage": lead.stage, "desk": str(Desk.NURTURE)}
        move(lead, "reopened", actor=manager, facts=facts, stage=stage, desk=Desk.NURTURE, closed_at=None)
        nurture.resume_or_begin(lead, why="reopened")
        return lead
