"""A desk on which nobody engages with a lead for the set time passes it on (`time_outs` of the playbook).

Engaged is who writes, comes back or acts: the prospect or one of us. Letters that a track sends are not.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from handoff import spells
from handoff.handback import Return, give_back
from handoff.models import Clock, ClockKind, ClockState
from handoff.nurturing import nurture
from handoff.timing import clocks
from handoff.timing.agreement import in_force
from leadboard.leads import lifecycle
from leadboard.leads.events import KINDS, MACHINE
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk, Stage
from leadboard.playbook import policy
from leadboard.playbook.policy import TimeOut

AT_ONCE = 200
ENGAGED = [kind for kind, said in KINDS.items() if said.by != MACHINE]


def pass_on() -> int:
    """Pass on what lies on its desk for too long, AT_ONCE leads a desk at most; return how many."""
    playbook, now = in_force(), clocks.moment()
    passed = 0
    for desk in playbook.time_outs:
        rule = policy.time_out(playbook, desk)
        if rule is not None:
            waiting = list(_silent(desk, rule, now).values_list("pk", flat=True)[:AT_ONCE])
            passed += sum(_pass_one(pk, desk, rule, now) for pk in waiting)
    return passed


def _silent(desk: str, rule: TimeOut, now: datetime) -> QuerySet[Lead]:
    """Return the leads that nobody holds, on this desk for longer than the rule says, with nobody engaged.

    What a person left for a review stays until then, unless it is to be closed for good.
    """
    since = now - rule.after
    parked = Clock.objects.filter(lead=OuterRef("pk"), kind=ClockKind.PARKED, state=ClockState.RUNNING)
    moved_or_engaged = Q(kind__in=ENGAGED) | Q(facts__has_key="desk")
    later = LeadEvent.objects.filter(moved_or_engaged, lead=OuterRef("pk"), at__gt=since)
    untouched = Q(last_touch_at__isnull=True) | Q(last_touch_at__lte=since)
    lying = Lead.objects.filter(untouched, desk=desk, owner__isnull=True, created_at__lte=since)
    silent = lying.filter(~Exists(later), erased_at__isnull=True).order_by("pk")
    return silent if rule.to == Desk.CLOSED else silent.filter(~Exists(parked))


def _pass_one(pk: int, desk: str, rule: TimeOut, now: datetime) -> bool:
    """Pass one lead on, unless somebody engaged meanwhile."""
    with transaction.atomic():
        lead = lifecycle.lock(pk)
        if lead is None or not _silent(desk, rule, now).filter(pk=pk).exists():
            return False
        if rule.to == Desk.CLOSED:
            _close(lead, rule, now)
        else:
            track = nurture.long_term_track(in_force()) if rule.to == Desk.LONG_NURTURE else None
            give_back([Return(lead, None, "timed_out", desk=rule.to, event="timed_out", track=track)], now)
    return True


def _close(lead: Lead, rule: TimeOut, now: datetime) -> None:
    """Nothing is owed any more; sales may still claim the lead."""
    nurture.stop(lead, "timed_out")
    clocks.cancel(clocks.running(lead), now)
    facts = {
        "reason": "timed_out", "rule": rule.rule, "owner": None,
        "desk": str(Desk.CLOSED), "stage": str(Stage.DISQUALIFIED),
    }  # fmt: skip
    changes = spells.without_owner(lead, Desk.CLOSED, Stage.DISQUALIFIED, closed_at=now, **clocks.NOTHING_DUE)
    lifecycle.move(lead, "timed_out", facts=facts, playbook_version=in_force().version, **changes)
