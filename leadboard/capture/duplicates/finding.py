"""Which other leads may a person mean who says that a lead is a duplicate?"""

from django.db.models import QuerySet

from leadboard.capture.duplicates import suspicions
from leadboard.leads.api import visible_to
from leadboard.leads.models import Lead
from leadboard.leads.search import search
from leadboard.people.models import User

FOUND = 20


def candidates(lead: Lead, person: User, words: str = "") -> list[Lead]:
    """Return up to 20 other leads that have these words, or else the lead's name, address or phone."""
    others: QuerySet[Lead] = visible_to(person).exclude(pk=lead.pk).filter(merged_into=None).order_by("-pk")
    if words:
        return list(search(others, words)[:FOUND])
    alike: dict[int, Lead] = {}
    for said in filter(None, (lead.email, lead.phone, lead.name)):
        alike |= {one.pk: one for one in search(others, said)[:FOUND]}
    return list(alike.values())[:FOUND]


def suspected(lead: Lead) -> list[Lead]:
    """Return the leads that nobody has settled yet to be of the same person or not."""
    return [suspicions.other_of(pair, lead) for pair in suspicions.of(lead)[:FOUND]]


def likely(lead: Lead, person: User) -> list[Lead]:
    """Return whom a person may mean without a word: the suspected ones, then those that look like it."""
    first = suspected(lead)
    return [*first, *(one for one in candidates(lead, person) if one not in first)][:FOUND]
