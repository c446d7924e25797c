"""What the job runner calls: ids in, safe to run twice."""

import logging
import math
import random
import time
from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django_q.models import OrmQ
from django_q.tasks import async_task

from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk
from qualification import before, pipeline, rescoring
from qualification.models import ScoringModel, Verdict
from qualification.outcomes import examples

log = logging.getLogger(__name__)
SWEPT_AT_ONCE, SECONDS_AT_ONCE = 200, 2
LEFT_BEHIND, WAITING, NEIGHBOURS = timedelta(minutes=1), timedelta(seconds=3), 100
LONGEST_JOB = 30
GROWN_BY, GROWN_SHARE = 50, 0.05


def qualify(lead_id: int) -> None:
    """Judge a lead that came in, wrote again or got its details; and when leads wait, some of those that came
    after it: half of what a job costs is being fetched from the queue.
    """
    pipeline.qualify(lead_id)
    until = time.monotonic() + SECONDS_AT_ONCE
    waiting = list(_unjudged(WAITING).filter(pk__gt=lead_id, pk__lte=lead_id + NEIGHBOURS)[:NEIGHBOURS])
    # Several workers meet here: each takes them in an order of its own.
    for other in random.sample(waiting, len(waiting)):
        if time.monotonic() > until:
            return
        pipeline.qualify(other)


def _unjudged(older_than: timedelta) -> QuerySet[Lead, int]:
    """Ids of the open leads that came in so long ago and that nobody has judged, the oldest first."""
    found = Lead.objects.filter(
        ~Exists(Verdict.objects.filter(lead=OuterRef("pk"))), owner=None, erased_at=None,
        do_not_contact=False, desk__in=(Desk.BOARD, Desk.NURTURE, Desk.LONG_NURTURE),
        created_at__lt=Now() - older_than,
    )  # fmt: skip
    return found.order_by("id").values_list("pk", flat=True)


def sweep() -> int:
    """Enqueue again what nobody has judged for a minute: the queue is no truth. Returns how many jobs.

    Of leads that came together one is enqueued: its job goes on with those behind it. What waits in a long
    queue is not left behind: enqueued every quarter of a minute it would only hold up all other work.
    """
    if OrmQ.objects.count() > SWEPT_AT_ONCE:
        return 0
    chosen: list[int] = []
    for lead_id in _unjudged(LEFT_BEHIND)[:SWEPT_AT_ONCE]:
        if not chosen or lead_id > chosen[-1] + NEIGHBOURS:
            chosen.append(lead_id)
            async_task("qualification.jobs.qualify", lead_id)
    return len(chosen)


def follow(first: int, last: int) -> int:
    """Judge the leads of these events that nobody has judged since, for two seconds; return how many.

    What is left follows in a job of its own, at the end of the queue: many leads at once never stand before
    the one that comes in now.
    """
    until, judged = time.monotonic() + SECONDS_AT_ONCE, 0
    heard = LeadEvent.objects.filter(pk__range=(first, last), kind__in=before.HEARD_FROM)
    judged_since = Verdict.objects.filter(lead=OuterRef("lead"), lead_version__gte=OuterRef("version"))
    waiting = heard.filter(~Exists(judged_since)).order_by("pk").values_list("pk", "lead_id")
    for event_id, lead_id in waiting[:SWEPT_AT_ONCE]:
        if time.monotonic() > until:
            async_task("qualification.jobs.follow", event_id, last)
            return judged
        pipeline.qualify(lead_id)
        first, judged = event_id + 1, judged + 1
    if judged == SWEPT_AT_ONCE:
        async_task("qualification.jobs.follow", first, last)
    return judged


def watch_rescoring() -> bool:
    """Enqueue the scoring of all open leads after a change of model or playbook; also when its job was
    lost.
    """
    work = rescoring.begin()
    if work is None or not rescoring.claim(work):
        return False
    async_task("qualification.jobs.rescore")
    return True


def rescore() -> None:
    """Score open leads again, for half a minute at most: what is left is the next job's."""
    until = time.monotonic() + LONGEST_JOB
    while (work := rescoring.begin()) and rescoring.go_on(work, until):
        if time.monotonic() > until:
            async_task("qualification.jobs.rescore")
            return


def learn() -> bool:
    """Enqueue a training when enough is new: 50 outcomes, or a twentieth more than the newest model was
    fitted on (live or not: a challenger on trial is no reason to train each night).
    """
    newest = ScoringModel.objects.order_by("-number").values_list("outcomes", flat=True).first()
    before = newest or 0
    if len(examples()) < learns_from(before):
        return False
    async_task("qualification.jobs.train")
    return True


def learns_from(before: int) -> int:
    """From how many outcomes on the next model is trained, when the one before was fitted on `before`."""
    return before + math.ceil(min(GROWN_BY, max(1, GROWN_SHARE * before)))


def train() -> None:
    """Learn from all outcomes so far."""
    # scikit-learn costs a second and a hundred megabytes: only who trains pays for it.
    from qualification.promotion import train as learn_from_outcomes  # noqa: PLC0415 - reason: 1 s to import

    report, model = learn_from_outcomes()
    log.info("trained on %s outcomes: %s (%s)", report.outcomes, report.why, model)
