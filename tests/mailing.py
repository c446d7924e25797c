"""Ways to make mails happen in tests: fire a step now, let several programs race, wait for a server."""

import threading
import time

from django.db import connection, transaction

from handoff.models import Clock, ClockKind, ClockState, Send
from handoff.nurturing import nurture
from leadboard.leads import lifecycle
from leadboard.leads.models import LeadEvent


def kinds(lead):
    """Return the kinds of the lead's events after its capture."""
    return list(
        LeadEvent.objects.filter(lead=lead, version__gt=1).order_by("version").values_list("kind", flat=True)
    )


def fire_next(lead):
    """Fire the lead's nurture clock now, as run_clocks does."""
    with transaction.atomic():
        lifecycle.lock(lead.pk)
        nurture.fire(Clock.objects.get(lead=lead, kind=ClockKind.NURTURE, state=ClockState.RUNNING))
    return Send.objects.filter(lead=lead).latest("id")


def run_together(works):
    """Run functions at once, each on its own connection; raise what one of them raised."""
    barrier, troubles = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait()
            work()
        except Exception as trouble:  # noqa: BLE001 - reason: raised again in the test itself
            troubles.append(trouble)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []


def wait_until(is_so, patience=90):
    """Wait until something is so."""
    end = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.05)


def database_url():
    """Return the address of the test database."""
    kept = connection.settings_dict
    return f"postgres://{kept['USER']}@/{kept['NAME']}?host={kept['HOST'] or kept['OPTIONS'].get('host', '')}"
