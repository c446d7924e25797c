"""What an event sets off, by the names in the wiring: at once in the same transaction, or as a job."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import import_string
from django_q.tasks import async_task

# {job: [first event id, last event id]} while jobs are gathered, see `gathered`.
_gathered: ContextVar[dict[str, list[int]] | None] = ContextVar("gathered", default=None)


@cache
def wiring():
    """Return the wiring module named by the settings; the core never imports a part."""
    return import_module(settings.LEADBOARD_WIRING)


def react(lead, event):
    """Call what hangs at once on this kind of event, and enqueue its jobs in this transaction."""
    for name in wiring().AT_ONCE.get(event.kind, ()):
        import_string(name)(lead, event)
    for name in wiring().LATER.get(event.kind, ()):
        async_task(name, lead.pk)


def react_all(events: Sequence) -> None:
    """The same for many events of one kind. What the wiring knows a way for many of is called, or enqueued,
    once.
    """
    together = getattr(wiring(), "TOGETHER", {})
    for name in wiring().AT_ONCE.get(events[0].kind, ()):
        if name in together:
            import_string(together[name])(events)
            continue
        for event in events:
            import_string(name)(event.lead, event)
    for name in wiring().LATER.get(events[0].kind, ()):
        if name in together:
            _enqueue(together[name], events[0].pk, events[-1].pk)
            continue
        for event in events:
            async_task(name, event.lead.pk)


@contextmanager
def gathered(owed: dict[str, list[int]] | None = None) -> Iterator[dict[str, list[int]]]:
    """Enqueue the jobs for many once, at the end, for all events from the first to the last of them.

    A long row of batches would otherwise fill the queue before the leads that come in meanwhile. What is
    gathered so far is yielded, for whoever keeps it with the rows: after a kill it comes back as `owed`.
    """
    waiting = dict(owed or {})
    token = _gathered.set(waiting)
    try:
        yield waiting
    finally:
        _gathered.reset(token)
        for job, (first, last) in waiting.items():
            async_task(job, first, last)


def _enqueue(job: str, first: int, last: int) -> None:
    waiting = _gathered.get()
    if waiting is None:
        async_task(job, first, last)
    elif job in waiting:
        waiting[job] = [min(first, waiting[job][0]), max(last, waiting[job][1])]
    else:
        waiting[job] = [first, last]
