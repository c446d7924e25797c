"""The run itself. What it prints is read from what the product stored when the leads came in, not
computed again.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection, connections

from handoff.outcomes import record
from leadboard.leads.models import Lead
from leadboard.people.models import User
from leadboard.xeducation.door import Door
from leadboard.xeducation.table import Row
from leadboard.xeducation.watch import Watch
from qualification.models import Verdict
from qualification.score.figures import Figures, figures_of

OLDEST = 0.8
PATIENCE = 900
HANDS = 3
TIMES = """
SELECT s.received_at, v.at, captured.seq, qualified.seq
FROM leads_lead l
JOIN capture_submission s ON s.id = l.uid
JOIN leads_leadevent captured ON captured.lead_id = l.id AND captured.version = 1
LEFT JOIN LATERAL (SELECT at FROM qualification_verdict WHERE lead_id = l.id ORDER BY id LIMIT 1) v ON true
LEFT JOIN LATERAL (SELECT seq FROM leads_leadevent WHERE lead_id = l.id AND kind = 'qualified'
                   ORDER BY id LIMIT 1) qualified ON true
WHERE l.uid = ANY(%s::uuid[])
"""


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """(oldest 80 %, newest 20 %)."""
    cut = int(len(rows) * OLDEST)
    return list(rows[:cut]), list(rows[cut:])


def post(door: Door, rows: Sequence[Row], rate: float | None = None) -> tuple[list[str], float]:
    """(the ids in order, leads a second)."""
    began = time.monotonic()
    ids = door.post([row.fields for row in rows], rate)
    return ids, len(rows) / (time.monotonic() - began)


def wait_until_judged(ids: Sequence[str], say: Callable[[str], None]) -> float:
    """Wait until each of these leads has a verdict; return the seconds. Raises TimeoutError when nothing
    moves.
    """
    began = moved = time.monotonic()
    before = -1
    while (judged := Verdict.objects.filter(lead__uid__in=ids).values("lead").distinct().count()) < len(ids):
        if judged != before:
            before, moved = judged, time.monotonic()
            say(f"  {judged} of {len(ids)} judged")
        if time.monotonic() - moved > PATIENCE:
            raise TimeoutError(f"only {judged} of {len(ids)} leads were judged; are the jobs running?")
        time.sleep(2)
    return time.monotonic() - began


def close(ids: Sequence[str], rows: Sequence[Row], by: User) -> None:
    """Record how each lead ended, in order, by the door through which a manager does it."""
    pairs = list(zip(ids, rows, strict=True))
    with ThreadPoolExecutor(HANDS) as pool:
        for hand in [pool.submit(_close, pairs[number::HANDS], by) for number in range(HANDS)]:
            hand.result()


def _close(pairs: Sequence[tuple[str, Row]], by: User) -> None:
    try:
        found = dict(Lead.objects.filter(uid__in=[uid for uid, _ in pairs]).values_list("uid", "pk"))
        numbers = {str(uid): pk for uid, pk in found.items()}
        for uid, row in pairs:
            record(numbers[uid], by, "won" if row.won else "lost", code="" if row.won else "not_converted")
    finally:
        connections.close_all()


def figures(ids: Sequence[str], rows: Sequence[Row]) -> tuple[Figures, dict[str, int]]:
    """(how well the stored chances rank these leads, how many verdicts each method gave)."""
    first: dict[str, tuple[float, str]] = {}
    for uid, chance, method in (
        Verdict.objects.filter(lead__uid__in=ids, probability__isnull=False)
        .order_by("id")
        .values_list("lead__uid", "probability", "method")
    ):
        assert chance is not None
        first.setdefault(str(uid), (chance, method))
    methods = [first[uid][1] for uid in ids]
    chances = [first[uid][0] for uid in ids]
    return figures_of([int(row.won) for row in rows], chances), {
        name: methods.count(name) for name in set(methods)
    }


def delays(ids: Sequence[str], watch: Watch) -> dict[str, list[float]]:
    """Seconds from intake, sorted: until the lead, the verdict and the judged lead were there for the
    boards.
    """
    with connection.cursor() as cursor:
        cursor.execute(TIMES, [list(ids)])
        times = cursor.fetchall()
    return {
        "to board": _since([(came, watch.announced(captured)) for came, _, captured, _ in times if captured]),
        "to verdict": _since([(came, judged) for came, judged, _, _ in times]),
        "to score on board": _since([(came, watch.announced(seq)) for came, _, _, seq in times if seq]),
    }


def _since(pairs: Sequence[tuple[datetime, datetime | None]]) -> list[float]:
    return sorted((then - came).total_seconds() for came, then in pairs if then)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the sorted values lies."""
    return values[min(len(values) - 1, int(len(values) * share))]
