"""What there is about leads before they are judged, in one question: it stands in the way of each lead."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

# What the prospect did; anything else that happens to a lead gives no reason to judge it again.
HEARD_FROM = (
    "captured", "joined", "details_arrived", "touched", "consent_withdrawn", "target_marked",
    "target_unmarked", "enriched", "rescued", "absorbed",
)  # fmt: skip
BEFORE = """
SELECT l.id, now(), newest.id, heard.version, heard.kind, heard.recorded_at
FROM unnest(%(leads)s::bigint[]) AS l (id)
LEFT JOIN LATERAL (
    SELECT id FROM qualification_verdict WHERE lead_id = l.id ORDER BY id DESC LIMIT 1
) newest ON true
LEFT JOIN LATERAL (
    SELECT version, kind, recorded_at FROM leads_leadevent
    WHERE lead_id = l.id AND kind = ANY(%(kinds)s) ORDER BY version DESC LIMIT 1
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


def of_all(lead_ids: Sequence[int]) -> dict[int, Before]:
    """What there is about each of these leads."""
    with connection.cursor() as cursor:
        cursor.execute(BEFORE, {"leads": list(lead_ids), "kinds": list(HEARD_FROM)})
        return {
            lead: Before(now, newest, Heard(*heard) if heard[0] else None)
            for lead, now, newest, *heard in cursor.fetchall()
        }
