"""From a delivery to rows: the visitor's quota first, then all touches in one statement, then who hears of
it.

The visitor's row is locked by the first statement, so that deliveries of one browser follow each other: the
quota is exact over all processes, a page view that is sent twice is stored once, and nothing is stored
behind a withdrawal.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from leadboard.http.problems import Problem
from leadboard.playbook import policy, versions
from leadboard.tracking import interest
from leadboard.tracking.models import MOST_TOKENS
from leadboard.tracking.reading import Event

TOKENS_PER_SECOND = 0.5
VISIT_ENDS = timedelta(minutes=30)
LIMITS: dict[str, Any] = {"most": MOST_TOKENS, "rate": TOKENS_PER_SECOND, "pause": VISIT_ENDS}
REFILLED = """
least(%(most)s, v.tokens + greatest(0, extract(epoch FROM now() - v.seen_at)) * %(rate)s)
"""
# A browser that was forgotten and comes back is the same one again; one that withdrew is not. A page view is
# no submission: its answer does not wait for the disk (a crash of PostgreSQL may cost the views of the last
# instant; a withdrawal and the lead's log do wait).
ADMIT = f"""
WITH quick AS (SELECT set_config('synchronous_commit', 'off', true) AS is_set)
INSERT INTO tracking_visitor AS v (uid, consented_at, seen_at, visit, tokens)
SELECT %(uid)s::uuid, now(), now(), 1, %(most)s - %(cost)s FROM quick WHERE is_set IS NOT NULL
ON CONFLICT (uid) DO UPDATE SET
    tokens = {REFILLED} - %(cost)s,
    visit = v.visit + (%(opens)s AND v.seen_at < now() - %(pause)s)::int,
    seen_at = greatest(v.seen_at, now())
WHERE v.withdrawn_at IS NULL AND {REFILLED} >= %(cost)s
RETURNING id, lead_id, visit
"""  # noqa: S608 - constants only
STORE = """
INSERT INTO tracking_touch (at, kind, visitor_id, lead_id, visit, page, what, title, seconds, device, hour,
                            referrer, source, medium, campaign, term, content)
SELECT now() - e.age * interval '1 second', e.kind, %(visitor)s, %(lead)s, %(visit)s, e.page, e.what, e.title,
       e.seconds, %(device)s, e.hour, e.referrer, e.source, e.medium, e.campaign, e.term, e.content
FROM ROWS FROM (jsonb_to_recordset(%(rows)s) AS (
        age float, kind text, page text, what text, title text, seconds int, hour smallint, referrer text,
        source text, medium text, campaign text, term text, content text))
    WITH ORDINALITY AS e (age, kind, page, what, title, seconds, hour, referrer, source, medium, campaign,
                          term, content, place)
WHERE e.page = '' OR NOT EXISTS (
    SELECT FROM tracking_touch t
    WHERE t.visitor_id = %(visitor)s AND t.page = e.page AND t.kind = e.kind
      AND t.at > now() - interval '1 day')
ORDER BY e.place
"""
LEAVE = """
UPDATE tracking_touch t SET seconds = greatest(t.seconds, e.seconds)
FROM unnest(%(left_pages)s::text[], %(left_seconds)s::int[]) AS e (page, seconds)
WHERE t.visitor_id = %(visitor)s AND t.page = e.page AND t.at > now() - interval '1 day'
"""
COLUMNS = ("age", "kind", "page", "what", "title", "seconds", "hour", "referrer")
MARKS = ("source", "medium", "campaign", "term", "content")


@dataclass(frozen=True)
class Admitted:
    """A visitor that may send now: its row, whom it is (None: nobody yet), the number of its visit."""

    id: int
    lead_id: int | None
    visit: int


def store(uid: uuid.UUID, events: list[Event], device: str) -> int:
    """Store what a visitor did; return how many touches are new. Raises Problem 429 over the quota, 410 after
    a withdrawal.
    """
    fresh = [event for event in events if event.kind != "left"]
    is_hot = False
    with transaction.atomic():
        visitor = admit(uid, cost=max(1, len(events)), opens=bool(fresh))
        stored = _insert(visitor, events, fresh, device)
        if visitor.lead_id and stored:
            pages = [event.what for event in fresh if event.kind == "view"]
            is_hot = policy.is_waking(versions.active(), touches=0, pages=pages)
            interest.note(visitor.lead_id, stored, is_hot=is_hot)
    if visitor.lead_id and stored and is_hot:
        interest.tell(visitor.lead_id)
    return stored


def admit(uid: uuid.UUID, *, cost: int, opens: bool) -> Admitted:
    """Lock the visitor (it is made when it is new) and take its tokens."""
    with connection.cursor() as cursor:
        cursor.execute(ADMIT, LIMITS | {"uid": uid, "cost": cost, "opens": opens})
        row = cursor.fetchone()
        if row:
            return Admitted(*row)
        cursor.execute("SELECT withdrawn_at IS NOT NULL FROM tracking_visitor WHERE uid = %s", [uid])
        row = cursor.fetchone()
    if row and row[0]:
        raise Problem(410, "withdrawn", "This visitor withdrew the consent; a new one begins a new visitor.")
    wait = str(int(cost / TOKENS_PER_SECOND))
    raise Problem(429, "quota", "This visitor sent too much; wait.", headers={"Retry-After": wait})


def _insert(visitor: Admitted, events: list[Event], fresh: list[Event], device: str) -> int:
    left = [event for event in events if event.kind == "left"]
    values: dict[str, Any] = {
        "visitor": visitor.id,
        "lead": visitor.lead_id,
        "visit": visitor.visit,
        "device": device,
    }
    stored = 0
    with connection.cursor() as cursor:
        if fresh:
            cursor.execute(STORE, values | {"rows": Jsonb([_row(event) for event in _once(fresh)])})
            stored = cursor.rowcount
        if left:
            stays = {"left_pages": [one.page for one in left], "left_seconds": [one.seconds for one in left]}
            cursor.execute(LEAVE, values | stays)
    return stored


def _once(events: list[Event]) -> list[Event]:
    """Return the events without those whose page key came before in the same delivery."""
    kept = {(event.kind, event.page or place): event for place, event in reversed(list(enumerate(events)))}
    return [event for event in events if any(event is one for one in kept.values())]


def _row(event: Event) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in COLUMNS}
    return row | dict(zip(MARKS, event.marks, strict=True))
