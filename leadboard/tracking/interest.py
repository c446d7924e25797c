"""From many touches to few events: a lead's log hears of a hot touch at once, of all others now and then.

The touches are committed first, with a row that says by when the lead has to be told; telling it is a
transaction of its own that locks the lead. If a program dies in between, the sweep tells it.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.tracking.models import Interest

log = logging.getLogger(__name__)
HOT_PAUSE = timedelta(seconds=10)  # hot touches of one lead that come faster are one event
CALM_DELAY, CALM_PAUSE = timedelta(minutes=1), timedelta(minutes=10)
TOLD_AT_ONCE = 200
NOTE = """
INSERT INTO tracking_interest AS i (lead_id, at, fresh, is_hot, due_at)
SELECT e.lead, now(), e.fresh, e.hot, CASE WHEN e.hot THEN now() ELSE now() + %(delay)s END
FROM unnest(%(leads)s::bigint[], %(fresh)s::int[], %(hot)s::bool[]) AS e (lead, fresh, hot) ORDER BY e.lead
ON CONFLICT (lead_id) DO UPDATE SET
    at = greatest(i.at, now()),
    fresh = i.fresh + excluded.fresh,
    is_hot = i.is_hot OR excluded.is_hot,
    due_at = least(i.due_at, CASE
        WHEN excluded.is_hot THEN greatest(now(), i.told_at + %(hot_pause)s)
        ELSE greatest(now() + %(delay)s, i.told_at + %(pause)s) END)
"""
# A form is judged by itself; only the row has to be there, by which others see that there are touches at all.
KNOW = """
INSERT INTO tracking_interest AS i (lead_id, at, fresh, is_hot) VALUES (%s, now(), 0, false)
ON CONFLICT (lead_id) DO UPDATE SET at = greatest(i.at, now())
"""
PAUSES: dict[str, Any] = {"delay": CALM_DELAY, "pause": CALM_PAUSE, "hot_pause": HOT_PAUSE}
# Of several programs that want to tell a lead the one that clears the due time does it.
TAKE = """
UPDATE tracking_interest i SET due_at = NULL, told_at = now(), fresh = 0, is_hot = false
FROM (SELECT lead_id, at, fresh, is_hot FROM tracking_interest WHERE lead_id = %s FOR UPDATE) AS before
WHERE i.lead_id = before.lead_id AND i.due_at <= now()
RETURNING before.at, before.fresh, before.is_hot
"""


@dataclass(frozen=True)
class Heard:
    """What a lead did just now: so many new touches, and whether one of them is hot."""

    fresh: int
    is_hot: bool


def note(lead_id: int, fresh: int, *, is_hot: bool) -> None:
    """Write down, in the caller's transaction, that a lead did something and by when its log has to hear."""
    note_all({lead_id: Heard(fresh, is_hot)})


def note_all(heard: dict[int, Heard]) -> None:
    """The same for many leads, in one statement."""
    values = {
        "leads": list(heard), "fresh": [one.fresh for one in heard.values()],
        "hot": [one.is_hot for one in heard.values()],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NOTE, PAUSES | values)


def know(lead_id: int) -> None:
    """Write down, in the caller's transaction, that there are touches of a lead; its log need not hear of
    it.
    """
    with connection.cursor() as cursor:
        cursor.execute(KNOW, [lead_id])


@transaction.atomic
def tell(lead_id: int) -> bool:
    """Write the `touched` event of a lead that is due; return whether there was one to write.

    Nothing is told to leads that are over, waiting for details, erased, or that objected to contact.
    """
    lead = lifecycle.lock(lead_id)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [lead_id])
        row = cursor.fetchone()
    if row is None or lead is None or not _listens(lead):
        return False
    at, fresh, is_hot = row
    newest = max(filter(None, (at, lead.last_touch_at)))
    lifecycle.move(lead, "touched", at=at, facts={"touches": fresh, "hot": is_hot}, last_touch_at=newest)
    return True


def tell_due() -> int:
    """Periodic: tell every lead whose time has come; return how many. One that fails does not stop the
    rest.
    """
    due = Interest.objects.filter(due_at__lte=Now()).order_by("due_at")
    told = 0
    for lead_id in list(due.values_list("lead_id", flat=True)[:TOLD_AT_ONCE]):
        try:
            told += tell(lead_id)
        except Exception:
            log.exception("lead %s could not be told of its touches", lead_id)
            Interest.objects.filter(lead_id=lead_id).update(due_at=Now() + CALM_PAUSE)
    return told


def _listens(lead: Lead) -> bool:
    closed = lead.desk in (Desk.CLOSED, Desk.QUARANTINE)
    return not (closed or lead.erased_at or lead.do_not_contact)
