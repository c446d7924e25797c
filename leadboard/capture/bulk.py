"""Many rows of a file at once, by the same rules as one delivery at the door, in few statements.

All of a batch is one transaction: submissions kept, people recognised, leads made or joined, companies
matched, clocks started. A row's idempotency key is the file's hash and its number, so that a second or a
broken-off run of the same file doubles nothing.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from leadboard.capture import entries, identity, intake, making
from leadboard.capture.digest import Unusable, person_in, vendor_of
from leadboard.capture.duplicates import linking
from leadboard.capture.mapping import Person
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.companies import known
from leadboard.leads.batch import Move, capture_all, move_all
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.playbook import versions
from leadboard.playbook.schema import Playbook
from leadboard.sheets.reading import Row

log = logging.getLogger(__name__)
NEW, JOINED, KNOWN, REFUSED = "new", "joined", "known", "refused"
KEEP = """
INSERT INTO capture_submission
    (id, source_id, received_at, content_type, headers, body, body_hash, idempotency_key,
     state, problem, attempts)
SELECT i.id, %s, now(), %s, i.headers, i.body, i.body_hash, i.key, 'received', '', 0
FROM unnest(%s::uuid[], %s::jsonb[], %s::bytea[], %s::bytea[], %s::text[])
    AS i (id, headers, body, body_hash, key)
ON CONFLICT (source_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id
"""
SETTLE = """
UPDATE capture_submission s
SET state = i.state, problem = i.problem, lead_id = i.lead, submitted_at = i.submitted_at, digested_at = now()
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[])
    AS i (id, state, problem, lead, submitted_at)
WHERE s.id = i.id AND s.state IN ('received', 'quarantined')
"""


@dataclass
class Outcome:
    """What became of a row, or would: new, joined, known or refused (then `why`), and the lead it joins."""

    row: Row
    done: str
    why: str = ""
    lead: Any = None


@dataclass(slots=True)
class _Stranger:
    """Somebody who came earlier in the same trial, as far as others are compared with them."""

    name: str
    email: str
    pk: None = None


@dataclass
class _Taken:
    """A row on its way: its submission, whom it speaks of, the lead it made or joins."""

    row: Row
    submission: Submission
    person: Person | Unusable
    lead: Lead | None = None
    state: str = SubmissionState.QUARANTINED


@dataclass
class _People:
    """Who is known by which key, people of this batch included."""

    owners: dict[identity.Key, Any]
    pointed: dict[identity.Key, Any] = field(default_factory=dict)

    def find(self, person: Person) -> Lead | None:
        """Return the lead that a person joins."""
        return identity.choose(person, identity.keys_of(person), self.owners)

    def point(self, person: Person, lead: Any) -> None:
        """Let the person's free keys point to the lead."""
        for key in identity.keys_of(person):
            if not identity.is_needless(key, self.owners, lead) and self.owners.setdefault(key, lead) is lead:
                self.pointed[key] = lead


def take_in(
    rows: Sequence[Row], source: Source, file_hash: str, always: dict[str, str] | None = None
) -> list[Outcome]:
    """Bring rows in; return what became of each, in their order. All of them or none are stored. `always` are
    fields of every person that a row does not fill itself.
    """
    outcomes = {row.number: Outcome(row, REFUSED, row.problem) for row in rows if row.problem}
    with transaction.atomic():
        submissions = _keep([row for row in rows if not row.problem], source, file_hash)
        taken = [_Taken(row, one, _person(row, one, always or {})) for row, one in submissions]
        _give_leads([one for one in taken if isinstance(one.person, Person)])
        _settle(taken)
    outcomes |= {one.row.number: _outcome(one) for one in taken}
    return [outcomes.get(row.number) or Outcome(row, KNOWN) for row in rows]


