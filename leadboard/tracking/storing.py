"""From deliveries to rows: each visitor's quota first, then all touches in one statement, then who hears.

The visitors' rows are locked by the first statement, so that deliveries of one browser follow each other:
the quota is exact over all processes, a page view that is sent twice is stored once, and nothing is stored
behind a withdrawal. What is acknowledged is on the disk: one commit waits for it, for however many
deliveries it holds.
"""

import uuid
from collections import Counter
from dataclasses import dataclass, field
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
# Many deliveries at once hold many rows: they wait for nobody longer than this, and go one by one instead.
HURRY = "250ms"
REFILLED = """
least(%(most)s, v.tokens + greatest(0, extract(epoch FROM now() - v.seen_at)) * %(rate)s)
"""
# A browser that was forgotten and comes back is the same one again; one that withdrew is not. In the order of
# their ids, as everybody locks several of them. A delivery that opens no page brings visit 0.
ADMIT = f"""
WITH hurried AS (SELECT set_config('lock_timeout', %(patience)s, true) AS is_set)
INSERT INTO tracking_visitor AS v (uid, consented_at, seen_at, visit, tokens)
SELECT e.uid, now(), now(), e.opens::int, %(most)s - e.cost
FROM hurried, unnest(%(uids)s::uuid[], %(costs)s::int[], %(opens)s::bool[]) AS e (uid, cost, opens)
WHERE is_set IS NOT NULL ORDER BY e.uid
ON CONFLICT (uid) DO UPDATE SET
    tokens = {REFILLED} - (%(most)s - excluded.tokens),
    visit = greatest(1, v.visit + (excluded.visit = 1 AND v.seen_at < now() - %(pause)s)::int),
    seen_at = greatest(v.seen_at, now())
WHERE v.withdrawn_at IS NULL AND {REFILLED} >= %(most)s - excluded.tokens
RETURNING uid, id, lead_id, visit
"""  # noqa: S608 - constants only
STORE = """
INSERT INTO tracking_touch (at, kind, visitor_id, lead_id, visit, page, what, title, seconds, device, hour,
                            referrer, source, medium, campaign, term, content)
SELECT now() - e.age * interval '1 second', e.kind, e.visitor, e.lead, e.visit, e.page, e.what, e.title,
       e.seconds, e.device, e.hour, e.referrer, e.source, e.medium, e.campaign, e.term, e.content
FROM ROWS FROM (jsonb_to_recordset(%(rows)s) AS (
        visitor bigint, lead bigint, visit int, device text,
        age float, kind text, page text, what text, title text, seconds int, hour smallint, referrer text,
        source text, medium text, campaign text, term text, content text))
    WITH ORDINALITY AS e (visitor, lead, visit, device, age, kind, page, what, title, seconds, hour,
                          referrer, source, medium, campaign, term, content, place)
WHERE e.page = '' OR NOT EXISTS (
    SELECT FROM tracking_touch t
    WHERE t.visitor_id = e.visitor AND t.page = e.page AND t.kind = e.kind
      AND t.at > now() - interval '1 day')
ORDER BY e.place
RETURNING visitor_id
"""
LEAVE = """
UPDATE tracking_touch t SET seconds = greatest(t.seconds, e.seconds), depth = greatest(t.depth, e.depth)
FROM (
    SELECT visitor, page, max(seconds) AS seconds, max(depth) AS depth
    FROM unnest(%(visitors)s::bigint[], %(pages)s::text[], %(seconds)s::int[], %(depths)s::smallint[])
        AS said (visitor, page, seconds, depth)
    GROUP BY visitor, page
) AS e
WHERE t.visitor_id = e.visitor AND t.page = e.page AND t.at > now() - interval '1 day'
"""
COLUMNS = ("age", "kind", "page", "what", "title", "seconds", "hour", "referrer")
MARKS = ("source", "medium", "campaign", "term", "content")


@dataclass(frozen=True)
class Parcel:
    """What one visitor did, as one delivery says it."""

    uid: uuid.UUID
    events: list[Event]
    device: str

    @property
    def fresh(self) -> list[Event]:
        """Return the events that are touches of their own."""
        return [event for event in self.events if event.kind != "left"]


@dataclass(frozen=True)
class Admitted:
    """A visitor that may send now: its row, whom it is (None: nobody yet), the number of its visit."""

    id: int
    lead_id: int | None
    visit: int


@dataclass
class Stored:
    """How many touches of each admitted visitor are new, and which leads looked at something hot."""

    counts: dict[uuid.UUID, int] = field(default_factory=dict)
    hot: list[int] = field(default_factory=list)


