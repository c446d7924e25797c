"""Put a lead on the junk desk, bring it back, or clear it away: acts of people, each one event."""

from collections.abc import Callable, Iterable

from django.db import transaction

from leadboard.capture import identity
from leadboard.capture.duplicates import suspicions
from leadboard.capture.screening.models import Junk, JunkReason
from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.people.models import User
from leadboard.people.rights import may

NOTHING_DUE = {"due_kind": "", "due_started_at": None, "due_at": None, "due_state": ""}
MOST_AT_ONCE = 200


def may_mark(lead: Lead, by: User) -> bool:
    """May this person put the lead on the junk desk: marketing any, a rep their own?"""
    is_theirs = lead.owner_id is None or lead.owner_id == by.pk or may(by, "assign")
    return (may(by, "nurture") and is_theirs) or (lead.owner_id == by.pk and may(by, "work_lead"))


def mark(lead_id: int, by: User) -> Lead:
    """Put an open lead on the junk desk: its claim, clocks and track end, and nobody sees it on the board."""
    with transaction.atomic():
        lead = _lock(lead_id)
        if not may_mark(lead, by):
            raise Problem(403, "not_allowed", "Marketing decides what is junk; a rep only about own leads.")
        if not identity.may_be_joined(lead):
            words = f"This lead is on the desk “{lead.get_desk_display()}”: only an open lead can be junk."
            raise Problem(409, "not_open", words)
        facts = {"desk": str(Desk.QUARANTINE), "from_desk": lead.desk, "owner": None, "junk": "marked"}
        changes = {"desk": Desk.QUARANTINE, "owner": None, "owned_at": None} | NOTHING_DUE
        event = lifecycle.move(lead, "junked", actor=by, facts=facts, **changes)
        row = {"reason": JunkReason.MARKED, "detail": "", "at": event.recorded_at, "by": by}
        settled = dict.fromkeys(("rescued_at", "rescued_by", "dropped_at", "dropped_by"))
        Junk.objects.update_or_create(lead=lead, defaults=row | settled)
        return lead


def rescue(lead_id: int, by: User) -> Lead:
    """Make an ordinary lead of junk: it goes to the board, and its first clock begins now."""
    if not may(by, "nurture"):
        raise Problem(403, "not_allowed", "Only marketing rescues from the junk desk.")
    with transaction.atomic():
        seen = Lead.objects.filter(pk=lead_id, erased_at=None).first()
        if seen is None:
            raise _gone()
        found = identity.look_up(identity.person_of(seen))  # first the keys, then the lead, as everywhere
        lead = _lock(lead_id)
        junk = Junk.objects.filter(lead=lead, rescued_at=None).exists()
        if not junk or lead.desk != Desk.QUARANTINE:
            raise Problem(409, "not_junk", "This lead is not on the junk desk any more.")
        back = {"dropped_at": None, "dropped_by": None}
        Junk.objects.filter(lead=lead).update(rescued_at=db_now(), rescued_by=by, **back)
        facts = {"desk": str(Desk.BOARD), "from_desk": str(Desk.QUARANTINE)}
        lifecycle.move(lead, "rescued", actor=by, facts=facts, desk=Desk.BOARD)
        if found.lead is None:
            identity.point(found, lead)
        for other in (found.lead, *found.others):
            if other is not None and other.pk != lead.pk:
                suspicions.note(lead, other, suspicions.why(other))
        return lead


def drop(lead_id: int, by: User) -> Lead:
    """Take junk off the desk: a person has looked, and it is junk. Nothing is deleted; it can be rescued."""
    if not may(by, "nurture"):
        raise Problem(403, "not_allowed", "Only marketing clears the junk desk.")
    with transaction.atomic():
        lead = _lock(lead_id)
        on_desk = Junk.objects.filter(lead=lead, rescued_at=None, dropped_at=None)
        if lead.desk != Desk.QUARANTINE or not on_desk.update(dropped_at=db_now(), dropped_by=by):
            raise Problem(409, "not_junk", "This lead is not on the junk desk any more.")
        lifecycle.move(lead, "dropped", actor=by, facts={"desk": str(Desk.QUARANTINE)})
        return lead


def rescue_all(lead_ids: Iterable[int], by: User) -> int:
    """Rescue up to 200 leads; return how many were still junk."""
    return _each(rescue, lead_ids, by)


def drop_all(lead_ids: Iterable[int], by: User) -> int:
    """Drop up to 200 leads; return how many were still on the desk."""
    return _each(drop, lead_ids, by)


def _each(act: Callable[[int, User], Lead], lead_ids: Iterable[int], by: User) -> int:
    done = 0
    for lead_id in list(lead_ids)[:MOST_AT_ONCE]:
        try:
            act(lead_id, by)
            done += 1
        except Problem as problem:
            if problem.status == 403:
                raise
    return done


def _lock(lead_id: int) -> Lead:
    lead = lifecycle.lock(lead_id)
    if lead is None or lead.erased_at is not None:
        raise _gone()
    return lead


def _gone() -> Problem:
    return Problem(404, "not_found", "This lead is not here any more.")
