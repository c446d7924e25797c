"""Turn the hands of a clock: tests move what is owed into the past, never the time of the machine."""

from datetime import timedelta

from handoff.models import Clock
from handoff.timing import engine
from leadboard.leads.clock import db_now


def turn(lead, kind, *, overdue_by=1, warn=False):
    """Let the lead's running clock of this kind be due so many seconds ago; with `warn`, only its warning."""
    clock = Clock.objects.get(lead=lead, kind=kind, state="running")
    moment = db_now() - timedelta(seconds=overdue_by)
    if warn:
        Clock.objects.filter(pk=clock.pk).update(warn_at=moment, fires_at=moment)
        return clock
    length = clock.due_at - clock.anchored_at
    warned_at = min(clock.warned_at, moment) if clock.warned_at else None
    Clock.objects.filter(pk=clock.pk).update(
        anchored_at=moment - length,
        started_at=moment - length,
        warn_at=None,
        due_at=moment,
        fires_at=moment,
        warned_at=warned_at,
    )
    clock.refresh_from_db()
    return clock


def fire():
    """Fire everything that is due; return how many clocks were taken."""
    fired = 0
    while taken := engine.fire_due():
        fired += taken
    return fired
