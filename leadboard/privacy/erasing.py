"""Erasing a person: every part empties what it holds of them, in one transaction; all of it or nothing.

What stays: the log of what was done (ids and codes only, so that its chain still verifies), the figures that
name nobody, and a keyed hash of the address, so that whoever is erased is not written to when they come in
again by an old list.
"""

from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string

from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.leads.persons import EMPTY, Person, person_of
from leadboard.leads.reactions import wiring
from leadboard.leads.stages import Desk
from leadboard.privacy.models import Erasure, Why


@transaction.atomic
def erase(person: Person, *, why: str, by: Any = None) -> Erasure:
    """Erase a person; return the record of it. Problem 404 when nothing is held, 422 for no reason of ours.

    The leads are locked first, in the order of their ids, like everywhere: a claim, a mail or an import that
    is under way comes wholly before or finds nobody.
    """
    if why not in Why.values:
        raise Problem(422, "unknown_reason", f"A reason is one of: {', '.join(Why.values)}.")
    locked = _lock(person)
    if not locked.leads:
        raise Problem(404, "not_found", "Nothing is held of this person.")
    for name in wiring().PERSONAL:
        import_string(f"{name}.erase")(locked)
    for lead in locked.leads:
        _empty(lead, why, by)
    return Erasure.objects.create(leads=[lead.uid for lead in locked.leads], why=why, by=by)


def _lock(person: Person) -> Person:
    """Return the person as they are under the locks: what was written meanwhile belongs to them too."""
    held = [lifecycle.lock(pk) for pk in person_of(person.leads).ids]
    return Person(tuple(lead for lead in held if lead is not None and lead.erased_at is None))


def _empty(lead: Lead, why: str, by: Any) -> None:
    # What hangs on the lead has changed it meanwhile: its claim is over, its clocks have stopped.
    now = Lead.objects.get(pk=lead.pk)
    facts = {"reason": why, "desk": str(Desk.CLOSED)}
    changes = {"desk": Desk.CLOSED, "do_not_contact": True, "erased_at": db_now()}
    lifecycle.move(now, "erased", actor=by, facts=facts, **changes, **EMPTY)
