"""What the job runner calls: ids in, safe to run twice."""

import logging
import math
import random
import time
from collections.abc import Callable
from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django_q.models import OrmQ
from django_q.tasks import async_task

from leadboard.health import beats
from leadboard.health.queue import is_awaited, is_queued
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk
from qualification import before, pipeline
from qualification.again import lanes, rescoring
from qualification.beside import beside
from qualification.learning.outcomes import examples
from qualification.models import ScoringModel, Verdict

log = logging.getLogger(__name__)
FOLLOW, CATCH_UP = "qualification.jobs.follow", "qualification.jobs.catch_up"
LONG_QUEUE, SECONDS_AT_ONCE = 200, 10
# So many are judged in one transaction: it holds their rows for a tenth of a second.
PORTION = 200
LEFT_BEHIND, WAITING, NEIGHBOURS = timedelta(minutes=1), timedelta(seconds=3), 1_000
LONGEST_JOB = 30
GROWN_BY, GROWN_SHARE = 50, 0.05


def qualify(lead_id: int) -> None:
    """Judge a lead that came in, wrote again or got its details; and when leads wait, some of those that came
    after it: half of what a job costs is being fetched from the queue.
    """
    pipeline.qualify(lead_id)
    waiting = list(_unjudged(WAITING).filter(pk__gt=lead_id, pk__lte=lead_id + NEIGHBOURS))
    if waiting:
        # Several workers meet here: each takes others.
        pipeline.qualify_all(random.sample(waiting, min(PORTION, len(waiting))))


def _unjudged(older_than: timedelta) -> QuerySet[Lead, int]:
    """Ids of the open leads that came in so long ago and that nobody has judged, the oldest first."""
    found = Lead.objects.filter(
        ~Exists(Verdict.objects.filter(lead=OuterRef("pk"))), owner=None, erased_at=None,
        do_not_contact=False, desk__in=(Desk.BOARD, Desk.NURTURE, Desk.LONG_NURTURE),
        created_at__lt=Now() - older_than,
    )  # fmt: skip
    return found.order_by("id").values_list("pk", flat=True)


def sweep() -> int:
    """Enqueue a job for what nobody has judged for a minute: the queue is no truth. Returns how many jobs.

    What waits in a long queue, or is being caught up with, is not left behind.
    """
    if (
        OrmQ.objects.count() > LONG_QUEUE
        or is_queued(FOLLOW, CATCH_UP)
        or not _unjudged(LEFT_BEHIND).exists()
    ):
        return 0
    async_task(CATCH_UP)
    return 1


def catch_up(after: int = 0) -> None:
    """Judge the leads behind lead `after` that nobody has judged for a minute."""

    def left(after: int) -> list[tuple[int, int]]:
        return [(pk, pk) for pk in _unjudged(LEFT_BEHIND).filter(pk__gt=after)[:PORTION]]

    place = _judge_on(left, after)
    if place is not None:
        async_task(CATCH_UP, place)


def follow(first: int, last: int) -> None:
    """Judge the leads of these events that nobody has judged since."""
    heard = LeadEvent.objects.filter(pk__lte=last, kind__in=before.HEARD_FROM)
    judged_since = Verdict.objects.filter(lead=OuterRef("lead"), lead_version__gte=OuterRef("version"))
    waiting = heard.filter(~Exists(judged_since)).order_by("pk").values_list("pk", "lead_id")
    place = _judge_on(lambda after: list(waiting.filter(pk__gt=after)[:PORTION]), first - 1)
    if place is not None:
        async_task(FOLLOW, place + 1, last)


def _judge_on(portion_behind: Callable[[int], list[tuple[int, int]]], place: int) -> int | None:
    """Judge portions of (place, lead), each behind the last place of the one before, and each while the one
    before is written: the database works on another core. Return the place behind which a job of its own has
    to go on; None when all are judged.

    Many leads at once never stand before the one that comes in now: as soon as another job waits, or after
    some seconds, what is left goes to the end of the queue.
    """
    until, writing = time.monotonic() + SECONDS_AT_ONCE, None
    with beside() as hand:
        while portion := portion_behind(place):
            begun = pipeline.begin([lead_id for _, lead_id in portion])
            if writing:
                writing.result()
            place, writing = portion[-1][0], hand.submit(pipeline.finish, begun)
            beats.note_job()
            if time.monotonic() > until or is_awaited():
                writing.result()
                return place
        if writing:
            writing.result()
    return None


def watch_rescoring() -> bool:
    """Enqueue the scoring of all open leads after a change of model or playbook; also when its job was
    lost.
    """
    work = rescoring.begin()
    if work is None or not rescoring.claim(work):
        return False
    for lane in range(lanes.LANES):
        async_task("qualification.jobs.rescore", lane > 0)
    return True


def rescore(gives_way: bool = False) -> None:
    """Score open leads again, for half a minute at most: what is left is the next job's. One that `gives_way`
    stops after its portion when other jobs wait, so that nobody who comes in waits for a free worker.
    """
    until = time.monotonic() + LONGEST_JOB

    def is_wanted() -> bool:
        """Asked after each portion: a sign of life, too."""
        beats.note_job()
        return not (gives_way and is_awaited())

    while (work := rescoring.begin()) and rescoring.go_on(work, until, is_wanted):
        if time.monotonic() > until or not is_wanted():
            async_task("qualification.jobs.rescore", gives_way)
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
    from qualification.learning.promotion import train as learn_from_outcomes  # noqa: PLC0415 - reason: 1 s to import

    report, model = learn_from_outcomes()
    log.info("trained on %s outcomes: %s (%s)", report.outcomes, report.why, model)
