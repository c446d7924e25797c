"""What the job runner and the timer call: ids in, safe to run twice. The timer only enqueues."""

import logging

from django_q.tasks import async_task

from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from qualification import pipeline
from qualification.governance import shadow

log = logging.getLogger(__name__)
AT_ONCE = 200
UNCLAIMED = (Desk.BOARD, Desk.NURTURE, Desk.LONG_NURTURE)


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


def rescore(after: int = 0) -> None:
    """Judge again the open leads that nobody holds, 200 a job: each job enqueues the next one."""
    open_leads = Lead.objects.filter(desk__in=UNCLAIMED, owner=None, erased_at=None, scored_at__isnull=False)
    todo = list(open_leads.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    if len(todo) == AT_ONCE:
        async_task("qualification.governance.jobs.rescore", todo[-1])
    for lead_id in todo:
        _judge_again(lead_id)


def _judge_again(lead_id: int) -> None:
    """One lead that cannot be judged must not keep the others from it."""
    try:
        pipeline.qualify(lead_id, asked=True)
    except Exception:
        log.exception("lead %s could not be judged again", lead_id)
