"""Several workers at one re-scoring. Each takes the next portion that nobody has taken, stores it and brings
it back; who finds none left waits until the others are through, and ends it.

A worker that is killed takes at most its portion with it: then fewer came back than were handed out, and
whoever ends looks for what is missing. That anybody is still at it is told by a lock that ends with their
connection.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Now

from leadboard.leads.models import LeadScore
from qualification.models import Rescoring

# As many as there are workers of jobs; all but the first give way to other jobs.
LANES = 2
LOCKS = 0x1EADB0A4  # first half of the advisory locks of re-scorings
PATIENCE = 0.02


def portions(
    work: Rescoring, size: int, until: float, is_wanted: Callable[[], bool]
) -> Iterator[tuple[int, int]]:
    """Take (after, last) of the next leads, again and again: one portion at least, then until that monotonic
    time, until nobody wants more, or until there are none.
    """
    while taken := _take(work, size):
        yield taken
        if time.monotonic() > until or not is_wanted():
            return


def _take(work: Rescoring, size: int) -> tuple[int, int] | None:
    """Whoever moves the mark on has the leads up to it; of several workers exactly one."""
    while (after := phase_of(work).values_list("after", flat=True).first()) is not None:
        last = _beyond(after)[:size].aggregate(last=Max("pk"))["last"]
        if last is None:
            return None
        taken = phase_of(work).filter(after=after)
        if taken.update(after=last, handed_out=F("handed_out") + 1, worked_at=Now()):
            return after, last
    return None


def _beyond(after: int) -> QuerySet[LeadScore]:
    return LeadScore.objects.filter(pk__gt=after).order_by("pk")


def phase_of(work: Rescoring) -> QuerySet[Rescoring]:
    """This work, while it is at what it was at: the numbers, or the reasons."""
    return Rescoring.objects.filter(pk=work.pk, finished_at=None, scored_at__isnull=work.scored_at is None)


@contextmanager
def taking_part(work: Rescoring) -> Iterator[None]:
    """Nobody ends the work meanwhile."""
    _ask("SELECT pg_advisory_lock_shared(%s, %s)", work)
    try:
        yield
    finally:
        _ask("SELECT pg_advisory_unlock_shared(%s, %s)", work)


@contextmanager
def ending(work: Rescoring) -> Iterator[Rescoring | None]:
    """The work as it stands, when all of it is handed out and nobody else is at it; else None, after a
    moment.
    """
    now = phase_of(work).first()
    if now is None or _beyond(now.after).exists():
        yield None
    elif not _ask("SELECT pg_try_advisory_lock(%s, %s)", work):
        time.sleep(PATIENCE)
        yield None
    else:
        try:
            # Who was at it has brought back what it had, and may have ended it.
            yield phase_of(work).first()
        finally:
            _ask("SELECT pg_advisory_unlock(%s, %s)", work)


@contextmanager
def unswept() -> Iterator[None]:
    """Without the collector of cycles: it would go again and again through the facts of thousands of leads,
    which hold none, for a sixth of all work.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _ask(question: str, work: Rescoring) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(question, [LOCKS, work.pk])
        return bool(cursor.fetchone()[0])