def foresee(rows: Sequence[Row], source: Source, seen: dict[identity.Key, Any]) -> list[Outcome]:
    """Return what would become of rows; stores nothing. `seen` carries the people of the rows before."""
    now = db_now()
    people: dict[int, Person | Unusable] = {}
    for row in rows:
        people[row.number] = person_in(_entry(row), Submission(source=source, received_at=now))
    known_people = [person for person in people.values() if isinstance(person, Person)]
    all_keys = [key for person in known_people for key in identity.keys_of(person)]
    register = _People(identity.open_leads_of(all_keys) | seen)
    outcomes = [_foresee_row(row, people[row.number], register) for row in rows]
    seen |= register.pointed
    return outcomes


def _foresee_row(row: Row, person: Person | Unusable, register: _People) -> Outcome:
    if row.problem or isinstance(person, Unusable):
        return Outcome(row, REFUSED, row.problem or getattr(person, "words", ""))
    lead = register.find(person)
    register.point(
        person, lead or Lead(name=person.fields.get("name", ""), email=person.fields.get("email", ""))
    )
    return Outcome(row, JOINED if lead else NEW, lead=lead)


def _entry(row: Row) -> entries.Entry:
    return entries.read(vendor_of(Submission(content_type=entries.ROW)), payload_of(row))


def payload_of(row: Row) -> dict[str, Any]:
    """Return a row as a delivery: its cells that say something, by column."""
    return {name: cell for name, cell in row.cells.items() if cell not in ("", None)} or {"row": row.number}


def _person(row: Row, submission: Submission, always: dict[str, str]) -> Person | Unusable:
    person = person_in(_entry(row), submission)
    if isinstance(person, Person):
        person.fields = always | person.fields
    return person


def _keep(rows: list[Row], source: Source, file_hash: str) -> list[tuple[Row, Submission]]:
    """Keep the rows that are new; return them, and those that an earlier run kept without making a lead."""
    made = {_key(row, file_hash): (row, _submission(row, source, file_hash)) for row in rows}
    if not made:
        return []
    fresh = [one for _, one in made.values()]
    values: list[Any] = [source.pk, entries.ROW, [one.id for one in fresh]]
    values += [[Jsonb(one.headers) for one in fresh], [one.body for one in fresh]]
    values += [[one.body_hash for one in fresh], list(made)]
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)
        stored = {row[0] for row in cursor.fetchall()}
    now = db_now()
    for one in fresh:
        one.received_at = now
    waiting = _waiting([key for key, (_, one) in made.items() if one.id not in stored], source)
    kept = [(row, one if one.id in stored else waiting.get(key)) for key, (row, one) in made.items()]
    return [(row, one) for row, one in kept if one is not None]


def _waiting(keys: list[str], source: Source) -> dict[str, Submission]:
    """Return the submissions of earlier runs that made no lead yet, locked."""
    if not keys:
        return {}
    earlier = Submission.objects.select_for_update(of=("self",)).filter(
        source=source, idempotency_key__in=keys
    )
    left = earlier.filter(state__in=[SubmissionState.RECEIVED, SubmissionState.QUARANTINED]).order_by("id")
    found = {str(one.idempotency_key): one for one in left}
    for one in found.values():
        one.source = source
    return found


def _key(row: Row, file_hash: str) -> str:
    return f"{entries.OURS}import {file_hash} {row.number}"


def _submission(row: Row, source: Source, file_hash: str) -> Submission:
    body = json.dumps(payload_of(row), ensure_ascii=False).encode()
    return Submission(
        source=source, content_type=entries.ROW, body=body, headers={"Row": row.number},
        body_hash=intake.fingerprint(entries.ROW, body), idempotency_key=_key(row, file_hash),
    )  # fmt: skip


