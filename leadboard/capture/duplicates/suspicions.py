"""Two leads may be one person: noted once, told on both, settled by a person."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from leadboard.capture.duplicates.models import PossibleDuplicate, Settled, Why
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.people.models import User

STAGES = {"won": Why.WON, "lost": Why.LOST, "disqualified": Why.DISQUALIFIED}


def why(other: Lead) -> Why:
    """Return what the state of the other lead says about somebody who has its contact data and a new lead."""
    if other.do_not_contact:
        return Why.OBJECTED
    if other.desk == Desk.QUARANTINE:
        return Why.JUNK
    if other.desk == Desk.CLOSED:
        return STAGES.get(other.stage, Why.CLOSED)
    return STAGES.get(other.stage, Why.BRIDGED)


def note(lead: Lead, other: Lead, reason: str, actor: User | None = None) -> bool:
    """Suspect two leads, whose rows this transaction has locked or made; False when they were before.

    Both leads tell it in an event of their own.
    """
    one, two = sorted((lead, other), key=lambda each: each.pk)
    pair = PossibleDuplicate(one=one, other=two, why=reason)
    if PossibleDuplicate.objects.filter(one=one, other=two).exists():
        return False
    PossibleDuplicate.objects.bulk_create([pair], ignore_conflicts=True)
    for mine, theirs in ((lead, other), (other, lead)):
        facts = {"other": str(theirs.uid), "reason": str(reason)}
        lifecycle.move(mine, "duplicate_suspected", actor=actor, facts=facts)
    return True


def of(lead: Lead) -> QuerySet[PossibleDuplicate]:
    """Return the pairs with this lead that nobody has settled, the newest first."""
    mine = Q(one=lead) | Q(other=lead)
    pairs = PossibleDuplicate.objects.filter(mine, settled=Settled.OPEN).select_related("one", "other")
    return pairs.filter(one__erased_at=None, other__erased_at=None).order_by("-id")


def other_of(pair: PossibleDuplicate, lead: Lead) -> Lead:
    """Return the lead of a pair that is not this one."""
    return pair.other if pair.one_id == lead.pk else pair.one


def settle(leads: Iterable[Lead], how: str, by: User | None) -> None:
    """Record what a person said about two leads; a pair that was not suspected stays unknown."""
    one, two = sorted(lead.pk for lead in leads)
    pair = PossibleDuplicate.objects.filter(one_id=one, other_id=two)
    pair.update(settled=how, settled_by=by, settled_at=db_now())


@transaction.atomic
def dismiss(lead: Lead, other: Lead, by: User) -> bool:
    """A person says that they are two people; False when nobody suspected it any more."""
    locked = [each for pk in sorted((lead.pk, other.pk)) if (each := lifecycle.lock(pk))]
    open_pair = of(lead).filter(Q(one=other) | Q(other=other))
    if len(locked) < 2 or not open_pair.exists():
        return False
    settle(locked, Settled.DIFFERENT, by)
    for mine, theirs in (locked, reversed(locked)):
        lifecycle.move(mine, "duplicate_dismissed", actor=by, facts={"other": str(theirs.uid)})
    return True
