"""Many rows of a file at once, by the same rules as one delivery at the door, in few statements.

All of a batch is one transaction: submissions kept, people recognised, leads made or joined, companies
matched, clocks started. A row's idempotency key is the file's hash and its number, so that a second or a
broken-off run of the same file doubles nothing.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from leadboard.capture import entries, identity, making, own_rows, row_submissions
from leadboard.capture.digest import Unusable, person_in
from leadboard.capture.duplicates import linking
from leadboard.capture.mapping import Person
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.capture.vendors import VENDORS
from leadboard.companies import known
from leadboard.leads.batch import Move, capture_all, move_all
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.playbook import versions
from leadboard.playbook.schema import Playbook
from leadboard.sheets import dates
from leadboard.sheets.reading import Row

log = logging.getLogger(__name__)
NEW, JOINED, KNOWN, REFUSED = "new", "joined", "known", "refused"


@dataclass
class Outcome:
    """What became of a row, or would: new, joined, known or refused (then `why`), and the lead it joins."""

    row: Row
    done: str
    why: str = ""
    lead: Any = None


@dataclass
class _Taken:
    """A row on its way: its submission, whom it speaks of, the lead it made or joins."""

    row: Row
    submission: Submission
    person: Person | Unusable
    keys: list[identity.Key] = field(default_factory=list)
    lead: Lead | None = None
    state: str = SubmissionState.QUARANTINED


@dataclass
class People:
    """Who is known by which key, people of this batch included."""

    owners: dict[identity.Key, Any]
    pointed: dict[identity.Key, Any] = field(default_factory=dict)

    def find(self, person: Person, keys: Sequence[identity.Key]) -> Any:
        """Return the lead that a person with these keys joins."""
        return identity.choose(person, keys, self.owners)

    def point(self, keys: Sequence[identity.Key], lead: Any) -> None:
        """Let the keys that are free, and needed, point to the lead."""
        for key in keys:
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
        fresh = _not_our_own([row for row in rows if not row.problem], source)
        kept = row_submissions.keep(fresh, source, file_hash)
        taken = [_Taken(row, one, person_of(row, one, always)) for row, one in kept]
        _give_leads([one for one in taken if isinstance(one.person, Person)])
        _settle(taken)
    outcomes |= {one.row.number: _outcome(one) for one in taken}
    return [outcomes.get(row.number) or Outcome(row, KNOWN) for row in rows]


def person_of(row: Row, submission: Submission, always: Mapping[str, str] | None = None) -> Person | Unusable:
    """Return whom a row speaks of, or why nobody can be recognised in it; all who read rows ask here."""
    payload = row_submissions.payload_of(row)
    when = submission.source.mapping.get("submitted_at")
    if isinstance(when, str) and (moment := dates.moment(str(payload.get(when, "")))):
        payload[when] = moment.isoformat()
    person = person_in(entries.read(VENDORS["generic"], payload), submission)
    if always and isinstance(person, Person):
        person.fields = {**always, **person.fields}
    return person


def people_of(rows: Sequence[Row], source: Source) -> dict[int, Person | Unusable]:
    """Return whom each row speaks of, by its number; nothing is kept."""
    submission = Submission(source=source, received_at=db_now())
    return {row.number: person_of(row, submission) for row in rows}


def _not_our_own(rows: list[Row], source: Source) -> list[Row]:
    """Return the rows without those of our own exports that say nothing new."""
    may_be_ours = [row for row in rows if own_rows.ID in row.cells]
    own = own_rows.say_nothing_new(may_be_ours, people_of(may_be_ours, source)) if may_be_ours else set()
    return [row for row in rows if row.number not in own]


def _give_leads(taken: list[_Taken]) -> None:
    """Make or join a lead for each; the people are locked first, in one order, as at the door."""
    for one in taken:
        one.keys = identity.keys_of(_sure(one))
    owned = identity.lock_all([key for one in taken for key in one.keys])
    playbook = versions.active()
    companies = known.recognise_all([_sure(one).fields for one in taken])
    register = People({key: lead for key, lead in owned.items() if identity.may_be_joined(lead)})
    new: list[tuple[_Taken, known.Found | None]] = []
    for one, company in zip(taken, companies, strict=True):
        one.lead = register.find(_sure(one), one.keys)
        one.state = SubmissionState.JOINED if one.lead else SubmissionState.CAPTURED
        if one.lead is None:
            one.lead = _lead_for(one, company, owned, playbook)
            new.append((one, company))
        register.point(one.keys, one.lead)
    _capture(new, playbook)
    _join([one for one in taken if one.state == SubmissionState.JOINED], playbook)
    identity.point_all(register.pointed)
    _link(taken, register.owners | owned)


def _lead_for(
    one: _Taken, company: known.Found | None, owned: dict[identity.Key, Lead], playbook: Playbook
) -> Lead:
    """Return the unsaved lead of somebody new; who objected in another lead has objected."""
    columns = making.columns_of(one.submission, _sure(one), playbook, company)
    return Lead(**columns, do_not_contact=any(lead.do_not_contact for lead in _others(one, owned)))


def _others(one: _Taken, owned: dict[identity.Key, Lead]) -> list[Lead]:
    """Return the leads besides the row's own that seem to be of the same person."""
    if all(owned.get(key, one.lead) is one.lead for key in one.keys):
        return []
    return identity.others(_sure(one), one.lead, owned)


def _link(taken: list[_Taken], owned: dict[identity.Key, Lead]) -> None:
    """Make one what a row shows to be one person's, and tell people what else may be."""
    went: dict[int, Lead] = {}
    for one in taken:
        assert one.lead is not None
        one.lead = went.get(one.lead.pk, one.lead)
        found = [went.get(other.pk, other) for other in _others(one, owned)]
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
    row_submissions.settle(
        [
            [one.submission.id for one in taken],
            [str(one.state) for one in taken],
            [one.person.words if isinstance(one.person, Unusable) else "" for one in taken],
            [one.lead.pk if one.lead else None for one in taken],
            [one.person.submitted_at if isinstance(one.person, Person) else None for one in taken],
        ]
    )


def _outcome(one: _Taken) -> Outcome:
    if isinstance(one.person, Unusable):
        return Outcome(one.row, REFUSED, one.person.words)
    return Outcome(one.row, JOINED if one.state == SubmissionState.JOINED else NEW, lead=one.lead)
