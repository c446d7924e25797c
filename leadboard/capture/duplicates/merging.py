"""Merge two leads of one person, on a person's word or by what links them: one transaction, an event on both,
and an undo.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction

from leadboard.capture.duplicates import suspicions, weighing
from leadboard.capture.duplicates.models import Merge, Settled
from leadboard.capture.models import Awaited, IdentityKey
from leadboard.capture.screening.acts import NOTHING_DUE
from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.people.models import User

# What happens to a lead besides its fields, by the merge or by what reacts to it.
STATE = ("desk", "stage", "do_not_contact")
NOT_RESTORED = {"last_touch_at"}


def merge(
    stays_id: int,
    goes_id: int,
    by: User | None,
    *,
    take: Collection[str] = (),
    seen: tuple[int, int] | None = None,
) -> Merge:
    """Let one lead go into another; return the Merge, by which it can be undone. By nobody when a delivery
    linked them (`linking`).

    `take` names fields whose value the lead that goes has better (`weighing.fields`); `seen` are the versions
    of both that the person looked at. Refusals are Problems: 403, 404, 409 (merged already, changed since it
    was looked at), 422 (the wrong way round).
    """
    with transaction.atomic():
        stays, goes = lock_both(stays_id, goes_id)
        if seen is not None and seen != (stays.version, goes.version):
            raise Problem(409, "changed", "One of the leads has changed meanwhile. Look again, then merge.")
        if problem := weighing.refusal(stays, goes, by):
            raise problem
        now = db_now()
        changed = weighing.changes(stays, goes, take, now)
        row = Merge.objects.create(
            kept_lead=stays,
            gone_lead=goes,
            by=by,
            before=plain(stays, [*changed.keys() - NOT_RESTORED, *STATE]),
            kept={"gone": plain(goes, STATE) | {"closed": goes.closed_at is not None}}
            | _hand_over(stays, goes),
        )
        _go(row, goes, stays, by, now)
        facts = {"merge": row.pk, "from": str(goes.uid), "fields": sorted(changed)}
        lifecycle.move(stays, "absorbed", actor=by, facts=facts, **changed)
        row.refresh_from_db()  # what reacted has written what it ended
        row.after = plain(stays, row.before.keys()) | {"version": stays.version, "gone_version": goes.version}
        row.save(update_fields=["after"])
        suspicions.settle((stays, goes), Settled.MERGED, by)
        return row


def lock_both(one: int, other: int) -> tuple[Lead, Lead]:
    """Return both leads, locked in one order everywhere; Problem 404 when one is not there."""
    locked = {pk: lifecycle.lock(pk) for pk in sorted({one, other})}
    found = locked[one], locked[other]
    if any(lead is None or lead.erased_at is not None for lead in found):
        raise Problem(404, "not_found", "One of these leads is not here any more.")
    return found


def plain(lead: Lead, names: Collection[str]) -> dict[str, Any]:
    """Return columns of a lead as JSON can hold them."""
    values = {name: getattr(lead, name) for name in names}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


def _hand_over(stays: Lead, goes: Lead) -> dict[str, Any]:
    """Let keys and awaited details lead to the lead that stays; return which ones they were."""
    handed: dict[str, Any] = {}
    for name, model in (("keys", IdentityKey), ("awaited", Awaited)):
        rows = model.objects.filter(lead=goes)
        handed[name] = list(rows.values_list("pk", flat=True))
        rows.update(lead=stays)
    return handed


def _go(row: Merge, goes: Lead, stays: Lead, by: User | None, now: datetime) -> None:
    facts = {
        "merge": row.pk,
        "into": str(stays.uid),
        "desk": str(Desk.CLOSED),
        "from_desk": goes.desk,
        "owner": None,
    }
    changes = {"desk": Desk.CLOSED, "owner": None, "owned_at": None, "merged_into": stays} | NOTHING_DUE
    closed_at = goes.closed_at or now
    lifecycle.move(
        goes, "merged", actor=by, facts=facts, expect={"merged_into": None}, closed_at=closed_at, **changes
    )
