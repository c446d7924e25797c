"""Whom a trial has come across in the rows before, however many they are and whichever job saw them.

Kept in the database as fingerprints beside the place of the row in the spool, so that memory stays flat, a
killed trial goes on, and nothing of a person is stored a second time. They go when the trial is over.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple

from django.db import connection

from leadboard.capture import bulk, foreseen, identity
from leadboard.capture.foreseen import Known, Stranger
from leadboard.capture.mapping import Person
from leadboard.capture.models import Source
from leadboard.companies import columns as company_columns
from leadboard.companies.names import folded_name
from leadboard.imports import files
from leadboard.imports.models import ImportRun, SeenKey
from leadboard.leads.models import Lead
from leadboard.sheets.reading import Row

NOTE = """
INSERT INTO imports_seenkey (run_id, key, position, lead)
SELECT %s, i.key, i.position, i.lead FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
    AS i (key, position, lead)
"""
MOST_ROWS_ABOVE = 50
FIND = "SELECT key, position, lead FROM imports_seenkey WHERE run_id = %s AND key = ANY(%s) ORDER BY id"


class Seen(NamedTuple):
    """Where a key was seen: the byte of the spool at which its row begins, or the lead that it meant."""

    position: int
    lead: int | None


class Trail:
    """The keys that a run's trial has seen."""

    def __init__(self, run: ImportRun):
        self.run = run

    def find(self, keys: Iterable[identity.Key]) -> dict[identity.Key, list[Seen]]:
        """Return where each of these keys was seen, in the order of the file."""
        prints = {self._print(key): key for key in keys}
        found: dict[identity.Key, list[Seen]] = {}
        with connection.cursor() as cursor:
            cursor.execute(FIND, [self.run.pk, list(prints)])
            for one, position, lead in cursor.fetchall():
                found.setdefault(prints[one], []).append(Seen(position, lead))
        return found

    def note(self, seen: Iterable[tuple[identity.Key, Seen]]) -> None:
        """Remember where keys were seen."""
        rows = [(self._print(key), one.position, one.lead) for key, one in seen]
        if rows:
            with connection.cursor() as cursor:
                cursor.execute(NOTE, [self.run.pk, *map(list, zip(*rows, strict=True))])

    def _print(self, key: identity.Key) -> int:
        told = blake2b(":".join(key).encode(), digest_size=8, key=self.run.pk.bytes)
        return int.from_bytes(told.digest(), signed=True)


class EarlierPeople:
    """The people of the rows before, as `foreseen` asks for them."""

    def __init__(self, run: ImportRun, source: Source, starts: Mapping[int, int]):
        self.run, self.source, self.starts, self.trail = run, source, dict(starts), Trail(run)
        self.known: dict[identity.Key, Known] = {}

    def find(self, keys: Sequence[identity.Key]) -> Mapping[identity.Key, Known]:
        """Return whom these keys mean: a lead, or somebody of a row above, read again."""
        first = {key: places[0] for key, places in self.trail.find(keys).items()}
        leads = Lead.objects.in_bulk({one.lead for one in first.values() if one.lead is not None})
        strangers = self._strangers({one.position for one in first.values() if one.lead is None})
        for key, one in first.items():
            known = strangers.get(one.position) if one.lead is None else leads.get(one.lead)
            if known is not None:
                self.known[key] = known
        return self.known

    def note(self, pointed: Mapping[identity.Key, Known]) -> None:
        """Remember whom these keys mean from now on."""
        new = {key: known for key, known in pointed.items() if key not in self.known}
        self.trail.note((key, self._place_of(known)) for key, known in new.items())

    def _place_of(self, known: Known) -> Seen:
        return Seen(0, known.pk) if isinstance(known, Lead) else Seen(self.starts[known.row], None)

    def _strangers(self, positions: set[int]) -> dict[int, Stranger]:
        """Read the rows at these places again; the people of them, by the place."""
        rows = {position: files.row_at(self.run, position) for position in positions}
        people = bulk.people_of(list(rows.values()), self.source)
        self.starts |= {row.number: position for position, row in rows.items()}
        told = {position: (row, people[row.number]) for position, row in rows.items()}
        return {
            position: foreseen.stranger(row, person)
            for position, (row, person) in told.items()
            if isinstance(person, Person)
        }


def forget(run: ImportRun) -> None:
    """Take away what a trial remembered."""
    SeenKey.objects.filter(run=run).delete()


class EarlierCompanies:
    """The rows above that speak of the same companies as these (`rows`, the last 50 of each); these are
    remembered.
    """

    def __init__(self, run: ImportRun, some: files.Slice):
        trail = Trail(run)
        keys = [(key, row) for row in some.rows for key in _company_keys(run, row)]
        places = trail.find(key for key, _ in keys).values()
        above = sorted({one.position for seen in places for one in seen[-MOST_ROWS_ABOVE:]})
        self.rows = [files.row_at(run, position) for position in above]
        trail.note((key, Seen(some.starts[row.number], None)) for key, row in keys)


def _company_keys(run: ImportRun, row: Row) -> list[identity.Key]:
    """Return what a row's company is recognised by; nothing for a row that cannot be read."""
    try:
        read = company_columns.read_row(row.cells, run.mapping)
    except ValueError:
        return []
    keys = {"domain": read.get("domain"), "name": folded_name(read.get("name", ""))}
    return [(kind, value) for kind, value in keys.items() if value]
