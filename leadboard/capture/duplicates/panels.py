"""What the lead page says of other leads of the same person."""

from typing import Any

from leadboard.capture.duplicates import suspicions
from leadboard.capture.duplicates.models import Merge
from leadboard.capture.duplicates.undoing import may_undo
from leadboard.leads.models import Lead
from leadboard.people.models import User
from leadboard.people.rights import may

MOST = 10


def same_person(lead: Lead, viewer: User) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel: where the lead went, what it took in, and what is suspected."""
    standing = Merge.objects.filter(undone_at=None).select_related("kept_lead", "gone_lead", "by")
    went = standing.filter(gone_lead=lead).first()
    took = list(standing.filter(kept_lead=lead).order_by("-pk")[:MOST])
    return "duplicates/panel.html", {
        "place": "main", "lead": lead,
        "went": went, "may_undo_went": bool(went and may_undo(went, viewer)),
        "took": [(row, may_undo(row, viewer)) for row in took],
        "pairs": [(pair, suspicions.other_of(pair, lead)) for pair in suspicions.of(lead)[:MOST]],
        "may_look": may_look(lead, viewer),
    }  # fmt: skip


def look_for(lead: Lead, viewer: User) -> tuple[str, dict[str, Any]]:
    """(template, context) of the way to a merge."""
    shown = {"place": "main", "lead": lead, "may_look": may_look(lead, viewer)}
    return "duplicates/look_for.html", shown


def may_look(lead: Lead, viewer: User) -> bool:
    """May this person merge the lead with another one at all?"""
    return lead.merged_into_id is None and (may(viewer, "nurture") or lead.owner_id == viewer.pk)
