"""What there is about a lead before it is judged, in one question: it stands in the way of each lead."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection

# What the prospect did; anything else that happens to a lead gives no reason to judge it again.
HEARD_FROM = (
    "captured", "joined", "details_arrived", "touched", "consent_withdrawn", "target_marked",
    "target_unmarked", "enriched", "rescued", "absorbed",
)  # fmt: skip
BEFORE = """
SELECT now(), (SELECT id FROM qualification_verdict WHERE lead_id = %(lead)s ORDER BY id DESC LIMIT 1),
       heard.version, heard.kind, heard.recorded_at
FROM (SELECT) AS always LEFT JOIN LATERAL (
    SELECT version, kind, recorded_at FROM leads_leadevent
    WHERE lead_id = %(lead)s AND kind = ANY(%(kinds)s) ORDER BY version DESC LIMIT 1
) heard ON true
"""


class Heard(NamedTuple):
    """The last event in which the prospect did something."""

    version: int
    kind: str
    recorded_at: datetime


class Before(NamedTuple):
    """The time by the database's clock, the key of the newest verdict, and what was heard last."""

    now: datetime
    newest: int | None
    heard: Heard | None


def of(lead_id: int) -> Before:
    """What there is about this lead."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, {"lead": lead_id, "kinds": list(HEARD_FROM)})
        now, newest, *heard = cursor.fetchone()
    return Before(now, newest, Heard(*heard) if heard[0] else None)
