"""The one door: a lead changes only through `move()`, which also writes the event of the change."""

from contextlib import nullcontext
from typing import Any

from django.db import connection, transaction

from leadboard.leads import door, reactions
from leadboard.leads.events import KINDS
from leadboard.leads.models import Lead
from leadboard.leads.stages import MOVES


class Conflict(Exception):
    """The lead was not as expected: somebody was faster. `lead` is as it is now (None: gone)."""

    def __init__(self, lead):
        super().__init__("Somebody was faster: the lead has changed meanwhile.")
        self.lead = lead


def capture(fields, *, facts, at=None, playbook_version=None):
    """Insert a new lead with its first event, `captured`; return (lead, event)."""
    lead = Lead(**fields)
    lead.digest = lead.uid.bytes
    with _transaction():
        lead.save(force_insert=True)
        return lead, move(lead, "captured", at=at, facts=facts, playbook_version=playbook_version)


def move(lead, kind, *, actor=None, at=None, facts=None, expect=None, playbook_version=None, **changes):
    """Change a lead and record the one event of it, in one statement; return the LeadEvent.

    `changes` are columns of Lead, or of its score, by name. `expect` maps columns of Lead to what they
    must still be (a value, None, or a tuple of allowed values): when they are not, or when the stage may
    not move so, nothing is written and Conflict is raised. `at` is when it happened (default: now). The
    lead object is brought up to date; what hangs on the event reacts in the same transaction.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of event: {kind}")
    facts = facts or {}
    guard, values = _guard(dict(expect or {}), changes.get("stage"))
    row = door.row_of(lead, changes, facts, at, actor)
    with _transaction():
        written = door.write(kind, [row], tuple(changes), playbook_version, guard, values)
        if not written:
            raise Conflict(Lead.objects.filter(pk=lead.pk).first())
        event = door.event_of(kind, lead, written[lead.pk], changes, actor, facts, playbook_version)
        reactions.react(lead, event)
    return event


def lock(lead_id):
    """Return the lead with its row locked until the end of the transaction, or None.

    Everything that locks several rows of a lead (claims, clocks, enrolments) locks the lead first.
    """
    locked = Lead.objects.select_related("standing").select_for_update(of=("self",))
    return locked.filter(pk=lead_id).first()


LOCK_ALL = "SELECT id, version FROM leads_lead WHERE id = ANY(%s) ORDER BY id FOR UPDATE"


def lock_all(leads, *, waits=True):
    """Lock the rows of these leads and return {id: the lead as it is now}, in the order of the ids.

    A lead that nobody changed since it was read is the very object in hand. Those that are gone are not in
    the answer, nor, unless it `waits`, those whose row somebody else has locked.
    """
    read = {lead.pk: lead for lead in leads}
    with connection.cursor() as cursor:
        cursor.execute(LOCK_ALL if waits else f"{LOCK_ALL} SKIP LOCKED", [list(read)])
        versions = dict(cursor.fetchall())
    changed = [pk for pk, version in versions.items() if version != read[pk].version]
    anew = {lead.pk: lead for lead in Lead.objects.filter(pk__in=changed)} if changed else {}
    return {pk: anew.get(pk, read[pk]) for pk in versions}


def _transaction():
    """Return a transaction of our own, or the one that is open: a Conflict must not spoil the caller's."""
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def _guard(expect, new_stage):
    """Return the SQL that follows the WHERE, and its values."""
    clauses: list[str] = []
    values: dict[str, Any] = {}
    if new_stage is not None:
        clauses.append(" AND (stage = %(g_stage_new)s OR stage = ANY(%(g_stage_from)s))")
        values |= {
            "g_stage_new": str(new_stage),
            "g_stage_from": [str(old) for old in MOVES if new_stage in MOVES[old]],
        }
    for name, wanted in expect.items():
        field = door.column(name)
        if wanted is None:
            clauses.append(f" AND leads_lead.{field.column} IS NULL")
        elif isinstance(wanted, (tuple, list, set, frozenset)):
            clauses.append(f" AND leads_lead.{field.column} = ANY(%(g_{name})s)")
            values[f"g_{name}"] = [_stored(field, value) for value in wanted]
        else:
            clauses.append(f" AND leads_lead.{field.column} = %(g_{name})s")
            values[f"g_{name}"] = _stored(field, wanted)
    return "".join(clauses), values


def _stored(field, value):
    """Return a value as the database compares it."""
    if field.is_relation:
        return getattr(value, "pk", value)
    prepared = field.get_db_prep_save(value, connection)
    return str(prepared) if isinstance(prepared, str) else prepared
