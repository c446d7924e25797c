"""A lead's run through a track: it begins, waits while sales has the lead, goes on, and something follows.

Every function wants to be called in a transaction and locks the lead first. Nobody falls silent: while
an enrolment is active one NURTURE clock runs; when the last track is over a PARKED clock asks a person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from handoff.mailing import sending
from handoff.models import Clock, ClockKind, ClockState, Enrolment, EnrolmentState, Send, SendState
from handoff.timing import clocks
from leadboard.leads import lifecycle
from leadboard.leads.batch import Move, move_all
from leadboard.leads.inserts import insert_all
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import versions
from leadboard.playbook.policy import StepDue, default_track, step_due, track
from leadboard.playbook.schema import Playbook, all_routes

OPEN = (EnrolmentState.ACTIVE, EnrolmentState.PAUSED)
WAIT_FOR_ANSWER = timedelta(hours=1)  # while the step before is still on its way to the mail server
REVIEW_AFTER = timedelta(days=30)
TIMERS = (ClockKind.NURTURE, ClockKind.PARKED)


def open_enrolment(lead: Lead) -> Enrolment | None:
    """Return the lead's enrolment that is active or paused."""
    return Enrolment.objects.filter(lead=lead, state__in=OPEN).first()


def enrol(lead: Lead, track_name: str, *, why: str = "", actor: Any = None) -> Enrolment:
    """Put a lead into a track; one that is in it already stays where it is, another track ends.

    While sales holds the lead it begins paused. Raises ValueError for a track that the playbook in
    force does not have.
    """
    playbook = _having(track_name)
    fresh = lifecycle.lock(lead.pk)
    running = open_enrolment(lead)
    if running and running.track == track_name:
        return (
            _go_on(lead, running)
            if running.state == EnrolmentState.PAUSED and not fresh.owner_id
            else running
        )
    if running:
        stop(lead, "other_track")
    return _begin_all([lead], track_name, playbook, is_held=bool(fresh.owner_id), why=why, actor=actor)[0]


def enrol_all(wanted: Sequence[tuple[Lead, str]], *, why: str = "") -> None:
    """The same for many leads that nobody holds and whose rows are locked, each with its track."""
    leads = [lead.pk for lead, _ in wanted]
    in_one = set(Enrolment.objects.filter(lead__in=leads, state__in=OPEN).values_list("lead_id", flat=True))
    new: dict[str, list[Lead]] = {}
    for lead, track_name in wanted:
        if lead.pk in in_one:
            enrol(lead, track_name, why=why)
        else:
            new.setdefault(track_name, []).append(lead)
    for track_name, those in new.items():
        _begin_all(those, track_name, _having(track_name), is_held=False, why=why)


def _having(track_name: str) -> Playbook:
    playbook = versions.active()
    if track(playbook, track_name) is None:
        raise ValueError(f"the playbook has no track {track_name!r}")
    return playbook


def _begin_all(
    leads: Sequence[Lead], track_name: str, playbook: Playbook, *, is_held: bool, why: str, actor: Any = None
) -> list[Enrolment]:
    """Begin a track for leads that are in none; where sales holds them it waits."""
    now = clocks.moment()
    due = _due(playbook, track_name, 0, now)
    state = {"state": EnrolmentState.PAUSED, "why": "claimed"} if is_held else {"next_at": due.at}
    enrolments = [
        Enrolment(lead=lead, track=track_name, playbook_version=playbook.version, started_at=now, **state)
        for lead in leads
    ]
    insert_all(enrolments)
    moves = [Move(one.lead, _facts("enrolled", one, why), actor=actor) for one in enrolments]
    move_all("enrolled", moves, playbook_version=playbook.version)
    if not is_held:
        clocks.cancel(clocks.running_of(leads, *TIMERS), now)
        clocks.start([_timer(one, due.at, now, due.rule) for one in enrolments], now)
    return enrolments


def pause(lead: Lead, why: str, *, actor: Any = None) -> None:
    """Stop writing to a lead for now; what was decided and not handed over is cancelled and comes again."""
    lifecycle.lock(lead.pk)
    sending.cancel(lead, why)
    _end_timers(lead)
    enrolment = open_enrolment(lead)
    if enrolment is None or enrolment.state == EnrolmentState.PAUSED:
        return
    _change(enrolment, state=EnrolmentState.PAUSED, why=why, next_at=None)
    _tell(lead, "nurture_paused", enrolment, actor=actor, reason=why)


