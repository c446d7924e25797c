"""The one door: a lead changes only through `move()`, which also writes the event of the change."""

from contextlib import nullcontext
from typing import Any

from django.db import connection, transaction
from django.db.models import Field
from psycopg.types.json import Jsonb

from leadboard.leads import chain, reactions, sequencer
from leadboard.leads.events import KINDS
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import MOVES

PROTECTED = {"id", "uid", "version", "digest", "created_at"}
NEXT_LINK = chain.CONTENT.format(
    version="leads_lead.version + 1",
    kind="%(kind)s::text",
    at="coalesce(%(at)s::timestamptz, now())",
    recorded_at="now()",
    actor_id="%(actor)s::bigint",
    facts="%(facts)s::jsonb",
    playbook_version="%(playbook_version)s::int",
)
STATEMENT = f"""
WITH moved AS (
    UPDATE leads_lead
    SET version = leads_lead.version + 1, digest = sha256(leads_lead.digest || {NEXT_LINK}){{changes}}
    WHERE leads_lead.id = %(lead)s{{guard}}
    RETURNING id, version, digest
)
INSERT INTO leads_leadevent
    (lead_id, version, kind, at, recorded_at, actor_id, facts, playbook_version, digest)
SELECT id, version, %(kind)s, coalesce(%(at)s::timestamptz, now()), now(), %(actor)s, %(facts)s::jsonb,
       %(playbook_version)s, digest FROM moved
RETURNING id, version, at, recorded_at, digest
"""  # noqa: S608 - constants only


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

    `changes` are columns of Lead by name. `expect` maps columns to what they must still be (a value,
    None, or a tuple of allowed values): when they are not, or when the stage may not move so,
    nothing is written and Conflict is raised. `at` is when it happened (default: now). The lead
    object is brought up to date; what hangs on the event reacts in the same transaction.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of event: {kind}")
    facts = facts or {}
    guard, guard_values = _guard(dict(expect or {}), changes.get("stage"))
    assignments, values = _assignments(changes)
    parameters = values | guard_values | {
        "lead": lead.pk, "kind": kind, "at": at, "actor": getattr(actor, "pk", None),
        "facts": Jsonb(facts), "playbook_version": playbook_version,
    }  # fmt: skip
    with _transaction():
        with connection.cursor() as cursor:
            cursor.execute(STATEMENT.format(changes=assignments, guard=guard), parameters)
            row = cursor.fetchone()
        if row is None:
            raise Conflict(Lead.objects.filter(pk=lead.pk).first())
        event = _event(lead, kind, actor, facts, playbook_version, row)
        _bring_up_to_date(lead, event, changes)
        _wake_once()
        reactions.react(lead, event)
    return event


def lock(lead_id):
    """Return the lead with its row locked until the end of the transaction, or None.

    Everything that locks several rows of a lead (claims, clocks, enrolments) locks the lead first.
    """
    return Lead.objects.select_for_update(of=("self",)).filter(pk=lead_id).first()


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
        field = _column(name)
        if wanted is None:
            clauses.append(f" AND leads_lead.{field.column} IS NULL")
        elif isinstance(wanted, (tuple, list, set, frozenset)):
            clauses.append(f" AND leads_lead.{field.column} = ANY(%(g_{name})s)")
            values[f"g_{name}"] = [_stored(field, value) for value in wanted]
        else:
            clauses.append(f" AND leads_lead.{field.column} = %(g_{name})s")
            values[f"g_{name}"] = _stored(field, wanted)
    return "".join(clauses), values


def _assignments(changes):
    """Return the SQL of the SET list after the first two, and its values."""
    if PROTECTED & changes.keys():
        raise ValueError(f"not to be set by a move: {sorted(PROTECTED & changes.keys())}")
    fields = {name: _column(name) for name in changes}
    sql = "".join(f", {field.column} = %(c_{name})s" for name, field in fields.items())
    return sql, {f"c_{name}": _stored(field, changes[name]) for name, field in fields.items()}


def _column(name) -> Field:
    """Return the column of Lead with this name; what only points to a lead is none."""
    field = Lead._meta.get_field(name)
    assert isinstance(field, Field), f"{name} is no column of Lead"
    return field


def _stored(field, value):
    """Return a value as the database takes it."""
    if field.is_relation:
        return getattr(value, "pk", value)
    prepared = field.get_db_prep_save(value, connection)
    return str(prepared) if isinstance(prepared, str) else prepared


def _event(lead, kind, actor, facts, playbook_version, row):
    """Return the LeadEvent just written."""
    pk, version, at, recorded_at, digest = row
    return LeadEvent(
        id=pk, lead=lead, version=version, kind=kind, at=at, recorded_at=recorded_at, actor=actor,
        facts=facts, playbook_version=playbook_version, digest=digest,
    )  # fmt: skip


def _bring_up_to_date(lead, event, changes):
    """Set on the object what the statement set on the row."""
    lead.version, lead.digest = event.version, event.digest
    for name, value in changes.items():
        setattr(lead, _column(name).attname if isinstance(value, int) and name == "owner" else name, value)


def _wake_once():
    """Wake the sequencer after the commit, once per transaction."""
    if not any(entry[1] is sequencer.wake for entry in connection.run_on_commit):
        transaction.on_commit(sequencer.wake)
