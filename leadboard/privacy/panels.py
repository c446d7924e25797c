"""What the lead page says of a person's rights: on which basis they are written to, and where to act."""

from typing import Any

from leadboard.leads.models import Lead
from leadboard.people.models import User
from leadboard.people.rights import may


def held(lead: Lead, viewer: User) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel."""
    return "privacy/panel.html", {"place": "foot", "lead": lead, "may_tell": may(viewer, "tell_person")}
