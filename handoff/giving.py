"""A lead that the playbook gives to a rep: to who is free and fits, once those at the board had their turn.

What waits is a row of its own, looked at again every few seconds; on the board anybody may still claim it.
Leads for pre-sales go to people of a pre-sales team, and to sales when none of them is free.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from handoff import spells
from handoff.assign import Candidate, Roster, roster_for
from handoff.models import AwaitedRep, ClaimStart
from handoff.timing import clocks
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk
from leadboard.notify.alerts import alert_all
from leadboard.notify.models import Alert

WAITING_AT_ONCE = 100
WORDS = "This lead was given to you. Call now."


def give_after(routed: Sequence[LeadEvent]) -> None:
    """Give leads on the board (their rows locked) to suitable reps of their routes' tiers. A lead waits when
    nobody is free for it, or while its `assign_after` seconds are not over.
    """
    waiting = [_awaited(event) for event in routed]
    at_once = [one for one, event in zip(waiting, routed, strict=True) if not event.facts.get("assign_after")]
    if at_once:
        now = routed[0].recorded_at
        _give(at_once, roster_for([one.lead for one in at_once], now))
    AwaitedRep.objects.bulk_create(
        [one for one in waiting if one.lead.owner_id is None],
        update_conflicts=True, unique_fields=["lead"], update_fields=["tier", "rule"],
    )  # fmt: skip


def _awaited(event: LeadEvent) -> AwaitedRep:
    """Return the unsaved row of a lead that waits for a rep from when it may be given to one."""
    route: dict[str, Any] = event.facts
    after = timedelta(seconds=route.get("assign_after") or 0)
    return AwaitedRep(
        lead=event.lead, tier=route.get("tier") or "sales", rule=route.get("rule", ""),
        since=event.recorded_at + after,
    )  # fmt: skip


def retry() -> int:
    """Give leads whose time has come to whoever is free now, the longest waiting first; return how many
    found somebody.

    A lead that was claimed or left the board meanwhile waits no more.
    """
    with transaction.atomic():
        held = Lead.objects.filter(desk=Desk.BOARD, owner=None, do_not_contact=False, erased_at=None)
        locked = list(
            held.filter(awaitedrep__since__lte=Now())
            .order_by("awaitedrep__since", "pk")
            .select_for_update(of=("self",), skip_locked=True)[:WAITING_AT_ONCE]
        )
        AwaitedRep.objects.exclude(lead__in=held).delete()
        rows = {row.lead_id: row for row in AwaitedRep.objects.filter(lead__in=locked)}
        waiting = []
        for lead in locked:
            rows[lead.pk].lead = lead
            waiting.append(rows[lead.pk])
        if not waiting:
            return 0
        return _give(waiting, roster_for(locked, clocks.moment()))


def _give(waiting: list[AwaitedRep], roster: Roster) -> int:
    chosen = [
        _beginning(one, candidate) for one in waiting if (candidate := roster.next_for(one.lead, one.tier))
    ]
    if not chosen:
        return 0
    AwaitedRep.objects.filter(lead__in=[one.lead for one in chosen]).delete()
    spells.begin_all("assigned", chosen, clocks.moment())
    alert_all([
        Alert(person=one.rep, lead=one.lead, kind="assigned", words=WORDS, due_at=one.lead.due_at)
        for one in chosen
    ])  # fmt: skip
    return len(chosen)


def _beginning(one: AwaitedRep, candidate: Candidate) -> spells.Beginning:
    """Return what begins; to be asked before the candidate is given more."""
    facts = {"reason": candidate.why, "tier": one.tier, "route_rule": one.rule}
    return spells.Beginning(one.lead, candidate.rep, ClaimStart.ASSIGNED, facts=facts)