def _give_leads(taken: list[_Taken]) -> None:
    """Make or join a lead for each; the people are locked first, in one order, as at the door."""
    people = [_sure(one) for one in taken]
    keys = [key for person in people for key in identity.keys_of(person)]
    owned = identity.lock_all(keys)
    register = _People({key: lead for key, lead in owned.items() if identity.may_be_joined(lead)})
    playbook = versions.active()
    companies = known.recognise_all([person.fields for person in people])
    new: list[tuple[_Taken, known.Found | None]] = []
    for one, person, company in zip(taken, people, companies, strict=True):
        one.lead = register.find(person)
        one.state = SubmissionState.JOINED if one.lead else SubmissionState.CAPTURED
        if one.lead is None:
            objected = any(lead.do_not_contact for lead in identity.others(person, None, owned))
            columns = making.columns_of(one.submission, person, playbook, company)
            one.lead = Lead(**columns, do_not_contact=objected)
            new.append((one, company))
        register.point(person, one.lead)
    _capture(new, playbook)
    _join([one for one in taken if one.state == SubmissionState.JOINED], playbook)
    identity.point_all(register.pointed)
    _link(taken, register.owners | owned)


def _link(taken: list[_Taken], owned: dict[identity.Key, Lead]) -> None:
    """Make one what a row shows to be one person's, and tell people what else may be."""
    went: dict[int, Lead] = {}
    for one in taken:
        assert one.lead is not None
        one.lead = went.get(one.lead.pk, one.lead)
        found = [went.get(other.pk, other) for other in identity.others(_sure(one), one.lead, owned)]
        others = {other.pk: other for other in found if other.pk != one.lead.pk}
        if others:
            ids = [one.lead.pk, *others]
            one.lead = linking.link(_sure(one), one.lead, list(others.values()))
            gone = set(Lead.objects.filter(pk__in=ids, merged_into=one.lead).values_list("pk", flat=True))
            went = {pk: one.lead if each.pk in gone else each for pk, each in went.items()}
            went |= dict.fromkeys(gone | {one.lead.pk}, one.lead)


def _sure(one: _Taken) -> Person:
    assert isinstance(one.person, Person)
    return one.person


def _capture(new: list[tuple[_Taken, known.Found | None]], playbook: Playbook) -> None:
    leads = [one.lead for one, _ in new if one.lead is not None]
    if not leads:
        return
    facts = [
        making.facts_of(one.submission, lead.lead_type) for (one, _), lead in zip(new, leads, strict=True)
    ]
    capture_all(leads, facts, playbook_version=playbook.version)
    pairs = zip(leads, (company for _, company in new), strict=True)
    known.link_all([(lead, company) for lead, company in pairs if company])


def _join(joining: list[_Taken], playbook: Playbook) -> None:
    """Let people join their leads; whoever comes several times in a batch joins as often, in turn."""
    while joining:
        first: dict[int, _Taken] = {}
        rest: list[_Taken] = []
        for one in joining:
            assert one.lead is not None
            (rest.append(one) if one.lead.pk in first else first.setdefault(one.lead.pk, one))
        _join_once(list(first.values()), playbook)
        joining = rest


def _join_once(joining: list[_Taken], playbook: Playbook) -> None:
    by_columns: dict[tuple[str, ...], list[Move]] = defaultdict(list)
    for one in joining:
        assert one.lead is not None
        changes, facts = making.joined(one.submission, _sure(one), one.lead, playbook)
        by_columns[tuple(sorted(changes))].append(Move(one.lead, facts, changes))
    for moves in by_columns.values():
        move_all("joined", moves, playbook_version=playbook.version)


def _settle(taken: list[_Taken]) -> None:
    values: list[Any] = [
        [one.submission.id for one in taken],
        [str(one.state) for one in taken],
        [one.person.words if isinstance(one.person, Unusable) else "" for one in taken],
        [one.lead.pk if one.lead else None for one in taken],
        [one.person.submitted_at if isinstance(one.person, Person) else None for one in taken],
    ]
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, values)


def _outcome(one: _Taken) -> Outcome:
    if isinstance(one.person, Unusable):
        return Outcome(one.row, REFUSED, one.person.words)
    return Outcome(one.row, JOINED if one.state == SubmissionState.JOINED else NEW, lead=one.lead)