def resume_or_begin(lead: Lead, *, why: str) -> Enrolment:
    """Go on in the lead's track where it stopped, or begin the one that the playbook has for it."""
    fresh = lifecycle.lock(lead.pk)
    enrolment = open_enrolment(lead)
    if enrolment is None:
        name = default_track(versions.active(), fresh.lead_type, fresh.band or None)
        return enrol(lead, name, why=why)
    if enrolment.state == EnrolmentState.PAUSED and not fresh.owner_id:
        return _go_on(lead, enrolment)
    return enrolment


def revive(lead: Lead, enrolment: Enrolment) -> Enrolment:
    """Let an enrolment that was stopped by mistake go on at its next step."""
    lifecycle.lock(lead.pk)
    enrolment.lead = lead
    _change(enrolment, state=EnrolmentState.PAUSED, ended_at=None)
    return _go_on(lead, enrolment)


def stop(lead: Lead, why: str, *, actor: Any = None) -> None:
    """End the lead's enrolment for good, with its mails that were only decided and its timers."""
    lifecycle.lock(lead.pk)
    sending.cancel(lead, why)
    _end_timers(lead)
    enrolment = open_enrolment(lead)
    if enrolment is not None:
        _change(enrolment, state=EnrolmentState.STOPPED, why=why, next_at=None, ended_at=clocks.moment())
        _tell(lead, "nurture_stopped", enrolment, actor=actor, reason=why)


def park(lead: Lead, why: str, *, after: timedelta = REVIEW_AFTER, actor: Any = None) -> None:
    """Leave a lead to a person: it waits on marketing's desk and asks to be looked at again after a time."""
    lifecycle.lock(lead.pk)
    _end_timers(lead)
    now, version = clocks.moment(), versions.active().version
    review = Clock(
        lead=lead, kind=ClockKind.PARKED, rule=f"parked.{why}"[:80], playbook_version=version,
        anchored_at=now, due_at=now + after,
    )  # fmt: skip
    clocks.start([review], now)
    facts = {"reason": why, "due": review.due_at.isoformat()}
    lifecycle.move(lead, "parked", actor=actor, facts=facts, playbook_version=review.playbook_version)


def after_failure(lead: Lead, event: Any) -> None:
    """At once after a mail did not go out: an address that the mail server does not know gets no more."""
    if event.facts.get("reason") == "undeliverable":
        stop(lead, "undeliverable")
        park(lead, "undeliverable")


def fire(clock: Clock) -> None:
    """Do what a NURTURE or PARKED clock asks for when it is due. `run_clocks` holds the lead's lock."""
    ended = Clock.objects.filter(pk=clock.pk, state=ClockState.RUNNING).update(
        state=ClockState.MET, ended_at=clock.due_at, recorded_at=clocks.moment(), fires_at=None
    )
    lead = lifecycle.lock(clock.lead_id)
    if not ended or lead is None or lead.desk == Desk.CLOSED:
        return
    if clock.kind == ClockKind.PARKED:
        if not lead.owner_id:
            park(lead, "review_again")
        return
    enrolment = open_enrolment(lead)
    if enrolment is not None and enrolment.state == EnrolmentState.ACTIVE:
        _advance(lead, enrolment)


def _advance(lead: Lead, enrolment: Enrolment) -> None:
    """Decide the next step, or say why not; whatever comes of it, something is ahead of the lead."""
    now = clocks.moment()
    why = sending.obstacle(lead)
    if why == "claimed":
        pause(lead, why)
    elif why:
        stop(lead, why)
        park(lead, why)
    elif Send.objects.filter(enrolment=enrolment, step=enrolment.step, state=SendState.DECIDED).exists():
        _start_timer(enrolment, now + WAIT_FOR_ANSWER, now)
    elif step_due(_followed(enrolment), enrolment.track, enrolment.step + 1, now) is None:
        _finish(lead, enrolment)
    else:
        _change(enrolment, step=enrolment.step + 1)
        sending.decide_step(enrolment, enrolment.step)
        _time_next(enrolment, now)


