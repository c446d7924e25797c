"""How spells of ownership begin and end, one or many at a time; `claims` says who may.

Every function here wants the leads' rows locked by this transaction. Locks are taken in one order
everywhere: leads, then what belongs to them, then people; so two acts can wait but never deadlock.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from handoff.effort import Effort, measure
from handoff.models import Action, ActionKind, Claim, Clock, ClockKind, ClockState, Enrolment, EnrolmentState
from handoff.nurturing import nurture
from handoff.timing import clocks
from handoff.timing.agreement import in_force, spell_time
from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.batch import Move, move_all
from leadboard.leads.inserts import insert_all
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage
from leadboard.people.models import User
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook

SO_FAR = """
SELECT lead, statement_timestamp(),
       EXISTS (SELECT FROM handoff_claim WHERE lead_id = lead AND ended_at IS NULL),
       EXISTS (SELECT FROM handoff_claim WHERE lead_id = lead AND rep_id = rep),
       EXISTS (SELECT FROM handoff_clock WHERE lead_id = lead AND state = 'running' AND kind = 'escalation')
FROM unnest(%s::bigint[], %s::bigint[]) AS asked (lead, rep)
"""
ATTEMPTS = (
    Action.objects.filter(claim=OuterRef("pk")).exclude(kind=ActionKind.NOTE).order_by()
    .values("claim").annotate(made=Count("id")).values("made")
)  # fmt: skip


@dataclass
class Beginning:
    """One lead that one rep gets. `due` are the due_* columns when the caller knows them already."""

    lead: Lead
    rep: User
    how: str
    by: User | None = None
    facts: dict[str, Any] | None = None
    due: dict[str, Any] | None = None


def lock(lead_id: int) -> Lead:
    """Return the lead, its row locked until the end of the transaction; a Problem (404) when it is gone."""
    lead = lifecycle.lock(lead_id)
    if lead is None or lead.erased_at is not None:
        raise Problem(404, "not_found", "This lead is not here any more.")
    return lead


def lock_free(uids: Iterable[UUID]) -> list[Lead]:
    """Return the leads of these UUIDs, locked in one order; without those that are gone, and without waiting
    for those that somebody else has locked now.
    """
    locked = Lead.objects.select_related("standing").select_for_update(of=("self",), skip_locked=True)
    return list(locked.filter(uid__in=list(uids), erased_at__isnull=True).order_by("pk"))


def so_far(asked: Sequence[tuple[Lead, User]]) -> tuple[datetime, dict[int, tuple[bool, bool, bool]]]:
    """Return now and, by lead: does somebody hold it, did this rep ever have it, does it escalate. One
    question, because it stands in the way of each claim.
    """
    values: list[Any] = [[lead.pk for lead, _ in asked], [rep.pk for _, rep in asked]]
    with connection.cursor() as cursor:
        cursor.execute(SO_FAR, values)
        rows = cursor.fetchall()
    return rows[0][1], {lead: (held, had, escalates) for lead, _, held, had, escalates in rows}


def open_claim(lead: Lead) -> Claim | None:
    """Return the claim that holds the lead now."""
    return Claim.objects.select_related("rep").filter(lead=lead, ended_at__isnull=True).first()


def open_claims(leads: Iterable[Lead]) -> dict[int, Claim]:
    """Return {lead id: open claim}."""
    held = Claim.objects.select_related("rep").filter(lead__in=list(leads), ended_at__isnull=True)
    return {claim.lead_id: claim for claim in held}


def begin_all(
    event: str, beginnings: list[Beginning], now: datetime, playbook: Playbook | None = None
) -> list[Claim]:
    """Give each lead to its rep: claim, contact clock, nurture paused, one event; return the claims."""
    if not beginnings:
        return []
    playbook = playbook or in_force()
    claims = [
        Claim(lead=one.lead, rep=one.rep, how=one.how, from_desk=one.lead.desk, started_at=now)
        for one in beginnings
    ]
    insert_all(claims)
    deadline = policy.contact(playbook, now)
    contacts = [clocks.clock_of(claim.lead, deadline, playbook.version, claim=claim) for claim in claims]
    clocks.start(contacts, now)
    _pause_nurture([one.lead for one in beginnings])
    due = clocks.shown_all([one.lead for one in beginnings if one.due is None])
    moves = [
        _owning(one, contact, now, one.due or due[one.lead.pk])
        for one, contact in zip(beginnings, contacts, strict=True)
    ]
    move_all(event, moves, playbook_version=playbook.version)
    return claims


def _owning(one: Beginning, contact: Clock, now: datetime, due: dict[str, Any]) -> Move:
    """Return the move that makes the rep the owner."""
    stage = Stage.RAW if one.lead.stage == Stage.DISQUALIFIED else one.lead.stage
    facts = {
        "rep": one.rep.pk, "owner": one.rep.pk, "how": str(one.how), "desk": "sales", "stage": str(stage),
        "from_desk": one.lead.desk, "due": spell_time(contact.due_at), "rule": contact.rule,
    }  # fmt: skip
    changes = {
        "owner": one.rep, "desk": Desk.SALES, "stage": stage, "owned_at": now, "closed_at": None,
        **due,
    }  # fmt: skip
    return Move(one.lead, facts | (one.facts or {}), changes, at=now, actor=one.by)


def _pause_nurture(leads: list[Lead]) -> None:
    """Two voices never talk to one person: what nurture does waits while sales has the lead."""
    active = Enrolment.objects.filter(lead__in=leads, state=EnrolmentState.ACTIVE).values_list("lead_id")
    timers = (ClockKind.NURTURE, ClockKind.PARKED)
    waiting = Clock.objects.filter(lead__in=leads, state=ClockState.RUNNING, kind__in=timers).values_list(
        "lead_id"
    )
    at_work = {lead_id for (lead_id,) in active.union(waiting)}
    for lead in leads:
        if lead.pk in at_work:
            nurture.pause(lead, "claimed")


def end_all(
    claims: list[Claim], end: str, now: datetime, *, reason: str = "", note: str = ""
) -> dict[int, Effort]:
    """End open claims and the clocks that belong to them; return {claim id: the effort made}.

    The leads still name their owner: the caller moves them on in the same transaction.
    """
    if not claims:
        return {}
    effort = measure(claims)
    Claim.objects.filter(pk__in=[claim.pk for claim in claims]).update(
        ended_at=now, end=end, reason=reason, note=note, attempts=Coalesce(Subquery(ATTEMPTS), 0)
    )
    owed = Clock.objects.filter(claim__in=claims, kind__in=clocks.OF_A_CLAIM, state=ClockState.RUNNING)
    clocks.cancel(owed, now)
    for claim in claims:
        claim.ended_at, claim.end, claim.reason, claim.note = now, end, reason, note
        claim.attempts = effort[claim.pk].attempts
    return effort


def without_owner(lead: Lead, desk: str, stage: str | None = None, **more: Any) -> dict[str, Any]:
    """Return the columns of a lead that nobody holds any more and that now lies on `desk`."""
    return {"owner": None, "owned_at": None, "desk": desk, "stage": stage or lead.stage} | more