def store(uid: uuid.UUID, events: list[Event], device: str) -> int:
    """Store what a visitor did; return how many touches are new. Raises Problem 429 over the quota, 410 after
    a withdrawal.
    """
    parcel = Parcel(uid, events, device)
    stored = store_all([parcel], patience="0")
    if uid not in stored.counts:
        raise _refusal(parcel)
    for lead_id in stored.hot:
        interest.tell(lead_id)
    return stored.counts[uid]


def store_all(parcels: list[Parcel], patience: str = HURRY) -> Stored:
    """Store the parcels of different visitors in one transaction. Who is over the quota or withdrew is left
    out of `counts`; the hot leads are to be told afterwards.
    """
    with transaction.atomic():
        visitors = _admit(parcels, patience)
        admitted = [(parcel, visitors[parcel.uid]) for parcel in parcels if parcel.uid in visitors]
        fresh = _insert(admitted)
        _leave(admitted)
        stored = Stored({parcel.uid: fresh[visitor.id] for parcel, visitor in admitted})
        stored.hot = _note(admitted, stored.counts)
    return stored


def _cost(parcel: Parcel) -> int:
    return max(1, len(parcel.events))


def _admit(parcels: list[Parcel], patience: str) -> dict[uuid.UUID, Admitted]:
    """Lock the visitors (who is new is made) and take their tokens."""
    asked: dict[str, Any] = {
        "uids": [parcel.uid for parcel in parcels], "costs": [_cost(parcel) for parcel in parcels],
        "opens": [bool(parcel.fresh) for parcel in parcels], "patience": patience,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(ADMIT, LIMITS | asked)
        return {uid: Admitted(*row) for uid, *row in cursor.fetchall()}


def _refusal(parcel: Parcel) -> Problem:
    with connection.cursor() as cursor:
        cursor.execute("SELECT withdrawn_at IS NOT NULL FROM tracking_visitor WHERE uid = %s", [parcel.uid])
        row = cursor.fetchone()
    if row and row[0]:
        words = "This visitor withdrew the consent; a new one begins a new visitor."
        return Problem(410, "withdrawn", words)
    wait = str(int(_cost(parcel) / TOKENS_PER_SECOND))
    return Problem(429, "quota", "This visitor sent too much; wait.", headers={"Retry-After": wait})


def _insert(admitted: list[tuple[Parcel, Admitted]]) -> Counter[int]:
    """Store the touches; return how many of each visitor are new."""
    rows = [
        _row(event) | {"visitor": who.id, "lead": who.lead_id, "visit": who.visit, "device": parcel.device}
        for parcel, who in admitted
        for event in _once(parcel.fresh)
    ]
    if not rows:
        return Counter()
    values: dict[str, Any] = {"rows": Jsonb(rows)}
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)
        return Counter(visitor_id for (visitor_id,) in cursor.fetchall())


def _leave(admitted: list[tuple[Parcel, Admitted]]) -> None:
    """Note how long pages were looked at."""
    left = [(who.id, event) for parcel, who in admitted for event in parcel.events if event.kind == "left"]
    if left:
        values: dict[str, Any] = {
            "visitors": [visitor_id for visitor_id, _ in left], "pages": [event.page for _, event in left],
            "seconds": [event.seconds for _, event in left], "depths": [event.depth for _, event in left],
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(LEAVE, values)


def _note(admitted: list[tuple[Parcel, Admitted]], counts: dict[uuid.UUID, int]) -> list[int]:
    """Write down whose log has to hear of it; return the leads that looked at something hot."""
    known = [(parcel, who.lead_id) for parcel, who in admitted if who.lead_id and counts[parcel.uid]]
    if not known:
        return []
    playbook, heard = versions.active(), dict[int, interest.Heard]()
    for parcel, lead_id in known:
        pages = [event.what for event in parcel.fresh if event.kind == "view"]
        before = heard.get(lead_id, interest.Heard(0, is_hot=False))
        is_hot = before.is_hot or policy.is_waking(playbook, touches=0, pages=pages)
        heard[lead_id] = interest.Heard(before.fresh + counts[parcel.uid], is_hot=is_hot)
    interest.note_all(heard)
    return [lead_id for lead_id, one in heard.items() if one.is_hot]


def _once(events: list[Event]) -> list[Event]:
    """Return the events without those whose page key came before in the same delivery."""
    kept = {(event.kind, event.page or place): event for place, event in reversed(list(enumerate(events)))}
    return [event for event in events if any(event is one for one in kept.values())]


def _row(event: Event) -> dict[str, Any]:
    row = {name: getattr(event, name) for name in COLUMNS}
    return row | dict(zip(MARKS, event.marks, strict=True))
