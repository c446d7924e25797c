"""What is held of a person, as one document that can be handed to them (GDPR Art. 15 and 20)."""

from typing import Any

from django.db.models import F
from django.utils.module_loading import import_string

from leadboard.leads.models import Lead
from leadboard.leads.persons import Person, lead_fields, told
from leadboard.leads.reactions import wiring

KEPT = ("uid", "stage", "desk", "source", "campaign", "lead_type", "enquiry_class", "score", "band")
TIMES = ("submitted_at", "created_at", "first_action_at", "conversation_at", "last_touch_at", "closed_at")


def tell(person: Person) -> dict[str, Any]:
    """Return {what: rows} of all parts, the leads first; nothing that is ours alone (keys, secrets)."""
    scored = {name: F(f"standing__{name}") for name in ("score", "reasons")}
    leads = Lead.objects.filter(pk__in=person.ids).annotate(**scored).order_by("pk")
    held = {"leads": told(leads, *KEPT, *lead_fields(), "do_not_contact", *TIMES)}
    for name in wiring().PERSONAL:
        held |= import_string(f"{name}.told_of")(person)
    return held


def counted(person: Person) -> dict[str, int]:
    """Return {what: how many rows}, of what there is."""
    return {what: len(rows) for what, rows in tell(person).items() if rows}
