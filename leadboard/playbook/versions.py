"""Which agreement is in force, and which one was when something was decided."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Subquery

from leadboard.playbook.models import PlaybookVersion
from leadboard.playbook.schema import Playbook, load

# By digest and not by number: a test database may be emptied and count from 1 again. Versions are few and
# small.
_READ: dict[tuple[int, bytes], Playbook] = {}
ACTIVE = "SELECT number, digest FROM playbook_playbookversion WHERE active"


# The agreement by which a page is being drawn, once it was asked for; None while nothing is drawn.
_drawn: ContextVar[list[Playbook] | None] = ContextVar("drawn", default=None)


def active() -> Playbook:
    """The agreement in force; stores the default one where there is none yet."""
    drawn = _drawn.get()
    if drawn:
        return drawn[0]
    found = _read(*(_active() or _first()))
    if drawn is not None:
        drawn.append(found)
    return found


@contextmanager
def by_one() -> Iterator[None]:
    """Let all parts of a page be drawn by one agreement, asked for once. For what only shows: what decides
    asks for the agreement of its moment.
    """
    token = _drawn.set([])
    try:
        yield
    finally:
        _drawn.reset(token)


def _active() -> tuple[int, bytes] | None:
    """Asked several times for each lead, so in plain SQL: half the price of the same by the ORM."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE)
        return cursor.fetchone()


def _first() -> tuple[int, bytes]:
    PlaybookVersion.objects.ensure_default()
    found = _active()
    assert found is not None, "the default was stored just now"
    return found


def with_active(rows: QuerySet) -> QuerySet:
    """Return a query that also brings which agreement is in force: `of` reads it without asking again."""
    newest = PlaybookVersion.objects.filter(active=True)
    return rows.annotate(
        playbook_number=Subquery(newest.values("number")[:1]),
        playbook_digest=Subquery(newest.values("digest")[:1]),
    )


def of(row: Any) -> Playbook:
    """The agreement that came with a row of `with_active`."""
    return active() if row.playbook_number is None else _read(row.playbook_number, row.playbook_digest)


def by_number(number: int) -> Playbook:
    """The agreement of this version; raises PlaybookVersion.DoesNotExist."""
    return _read(*PlaybookVersion.objects.values_list("number", "digest").get(number=number))


def check(text: str | bytes) -> Playbook:
    """The agreement in this text, stored nowhere; raises PlaybookError."""
    return load(text)


def apply(text: str | bytes, *, by=None, note: str = "") -> PlaybookVersion:
    """The new version, in force from now on; raises PlaybookError and then changes nothing."""
    return PlaybookVersion.objects.store(text, by=by, note=note)


def roll_back(number: int, *, by=None) -> PlaybookVersion:
    """A new version with the text of an old one; raises PlaybookVersion.DoesNotExist."""
    old = PlaybookVersion.objects.get(number=number)
    return apply(old.text, by=by, note=f"Back to version {number}.")


def _read(number: int, digest: bytes | memoryview) -> Playbook:
    key = (number, bytes(digest))
    if key not in _READ:
        _READ[key] = load(PlaybookVersion.objects.get(number=number).text).numbered(number)
    return _READ[key]
