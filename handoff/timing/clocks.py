"""Start, meet and cancel clocks. Every caller holds the lead's row lock: the lead first, then its clocks."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from handoff.models import Clock, ClockKind, ClockState
from leadboard.leads.inserts import insert_all
from leadboard.leads.models import Lead

WAKE = "leadboard_clock"
# `run_clocks` looks at least once a second, so only what fires sooner than that has to wake it.
SOON = timedelta(seconds=2)
# What the board counts down, the most urgent first.
SHOWN = (ClockKind.FIRST_ACTION, ClockKind.CONTACT, ClockKind.MEETING, ClockKind.FOLLOW_UP)
OF_A_CLAIM = (ClockKind.CONTACT, ClockKind.MEETING, ClockKind.FOLLOW_UP)
NOTHING_DUE: dict[str, Any] = {"due_kind": "", "due_started_at": None, "due_at": None, "due_state": ""}


def moment() -> datetime:
    """Return the database's time of this statement.

    Read it after the lead is locked: the start of the transaction may lie before a breach for
    which this transaction had to wait.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


def clock_of(lead: Lead, deadline: Any, version: int, **more: Any) -> Clock:
    """Return an unsaved clock for a policy Deadline of this lead under this playbook version."""
    return Clock(
        lead=lead, kind=deadline.kind, rule=deadline.rule, playbook_version=version,
        anchored_at=deadline.anchor, warn_at=deadline.warn_at, due_at=deadline.due_at, **more,
    )  # fmt: skip


def start(clocks: Iterable[Clock], now: datetime) -> list[Clock]:
    """Store running clocks; a warning that is already over is not given any more."""
    clocks = list(clocks)
    for clock in clocks:
        clock.started_at = now
        clock.fires_at = first_moment(clock, now)
    insert_all(clocks)
    if any(first_moment(clock, now) <= now + SOON for clock in clocks):
        wake_once()
    return clocks


def first_moment(clock: Clock, now: datetime) -> datetime:
    """Return when a clock has to be looked at first: its warning while that is ahead, else its due time."""
    ahead = clock.warn_at is not None and now < clock.warn_at < clock.due_at
    return clock.warn_at if ahead and clock.warn_at else clock.due_at


def running(lead: Lead, *kinds: str) -> QuerySet[Clock]:
    """Return the lead's running clocks of these kinds (all kinds when none is named)."""
    return running_of([lead], *kinds)


def running_of(leads: Sequence[Lead], *kinds: str) -> QuerySet[Clock]:
    """Return the same of many leads."""
    clocks = Clock.objects.filter(lead__in=[lead.pk for lead in leads], state=ClockState.RUNNING)
    return clocks.filter(kind__in=kinds) if kinds else clocks


def meet(clocks: QuerySet[Clock], at: datetime) -> int:
    """End those running clocks whose due time was not over at `at` as met; return how many."""
    return clocks.filter(state=ClockState.RUNNING, due_at__gte=at).update(
        state=ClockState.MET, ended_at=at, recorded_at=at, fires_at=None
    )


def cancel(clocks: QuerySet[Clock], at: datetime) -> int:
    """End running clocks that nobody owes any more; return how many."""
    return clocks.filter(state=ClockState.RUNNING).update(
        state=ClockState.CANCELLED, ended_at=at, recorded_at=at, fires_at=None
    )


def breach(clocks: Iterable[Clock], now: datetime) -> None:
    """End overdue clocks as breached, each dated by its due time."""
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks], state=ClockState.RUNNING).update(
        state=ClockState.BREACHED, ended_at=F("due_at"), recorded_at=now, fires_at=None
    )


def mirror(clock: Clock | None) -> dict[str, Any]:
    """Return the `due_*` columns of a lead whose board row counts down this clock."""
    if clock is None:
        return dict(NOTHING_DUE)
    state = "warned" if clock.state == ClockState.RUNNING and clock.warned_at else clock.state
    return {
        "due_kind": str(clock.kind), "due_started_at": clock.anchored_at, "due_at": clock.due_at,
        "due_state": str(state),
    }  # fmt: skip


def shown(lead: Lead) -> dict[str, Any]:
    """Return the `due_*` columns as the lead's clocks are now: what is owed first, or what was missed."""
    return shown_all([lead])[lead.pk]


def shown_all(leads: Sequence[Lead]) -> dict[int, dict[str, Any]]:
    """Return the same for many leads, by their keys."""
    if not leads:
        return {}
    owed: dict[int, dict[str, Clock]] = {lead.pk: {} for lead in leads}
    for clock in Clock.objects.filter(lead__in=leads, state=ClockState.RUNNING):
        owed[clock.lead_id][clock.kind] = clock
    late = _missed([pk for pk, clocks in owed.items() if ClockKind.ESCALATION in clocks])
    return {
        pk: mirror(late.get(pk) if ClockKind.ESCALATION in clocks else _first_shown(clocks))
        for pk, clocks in owed.items()
    }


def _first_shown(clocks: dict[str, Clock]) -> Clock | None:
    return next((clocks[kind] for kind in SHOWN if kind in clocks), None)


def _missed(leads: list[int]) -> dict[int, Clock]:
    """Return the newest first-action clock that each of these leads missed."""
    if not leads:
        return {}
    missed = Clock.objects.filter(lead__in=leads, kind=ClockKind.FIRST_ACTION, state=ClockState.BREACHED)
    return {clock.lead_id: clock for clock in missed.order_by("id")}


def wake() -> None:
    """Tell `run_clocks` that a clock fires soon (own autocommit statement, after the commit)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [WAKE])


def wake_once() -> None:
    """Wake `run_clocks` after the commit, once per transaction."""
    if not any(entry[1] is wake for entry in connection.run_on_commit):
        transaction.on_commit(wake)