def _finish(lead: Lead, enrolment: Enrolment) -> None:
    """The track is over: from the medium desk on to the long-term one, from there to a person."""
    _change(enrolment, state=EnrolmentState.DONE, next_at=None, ended_at=clocks.moment())
    following = long_term_track(versions.active())
    if lead.desk == Desk.LONG_NURTURE or following in (None, enrolment.track):
        _tell(lead, "nurture_done", enrolment)
        park(lead, "track_finished")
        return
    _tell(
        lead, "nurture_done", enrolment, **({"desk": Desk.LONG_NURTURE} if lead.desk == Desk.NURTURE else {})
    )
    enrol(lead, following, why="track_finished")


def _go_on(lead: Lead, enrolment: Enrolment) -> Enrolment:
    """Make a paused enrolment active; its next step keeps the full gap from now."""
    _change(enrolment, state=EnrolmentState.ACTIVE, why="")
    _tell(lead, "nurture_resumed", enrolment)
    _time_next(enrolment, clocks.moment())
    return enrolment


def long_term_track(playbook: Playbook) -> str | None:
    """Return the track of the long-term desk: the first that a route to this desk names."""
    return next((route.track for _, route in all_routes(playbook) if route.desk == Desk.LONG_NURTURE), None)


def desk_of(playbook: Playbook, track_name: str) -> Desk:
    """Return the desk whose track this is: long-term when only routes to the long-term desk name it."""
    desks = {route.desk for _, route in all_routes(playbook) if route.track == track_name}
    return Desk.LONG_NURTURE if desks == {Desk.LONG_NURTURE} else Desk.NURTURE


def _followed(enrolment: Enrolment) -> Playbook:
    """Return the agreement whose steps the enrolment follows."""
    return versions.by_number(enrolment.playbook_version)


def _time_next(enrolment: Enrolment, now: datetime) -> None:
    """Start the clock of the next step."""
    due = _due(_followed(enrolment), enrolment.track, enrolment.step, now)
    _start_timer(enrolment, due.at, now, due.rule)


def _due(playbook: Playbook, track_name: str, step: int, now: datetime) -> StepDue:
    """Return when the step after this one is due; after the last one, its own gap again before the end."""
    due = step_due(playbook, track_name, step + 1, now) or step_due(playbook, track_name, step, now)
    if due is None:
        raise ValueError(f"version {playbook.version} has no track {track_name!r}")
    return due


def _start_timer(enrolment: Enrolment, due_at: datetime, now: datetime, rule: str = "") -> None:
    """Start the enrolment's clock in place of what else would time this lead's nurture."""
    _end_timers(enrolment.lead)
    clocks.start([_timer(enrolment, due_at, now, rule)], now)
    _change(enrolment, next_at=due_at)


def _timer(enrolment: Enrolment, due_at: datetime, now: datetime, rule: str) -> Clock:
    return Clock(
        lead=enrolment.lead, enrolment=enrolment, kind=ClockKind.NURTURE, due_at=due_at, anchored_at=now,
        rule=rule or f"tracks.{enrolment.track}", playbook_version=enrolment.playbook_version,
    )  # fmt: skip


def _end_timers(lead: Lead) -> None:
    """Cancel what would time this lead's nurture or parking."""
    clocks.cancel(clocks.running(lead, *TIMERS), clocks.moment())


def _change(enrolment: Enrolment, **columns: Any) -> None:
    """Set columns of an enrolment, in the object and in the row."""
    for name, value in columns.items():
        setattr(enrolment, name, value)
    enrolment.save(update_fields=list(columns))


def _tell(
    lead: Lead, kind: str, enrolment: Enrolment, *, actor: Any = None, reason: str = "", **changes: Any
) -> None:
    """Write one event about the enrolment."""
    facts = _facts(kind, enrolment, reason) | {name: str(value) for name, value in changes.items()}
    lifecycle.move(
        lead, kind, actor=actor, facts=facts, playbook_version=enrolment.playbook_version, **changes
    )


def _facts(kind: str, enrolment: Enrolment, reason: str) -> dict[str, Any]:
    """Return what an event tells of it; `step` is the next one, or the last decided when it is over."""
    is_over = kind in ("nurture_done", "nurture_stopped")
    facts = {"track": enrolment.track, "step": enrolment.step + (not is_over), "enrolment": enrolment.pk}
    return facts | ({"reason": reason} if reason else {})
