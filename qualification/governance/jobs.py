"""What the job runner and the timer call: ids in, safe to run twice. The timer only enqueues."""

from django_q.tasks import async_task

from leadboard.leads.clock import db_now
from qualification.governance import shadow


def watch_challengers() -> bool:
    """Enqueue the shadow work when a challenger has not judged the newest leads."""
    if not shadow.waiting():
        return False
    async_task("qualification.governance.jobs.try_challengers")
    return True


def try_challengers() -> None:
    """Score in shadow, look at whose look is due, promote what proved better when that goes by itself."""
    from qualification.governance import trying  # noqa: PLC0415 - reason: statistics cost a second to import

    shadow.score_all()
    trying.decide()


def watch_nightly() -> bool:
    """Enqueue the readings of drift and the fairness report of the month that is over."""
    async_task("qualification.governance.jobs.nightly")
    return True


def nightly() -> None:
    """Drift of the live model, fairness of last month."""
    from qualification.governance import reporting, watching  # noqa: PLC0415 - reason: a second to import

    now = db_now()
    watching.watch(now)
    reporting.of_month(reporting.last_month(now))
