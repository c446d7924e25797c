"""Which campaigns make leads that become business: counted by their first touch, their last, and in equal
shares.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection

MOST = 200
MODELS = {"first": "First touch", "last": "Last touch", "any": "Any touch", "linear": "In equal shares"}
# A lead's touches with marks, each campaign of it once; a lead without any has the campaign (or source) of
# its row. What it reached is read from the log: a lead that was an MQL once counts as one.
REPORT = """
WITH marked AS (
    SELECT t.lead_id, coalesce(nullif(t.campaign, ''), nullif(t.source, ''), t.referrer) AS name, t.at, t.id
    FROM tracking_touch t
    WHERE t.lead_id IS NOT NULL AND (t.campaign <> '' OR t.source <> '' OR t.referrer <> '')
      AND NOT (t.source = 'nurture' AND t.medium = 'email')
), named AS (
    SELECT l.id AS lead_id, coalesce(m.name, nullif(l.campaign, ''), nullif(l.source, ''), 'unknown') AS name,
           row_number() OVER (PARTITION BY l.id ORDER BY m.at, m.id) AS place,
           row_number() OVER (PARTITION BY l.id ORDER BY m.at DESC, m.id DESC) AS from_end
    FROM leads_lead l LEFT JOIN marked m ON m.lead_id = l.id
    WHERE l.erased_at IS NULL AND l.desk <> 'quarantine'
      AND l.created_at > now() - %(days)s * interval '1 day'
), weighed AS (
    SELECT lead_id, name, CASE %(model)s
               WHEN 'first' THEN (min(place) = 1)::int::numeric
               WHEN 'last' THEN (min(from_end) = 1)::int::numeric
               WHEN 'any' THEN 1
               ELSE count(*)::numeric / sum(count(*)) OVER (PARTITION BY lead_id) END AS share
    FROM named GROUP BY lead_id, name
), reached AS (
    SELECT lead_id, bool_or(facts ->> 'stage' IN ('mql')) AS mql, bool_or(kind = 'sql_reached') AS sql,
           bool_or(kind = 'won') AS won
    FROM leads_leadevent WHERE kind IN ('qualified', 'sql_reached', 'won') GROUP BY lead_id
)
SELECT w.name, sum(share) AS leads,
       coalesce(sum(share) FILTER (WHERE r.mql OR l.stage IN ('mql', 'sal', 'sql', 'won')), 0) AS mql,
       coalesce(sum(share) FILTER (WHERE r.sql OR l.stage IN ('sql', 'won')), 0) AS sql,
       coalesce(sum(share) FILTER (WHERE r.won OR l.stage = 'won'), 0) AS won
FROM weighed w JOIN leads_lead l ON l.id = w.lead_id LEFT JOIN reached r ON r.lead_id = w.lead_id
WHERE share > 0 GROUP BY w.name ORDER BY leads DESC, w.name LIMIT %(most)s
"""


@dataclass(frozen=True)
class Campaign:
    """One line of the report; with equal shares the counts are not whole."""

    name: str
    leads: float
    mql: float
    sql: float
    won: float


def report(model: str, days: int) -> list[Campaign]:
    """Return the campaigns of the leads that came in the last days, those with the most leads first."""
    with connection.cursor() as cursor:
        cursor.execute(REPORT, {"model": model, "days": days, "most": MOST})
        rows: list[Any] = cursor.fetchall()
    return [Campaign(name, *(round(float(value), 2) for value in counts)) for name, *counts in rows]
