"""One delivery has the address of one open lead and the number of another: one person, who came twice.

What order deliveries come in must not decide how many leads there are. So when nothing speaks against it the
two are merged at once, by nobody, and a person can undo it. Where anything does (two addresses, two numbers,
two names, two owners, an objection, a person who said otherwise) people are told and decide.
"""

from django.db.models import Q

from leadboard.capture import contact, identity, naming, numbers
from leadboard.capture.duplicates import merging, suspicions, weighing
from leadboard.capture.duplicates.models import Merge, PossibleDuplicate, Settled
from leadboard.capture.mapping import Person
from leadboard.leads.models import Lead


def link(person: Person, lead: Lead, others: tuple[Lead, ...] | list[Lead]) -> Lead:
    """Return the lead that goes on of a person and of the leads that seem to be theirs, all locked; what is
    not merged is noted as a suspicion.
    """
    for other in others:
        if may_be_one(person, lead, other):
            stays, goes = weighing.direction(lead, other)
            row = merging.merge(stays.pk, goes.pk, None)
            lead = Lead.objects.get(pk=row.kept_lead_id)
        else:
            suspicions.note(lead, other, suspicions.why(other))
    return lead


def may_be_one(person: Person, lead: Lead, other: Lead) -> bool:
    """Does nothing speak against these two open leads being the one person of this delivery?"""
    both = (lead, other)
    if not all(identity.may_be_joined(one) and not one.do_not_contact for one in both):
        return False
    if len({one.owner_id for one in both if one.owner_id}) > 1 or _was_parted(lead, other):
        return False
    sayings = [
        (contact.canonical_email(one.email), numbers.phone_key(one.phone, one.country)) for one in both
    ]
    sayings.append((person.email, person.phone))
    return all(len(set(filter(None, said))) < 2 for said in zip(*sayings, strict=True)) and not any(
        naming.contradict(one, two)
        for one, two in (
            (lead.name, other.name),
            (person.fields.get("name", ""), lead.name),
            (person.fields.get("name", ""), other.name),
        )
    )


def _was_parted(lead: Lead, other: Lead) -> bool:
    """Did a person say that they are two, by an undo or in words?"""
    ids = [lead.pk, other.pk]
    undone = Merge.objects.filter(kept_lead__in=ids, gone_lead__in=ids, undone_at__isnull=False)
    different = PossibleDuplicate.objects.filter(Q(one__in=ids, other__in=ids), settled=Settled.DIFFERENT)
    return undone.exists() or different.exists()
