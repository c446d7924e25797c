"""What would become of rows of a file: as `bulk.take_in` would have it, and nothing is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from leadboard.capture import bulk, identity, own_rows
from leadboard.capture.bulk import JOINED, KNOWN, NEW, REFUSED, Outcome
from leadboard.capture.digest import Unusable
from leadboard.capture.mapping import Person
from leadboard.capture.models import Source
from leadboard.leads.models import Lead
from leadboard.sheets.reading import Row


@dataclass(slots=True)
class Stranger:
    """Somebody who came in an earlier row of the same trial, as far as others are compared with them."""

    row: int
    name: str
    email: str
    pk: None = None


Known = Lead | Stranger


class Earlier(Protocol):
    """The people of the rows before, however many they are."""

    def find(self, keys: Sequence[identity.Key]) -> Mapping[identity.Key, Known]:
        """Return whom these keys mean."""

    def note(self, pointed: Mapping[identity.Key, Known]) -> None:
        """Remember whom these keys mean from now on."""


class InMemory(dict[identity.Key, Known]):
    """The people of the rows before in the memory of one process."""

    def find(self, keys: Sequence[identity.Key]) -> Mapping[identity.Key, Known]:
        """Return whom these keys mean."""
        return {key: self[key] for key in keys if key in self}

    def note(self, pointed: Mapping[identity.Key, Known]) -> None:
        """Remember whom these keys mean from now on."""
        self.update(pointed)


def foresee(rows: Sequence[Row], source: Source, earlier: Earlier) -> list[Outcome]:
    """Return what would become of rows, in their order."""
    people = bulk.people_of(rows, source)
    own = own_rows.say_nothing_new(rows, people)
    keys = {
        number: identity.keys_of(person) for number, person in people.items() if isinstance(person, Person)
    }
    asked = [key for some in keys.values() for key in some]
    register = bulk.People({**identity.open_leads_of(asked), **earlier.find(asked)})
    outcomes = [
        Outcome(row, KNOWN) if row.number in own
        else _of(row, people[row.number], keys.get(row.number, []), register)
        for row in rows
    ]  # fmt: skip
    earlier.note(register.pointed)
    return outcomes


def _of(row: Row, person: Person | Unusable, keys: list[identity.Key], register: Any) -> Outcome:
    if row.problem or isinstance(person, Unusable):
        return Outcome(row, REFUSED, row.problem or getattr(person, "words", ""))
    lead = register.find(person, keys)
    register.point(keys, lead or stranger(row, person))
    return Outcome(row, JOINED if lead else NEW, lead=lead)


def stranger(row: Row, person: Person) -> Stranger:
    """Return what is remembered of somebody new."""
    return Stranger(row.number, person.fields.get("name", ""), person.fields.get("email", ""))
