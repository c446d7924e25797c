"""The job that tries a file and brings it in, slice by slice, and takes up where a killed one stopped.

Each batch is one transaction that locks the run, stores the rows and moves the position behind them; whoever
finds the position moved was overtaken and stops. So two jobs on one run do no row twice.
"""

import logging
import time
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django_q.models import OrmQ
from django_q.tasks import async_task

from leadboard.health import beats
from leadboard.imports import earlier, files
from leadboard.imports.kinds import REFUSED, Rows, Told, rows_of
from leadboard.imports.models import AT_WORK, ImportRefusal, ImportRun, State
from leadboard.leads import reactions
from leadboard.leads.clock import db_now
from leadboard.sheets.reading import BadFile

log = logging.getLogger(__name__)
JOB = "leadboard.imports.runner.work"
BATCH, SECONDS = 200, 20
CROWD = 4  # jobs in the queue, above which those that the rows set off wait for the next slice
EXAMPLES = 8  # of each thing that a row can become, for the trial's page
LEFT_AFTER = timedelta(minutes=1)
# A workbook is unpacked in one go; the queue gives a job longer than its usual minute for that.
PATIENCE = 80


def begin(run: ImportRun, state: State) -> None:
    """Have a job try the run, or bring it in, from its first row; once for each time it is asked."""
    before = {State.CHECKING: (State.UPLOADED, State.CHECKED), State.RUNNING: (State.CHECKED,)}[state]
    changed = ImportRun.objects.filter(pk=run.pk, state__in=before).update(
        state=state, done=0, position=0, counts={}, examples=[], problem="", started_at=Now(), heard_at=Now()
    )
    if changed:
        earlier.forget(run)
        async_task(JOB, str(run.pk), timeout=PATIENCE)


def cancel(run: ImportRun) -> bool:
    """End a run; rows that are in stay in. False when it is over already."""
    ahead = ImportRun.objects.filter(pk=run.pk).exclude(state__in=[State.DONE, State.FAILED, State.CANCELLED])
    ended = ahead.update(state=State.CANCELLED, finished_at=Now())
    return bool(ended)


def resume_left_behind() -> int:
    """Enqueue runs that no job has been heard of for a minute (a kill, a crash); return how many."""
    silent = Q(heard_at__lt=db_now() - LEFT_AFTER) | Q(heard_at=None)
    left = list(ImportRun.objects.filter(silent, state__in=AT_WORK).values_list("pk", flat=True)[:50])
    for pk in left:
        ImportRun.objects.filter(pk=pk).update(heard_at=Now())
        async_task(JOB, str(pk), timeout=PATIENCE)
    return len(left)


def work(run_id: str) -> None:
    """Go on with a run for 20 seconds, then enqueue what is left."""
    run = ImportRun.objects.filter(pk=run_id, state__in=AT_WORK).first()
    if run is None:
        return
    try:
        if not files.spool_of(run).exists():
            total = files.spool(run, beats.note_job)
            ImportRun.objects.filter(pk=run.pk).update(total=total, heard_at=Now())
        is_over = _work_on(run)
    except BadFile as refusal:
        _fail(run, str(refusal))
    except OSError as fault:
        _fail(run, f"The uploaded file is not there any more: {fault.strerror}. Upload it again.")
    else:
        if not is_over:
            async_task(JOB, str(run.pk), timeout=PATIENCE)


def _work_on(run: ImportRun) -> bool:
    """Deal with batches until the time or the file is over; True when nothing is left for another job."""
    kind, until, is_over = rows_of(run), time.monotonic() + SECONDS, False
    with reactions.gathered(run.owed) as owed:
        while not is_over and time.monotonic() < until:
            is_over = not _batch(run, kind, owed)
            beats.note_job()
        if not is_over and OrmQ.objects.count() > CROWD:
            owed.clear()  # they stay with the run: each would be one more job between this one's slices
            return is_over
    ImportRun.objects.filter(pk=run.pk).exclude(owed={}).update(owed={})
    return is_over


def _batch(run: ImportRun, kind: Rows, owed: dict[str, list[int]]) -> bool:
    """Deal with the next rows in one transaction; False when there are none, or this job was overtaken."""
    with transaction.atomic():
        fresh = ImportRun.objects.select_for_update().get(pk=run.pk)
        if fresh.state != run.state:
            return False
        some = files.rows_from(fresh, fresh.position, BATCH)
        if not some.rows:
            _finish(fresh, kind)
            return False
        is_trial = fresh.state == State.CHECKING
        told = kind.foresee(fresh, some) if is_trial else kind.take_in(fresh, some.rows)
        fresh.owed = dict(owed)
        _note(fresh, told, some.end)
    return True


def _note(run: ImportRun, told: list[Told], position: int) -> None:
    """Store how far the run is, what became of the rows, and the refused ones unless this is a trial."""
    for one in told:
        run.counts[one.done] = run.counts.get(one.done, 0) + 1
        if run.state == State.CHECKING and run.counts[one.done] <= EXAMPLES:
            said = [str(cell)[:80] for cell in one.row.said if cell not in ("", None)]
            run.examples.append(
                {"row": one.row.number, "done": one.done, "words": one.words, "cells": said[:8]}
            )
    run.done, run.position, run.heard_at = run.done + len(told), position, Now()
    run.save(update_fields=["done", "position", "counts", "examples", "owed", "heard_at"])
    if run.state == State.RUNNING:
        ImportRefusal.objects.bulk_create(
            [
                ImportRefusal(run=run, row=one.row.number, why=one.words, cells=one.row.said)
                for one in told
                if one.done == REFUSED
            ],
            ignore_conflicts=True,
        )


def _finish(run: ImportRun, kind: Rows) -> None:
    run.state = State.CHECKED if run.state == State.CHECKING else State.DONE
    if run.state == State.DONE:
        kind.finish(run)
    else:
        earlier.forget(run)
    run.finished_at = Now()
    run.save(update_fields=["state", "finished_at"])


def _fail(run: ImportRun, words: str) -> None:
    ImportRun.objects.filter(pk=run.pk, state__in=AT_WORK).update(
        state=State.FAILED, problem=words, finished_at=Now()
    )
