"""What the lead page says of contact data and of junk."""

from typing import Any

from leadboard.capture import marks
from leadboard.capture.identity import may_be_joined
from leadboard.capture.screening.acts import may_mark
from leadboard.capture.screening.models import Junk
from leadboard.leads.models import Lead
from leadboard.people.models import User
from leadboard.people.rights import may


def junk(lead: Lead, viewer: User) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel: why it is junk and the rescue, or the way onto the junk desk."""
    row = Junk.objects.filter(lead=lead, rescued_at=None).select_related("by", "dropped_by").first()
    return "junk/panel.html", {
        "place": "main", "lead": lead, "junk": row if lead.desk == "quarantine" else None,
        "may_rescue": may(viewer, "nurture"),
        "may_mark": may_be_joined(lead) and may_mark(lead, viewer),
    }  # fmt: skip


def contact(lead: Lead, viewer: User) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel: how the contact data look, each with by what that was judged."""
    told = [
        one | {"words": marks.WORDS.get(one["mark"], one["mark"]), "warns": one["mark"] in marks.WARNINGS}
        for one in lead.marks
    ]
    return "junk/marks.html", {"place": "aside", "lead": lead, "marks": told}
