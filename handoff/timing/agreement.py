"""The agreement in force, and a lead's facts as its conditions ask for them."""

from datetime import datetime
from typing import Any

from leadboard.leads.models import Lead
from leadboard.playbook import versions
from leadboard.playbook.schema import Playbook

FACTS = (
    "name", "email", "phone", "company", "title", "country", "website", "message", "source", "campaign",
    "lead_type", "enquiry_class", "score", "band", "target_account",
)  # fmt: skip


def in_force() -> Playbook:
    """Return the active playbook."""
    return versions.active()


def facts_of(lead: Lead, **known: Any) -> dict[str, Any]:
    """Return what is known of a lead; `known` adds what this moment brought (accepted, problem, …)."""
    return {**(lead.extra or {}), **{name: getattr(lead, name) for name in FACTS}, **known}


def spell_time(at: datetime | None) -> str | None:
    """Return a moment as the text that event facts carry."""
    return at.isoformat() if at else None
