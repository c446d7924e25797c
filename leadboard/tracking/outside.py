"""What other tools report of a lead: mails opened, files taken, minutes of a webinar, replies."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import policy, versions
from leadboard.tracking import interest
from leadboard.tracking.models import PROXY, TouchKind

STORE = """
INSERT INTO tracking_touch (at, kind, lead_id, ref, what, title, seconds, source, medium, campaign,
                            device)
SELECT coalesce(e.at, now()), e.kind, e.lead, e.ref, e.what, e.title, e.seconds, e.source, e.medium,
       e.campaign, e.device
FROM unnest(%(at)s::timestamptz[], %(kind)s::text[], %(lead)s::bigint[], %(ref)s::text[], %(what)s::text[],
            %(title)s::text[], %(seconds)s::int[], %(source)s::text[], %(medium)s::text[],
            %(campaign)s::text[], %(device)s::text[])
    AS e (at, kind, lead, ref, what, title, seconds, source, medium, campaign, device)
ON CONFLICT (ref, at) WHERE ref IS NOT NULL DO NOTHING
RETURNING lead_id, kind, what, device
"""


@dataclass(frozen=True)
class Reported:
    """One touch as a tool reports it, of a lead by its id or else by its e-mail address."""

    kind: str
    lead: UUID | None
    email: str
    at: datetime | None
    ref: str | None
    what: str
    title: str
    seconds: int
    source: str
    medium: str
    campaign: str
    by_machine: bool = False

    @property
    def device(self) -> str:
        """Return what is kept of the device: only that a program did it by itself."""
        return PROXY if self.by_machine else ""


def store(reported: list[Reported]) -> tuple[int, list[tuple[int, str]]]:
    """Store what belongs to a lead; return how many are new, and (place, why) of those that were left out."""
    owners = [_lead_of(one) for one in reported]
    left_out = [(place, why) for place, why in enumerate(map(_why_not, owners)) if why]
    refused = {place for place, _ in left_out}
    taken = [
        (one, lead.pk)
        for place, (one, lead) in enumerate(zip(reported, owners, strict=True))
        if lead is not None and place not in refused
    ]
    with transaction.atomic():
        rows = _insert(taken) if taken else []
        hot = _note(rows)
    for lead_id in hot:
        interest.tell(lead_id)
    return len(rows), left_out


def _lead_of(one: Reported) -> Lead | None:
    """Return the lead: of this id, else the newest one of this address that is not over."""
    if one.lead:
        return Lead.objects.filter(uid=one.lead, erased_at=None).first()
    leads = Lead.objects.filter(email__iexact=one.email, erased_at=None) if one.email else Lead.objects.none()
    return leads.exclude(desk=Desk.CLOSED).order_by("-id").first() or leads.order_by("-id").first()


def _why_not(lead: Lead | None) -> str:
    if lead is None:
        return "unknown_lead"
    return "objected" if lead.do_not_contact else ""


def _insert(taken: list[tuple[Reported, int]]) -> list[Any]:
    names = ("at", "kind", "ref", "what", "title", "seconds", "source", "medium", "campaign", "device")
    columns: dict[str, list[Any]] = {name: [getattr(one, name) for one, _ in taken] for name in names}
    with connection.cursor() as cursor:
        cursor.execute(STORE, columns | {"lead": [lead_id for _, lead_id in taken]})
        return cursor.fetchall()


def _note(rows: list[Any]) -> list[int]:
    """Write down whose log has to hear of it; return the leads with a hot page view or a reply. Of what a
    program did by itself nobody hears.
    """
    playbook, hot = versions.active(), []
    for lead_id in sorted({row[0] for row in rows}):
        interest.know(lead_id)
        mine = [(kind, what) for owner, kind, what, device in rows if owner == lead_id and device != PROXY]
        if not mine:
            continue
        pages = [what for kind, what in mine if kind == TouchKind.VIEW]
        is_hot = policy.is_waking(playbook, touches=0, pages=pages) or any(
            kind == TouchKind.REPLY for kind, _ in mine
        )
        interest.note(lead_id, len(mine), is_hot=is_hot)
        hot += [lead_id] if is_hot else []
    return hot
