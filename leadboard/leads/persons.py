"""The person behind leads: all leads that are one prospect's, for those who tell or erase what is held."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from leadboard.leads.models import Lead


@dataclass(frozen=True)
class Person:
    """One prospect: their leads, and the addresses by which they may be found elsewhere."""

    leads: tuple[Lead, ...]

    @property
    def ids(self) -> list[int]:
        """The ids of their leads."""
        return [lead.pk for lead in self.leads]

    @property
    def emails(self) -> list[str]:
        """Their addresses in small letters."""
        return sorted({lead.email.lower() for lead in self.leads if lead.email})


def person_of(leads: Iterable[Lead]) -> Person:
    """Return the person whom these leads are: with every lead of the same address, and whatever was merged.

    A number alone does not make one person of two: a switchboard is everybody's.
    """
    known = {lead.pk: lead for lead in leads}
    fresh = list(known.values())
    while fresh:
        emails = {lead.email.lower() for lead in fresh if lead.email}
        ids = [lead.pk for lead in fresh]
        into = [lead.merged_into_id for lead in fresh if lead.merged_into_id]
        same = Q(small__in=emails) | Q(merged_into__in=ids) | Q(pk__in=into)
        alive = Lead.objects.filter(erased_at=None).annotate(small=Lower("email"))
        fresh = [lead for lead in alive.filter(same) if lead.pk not in known]
        known |= {lead.pk: lead for lead in fresh}
    return Person(tuple(known[pk] for pk in sorted(known)))


def person_with(email: str) -> Person:
    """Return the person with this address; without leads when nobody has it."""
    return person_of(Lead.objects.filter(email__iexact=email, erased_at=None))


def told(rows: QuerySet[Any], *fields: str) -> list[dict[str, Any]]:
    """Return rows as a person may read them: these fields, in the order of the rows; bytes as text."""
    return [{name: _plain(value) for name, value in row.items()} for row in rows.values(*fields)]


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    return value


def lead_fields() -> Sequence[str]:
    """Return the columns of a lead that are of the person, in the order of the table."""
    return tuple(EMPTY)


# What an erasure leaves of a lead. Stage, desk, class, score and times stay: counted, they name nobody.
EMPTY: dict[str, Any] = {
    "name": "", "email": "", "phone": "", "company": "", "title": "", "country": "", "website": "",
    "message": "", "extra": {}, "basis": "", "marks": [], "reasons": [],
}  # fmt: skip
