"""Rows that we gave out ourselves: an exported lead that comes back in a file is no new enquiry."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from leadboard.capture import identity
from leadboard.capture.making import COLUMNS
from leadboard.capture.mapping import Person
from leadboard.leads.models import Lead
from leadboard.leads.table import HEADER
from leadboard.sheets.reading import Row

ID = HEADER[0]


def say_nothing_new(rows: Sequence[Row], people: Mapping[int, Any]) -> set[int]:
    """Return the numbers of the rows that bear the id of a lead of ours and fill nothing that is empty there;
    also those of leads that are over, of which a file can change nothing.
    """
    ids = {row.number: uid for row in rows if (uid := _id_of(row))}
    leads = {lead.uid: lead for lead in Lead.objects.filter(uid__in=set(ids.values()))} if ids else {}
    known = ((number, people.get(number), leads.get(uid)) for number, uid in ids.items())
    return {
        number for number, person, lead in known
        if lead and isinstance(person, Person) and not (identity.is_open(lead) and _fills(person, lead))
    }  # fmt: skip


def _fills(person: Person, lead: Lead) -> bool:
    said = person.fields
    message = said.get("message", "").strip()
    own = {name: value for name, value in person.extra.items() if name not in HEADER}
    return (
        any(said.get(name) and not getattr(lead, name) for name in COLUMNS)
        or bool(message and message != lead.message.strip())
        or not _has(lead.extra, own.items())
    )


def _has(extra: Mapping[str, Any], own: Iterable[tuple[str, Any]]) -> bool:
    return all(name in extra for name, _ in own)


def _id_of(row: Row) -> UUID | None:
    text = row.cells.get(ID)
    try:
        return UUID(text) if isinstance(text, str) and len(text) == 36 else None
    except ValueError:
        return None
