"""Leads as a table for people: the columns of every export, in their order."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from leadboard.leads.models import Lead

_NAMES = (
    "id name email phone company title country website source campaign lead_type message stage desk owner "
    "score band enquiry_class target_account due_kind due_at due_state submitted_at created_at "
    "first_action_at conversation_at do_not_contact basis"
)
HEADER = tuple(_NAMES.split())
ROWS_AT_ONCE = 1_000


def rows_of(leads: QuerySet[Lead]) -> Iterator[list[Any]]:
    """Yield a row for each lead, read in pieces; erased leads are gone from exports too."""
    there = leads.filter(erased_at__isnull=True).select_related("owner", "standing")
    for lead in there.iterator(chunk_size=ROWS_AT_ONCE):
        yield [lead.uid, *(_cell(lead, name) for name in HEADER[1:])]


def _cell(lead: Lead, name: str) -> Any:
    if name == "owner":
        return lead.owner.email if lead.owner else ""
    return getattr(lead, name)
