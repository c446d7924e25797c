"""What an event sets off, by the names in the wiring: at once in the same transaction, or as a job."""

from functools import cache
from importlib import import_module

from django.conf import settings
from django.utils.module_loading import import_string
from django_q.tasks import async_task


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
