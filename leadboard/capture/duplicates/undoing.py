"""Part two leads that a person had merged: both are as they were, and what came since stays with the one that
stayed.
"""

from typing import Any

from django.db import transaction

from leadboard.capture.duplicates.merging import lock_both
from leadboard.capture.duplicates.models import Merge, PossibleDuplicate, Settled
from leadboard.capture.models import Awaited, IdentityKey
from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk, may_move
from leadboard.people.models import User
from leadboard.people.rights import may

OBJECTIONS = ("suppressed", "unsubscribed")
OF_DISQUALIFIED = {"sql": "sal"}  # no lead comes back from there further than this


def undo(merge_id: int, by: User) -> Merge:
    """Undo a merge; refusals are Problems: 403, 404, 409 with all that stands in the way in `reasons`."""
    row = Merge.objects.filter(pk=merge_id).first()
    if row is None:
        raise Problem(404, "not_found", "There is no such merge.")
    with transaction.atomic():
        stays, goes = lock_both(row.kept_lead_id, row.gone_lead_id)
        row = Merge.objects.select_for_update(of=("self",)).get(pk=merge_id)
        _refuse(row, stays, goes, by)
        for name, model in (("keys", IdentityKey), ("awaited", Awaited)):
            model.objects.filter(pk__in=row.kept.get(name, []), lead=stays).update(lead=goes)
        row.undone_at, row.undone_by = db_now(), by
        row.save(update_fields=["undone_at", "undone_by"])
        _bring_back(row, goes, by)
        _restore(row, stays, by)
        pair = sorted((stays.pk, goes.pk))
        PossibleDuplicate.objects.filter(one_id=pair[0], other_id=pair[1]).update(settled=Settled.OPEN)
        return row


def newest_of(lead: Lead) -> Merge | None:
    """Return the newest merge that stands, in which this lead stayed or went."""
    merges = Merge.objects.filter(undone_at=None).select_related("kept_lead", "gone_lead", "by")
    return merges.filter(gone_lead=lead).first() or merges.filter(kept_lead=lead).order_by("-pk").first()


def obstacles(row: Merge, stays: Lead, goes: Lead) -> list[str]:
    """Return in words what happened since that an undo could not take back; [] when nothing did."""
    found = []
    if stays.merged_into_id:
        found.append(f"{stays} itself went into {stays.merged_into}: undo that first")
    later = Merge.objects.filter(kept_lead=stays, undone_at=None, pk__gt=row.pk).select_related("gone_lead")
    found += [f"{other.gone_lead} was merged into it later: undo that first" for other in later]
    for lead, version in ((stays, row.after.get("version")), (goes, row.after.get("gone_version"))):
        since = LeadEvent.objects.filter(lead=lead, version__gt=version, kind__in=OBJECTIONS)
        if since.exists():
            found.append(f"{lead} asked not to be contacted since, and that holds for both")
            break
    return found


def may_undo(row: Merge, by: User) -> bool:
    """May this person undo it: whoever did it, marketing, and whoever holds a lead that nobody merged?"""
    did = row.by_id or row.kept_lead.owner_id
    return may(by, "nurture") or (did == by.pk and may(by, "work_lead"))


def _refuse(row: Merge, stays: Lead, goes: Lead, by: User) -> None:
    if not may_undo(row, by):
        raise Problem(403, "not_allowed", "Whoever merged them, or marketing, undoes it.")
    if row.undone_at is not None:
        raise Problem(409, "undone", "This merge is undone already.")
    if found := obstacles(row, stays, goes):
        raise Problem(409, "cannot_undo", f"It cannot be undone: {'; '.join(found)}.", reasons=found)


def _bring_back(row: Merge, goes: Lead, by: User) -> None:
    """The lead that went is back on its desk; what held it begins again by what reacts to the event."""
    desk = row.kept["gone"]["desk"]
    desk = Desk.BOARD if desk == Desk.SALES else Desk(desk)
    closed_at = goes.closed_at if row.kept["gone"]["closed"] else None
    facts = {"merge": row.pk, "other": str(row.kept_lead.uid), "part": "gone", "desk": str(desk)}
    lifecycle.move(goes, "unmerged", actor=by, facts=facts, merged_into=None, desk=desk, closed_at=closed_at)


def _restore(row: Merge, stays: Lead, by: User) -> None:
    """The lead that stayed has its own values again, unless they were changed since."""
    changes = {
        name: value
        for name, value in row.before.items()
        if value != row.after[name] and getattr(stays, name) == row.after[name]
    }
    changes |= _state(changes, row, stays)
    facts = {"merge": row.pk, "other": str(row.gone_lead.uid), "part": "stayed", "fields": sorted(changes)}
    facts |= {name: str(changes[name]) for name in ("desk", "stage") if name in changes}
    lifecycle.move(stays, "unmerged", actor=by, facts=facts, **changes)


def _state(changes: dict[str, Any], row: Merge, stays: Lead) -> dict[str, Any]:
    """Return desk and stage as they can be brought back: sales by the claim that begins again, and nothing
    of a lead that people have moved since.
    """
    state: dict[str, Any] = {}
    if "desk" in changes:
        state["desk"] = Desk.BOARD if changes["desk"] == Desk.SALES else changes["desk"]
        state["closed_at"] = None if changes["desk"] != Desk.CLOSED else stays.closed_at
    if "stage" in changes:
        wished = changes["stage"]
        state["stage"] = wished if may_move(stays.stage, wished) else OF_DISQUALIFIED.get(wished, stays.stage)
    return state
