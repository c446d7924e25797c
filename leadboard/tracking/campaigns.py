"""Which campaigns make leads that become business: counted by their first touch, their last, any, or in equal
shares; and the leads behind each figure.
"""

import math
from dataclasses import dataclass
from typing import Any

from django.db import connection

from leadboard.leads.models import Lead

MOST, MOST_LEADS = 200, 200
Z = 1.96  # of the normal distribution: 95 %
MODELS = {"first": "First touch", "last": "Last touch", "any": "Any touch", "linear": "In equal shares"}
BY = {"campaign": "Campaign", "source": "Source and medium"}
# How far a lead has to have come to be counted in a column.
REACHED = {"leads": "Leads", "mql": "MQL", "talked": "Conversations", "sql": "SQL", "won": "Won"}
# A lead's touches with marks, each campaign of it once, its spellings as one; a lead that only came by itself
# is "direct"; one of which only the row is known has the campaign (or source) of it. What it reached is read
# from the log: a lead that was an MQL once counts as one.
WEIGHED = """
WITH marked AS (
    SELECT t.lead_id, CASE %(by)s
               WHEN 'source' THEN coalesce(
                   nullif(concat_ws(' / ', nullif(t.source, ''), nullif(t.medium, '')), ''),
                   nullif(t.referrer, ''), t.campaign)
               ELSE coalesce(nullif(t.campaign, ''), nullif(t.source, ''), nullif(t.referrer, ''), t.medium)
               END AS name, t.at, t.id
    FROM tracking_touch t
    WHERE t.lead_id IS NOT NULL AND (t.campaign <> '' OR t.source <> '' OR t.referrer <> '' OR t.medium <> '')
      AND NOT (t.source = 'nurture' AND t.medium = 'email') AND t.device <> 'proxy'
), named AS (
    SELECT l.id AS lead_id,
           coalesce(m.name, CASE %(by)s WHEN 'campaign' THEN nullif(l.campaign, '') END,
                    (SELECT 'direct' FROM tracking_touch v
                     WHERE v.lead_id = l.id AND v.kind = 'view' LIMIT 1),
                    nullif(l.source, ''), 'unknown') AS name,
           row_number() OVER (PARTITION BY l.id ORDER BY m.at, m.id) AS place,
           row_number() OVER (PARTITION BY l.id ORDER BY m.at DESC, m.id DESC) AS from_end
    FROM leads_lead l LEFT JOIN marked m ON m.lead_id = l.id AND m.name <> ''
    WHERE l.erased_at IS NULL AND l.desk <> 'quarantine'
      AND l.created_at > now() - %(days)s * interval '1 day'
), weighed AS (
    SELECT lead_id, lower(name) AS folded, min(name) AS name, CASE %(model)s
               WHEN 'first' THEN (min(place) = 1)::int::numeric
               WHEN 'last' THEN (min(from_end) = 1)::int::numeric
               WHEN 'any' THEN 1
               ELSE count(*)::numeric / sum(count(*)) OVER (PARTITION BY lead_id) END AS share
    FROM named GROUP BY lead_id, lower(name)
), logged AS (
    SELECT lead_id, bool_or(facts ->> 'stage' IN ('mql')) AS mql, bool_or(kind = 'sql_reached') AS sql,
           bool_or(kind = 'won') AS won
    FROM leads_leadevent WHERE kind IN ('qualified', 'sql_reached', 'won') GROUP BY lead_id
), reached AS (
    SELECT w.folded, w.name, w.share, l.id,
           coalesce(e.mql, false) OR l.stage IN ('mql', 'sal', 'sql', 'won') AS mql,
           l.conversation_at IS NOT NULL AS talked,
           coalesce(e.sql, false) OR l.stage IN ('sql', 'won') AS sql,
           coalesce(e.won, false) OR l.stage = 'won' AS won, true AS leads
    FROM weighed w JOIN leads_lead l ON l.id = w.lead_id LEFT JOIN logged e ON e.lead_id = w.lead_id
    WHERE w.share > 0
)
"""
REPORT = f"""{WEIGHED}
SELECT min(name), sum(share) AS leads, {
    ", ".join(f"coalesce(sum(share) FILTER (WHERE {name}), 0)" for name in list(REACHED)[1:])
}
FROM reached GROUP BY folded ORDER BY leads DESC, folded LIMIT %(most)s
"""  # noqa: S608 - constants only
BEHIND = f"""{WEIGHED}
SELECT id, share FROM reached WHERE folded = lower(%(name)s) AND {{reached}} ORDER BY id DESC LIMIT %(most)s
"""  # noqa: S608 - constants only


@dataclass(frozen=True)
class Campaign:
    """One line of the report; with equal shares the counts are not whole."""

    name: str
    leads: float
    mql: float
    talked: float
    sql: float
    won: float

    @property
    def figures(self) -> list[tuple[str, str, float]]:
        """Return (what was reached, the same in words, how many) in the order of the columns."""
        return [(name, words, getattr(self, name)) for name, words in REACHED.items()]

    @property
    def talked_share(self) -> int:
        """Return how many of a hundred leads became a conversation."""
        return round(100 * self.talked / self.leads) if self.leads else 0

    @property
    def talked_surely(self) -> float:
        """Return the share that surely became a conversation: the lower end of the 95 % interval (Wilson). So
        seven leads do not outdo two hundred.
        """
        n, share = self.leads, self.talked / self.leads if self.leads else 0.0
        if not n:
            return 0.0
        spread = Z * math.sqrt(max(0.0, share * (1 - share)) / n + Z**2 / (4 * n**2))
        return (share + Z**2 / (2 * n) - spread) / (1 + Z**2 / n)


def report(model: str, days: int, by: str = "campaign") -> list[Campaign]:
    """Return the campaigns of the leads that came in the last days, those with the most leads first."""
    with connection.cursor() as cursor:
        cursor.execute(REPORT, {"model": model, "days": days, "by": by, "most": MOST})
        rows: list[Any] = cursor.fetchall()
    return [Campaign(name, *(round(float(value), 2) for value in counts)) for name, *counts in rows]


def leads_behind(name: str, reached: str, model: str, days: int, by: str) -> list[tuple[Lead, float]]:
    """Return the newest 200 leads that a figure counts, each with its share of it."""
    asked: dict[str, Any] = {"model": model, "days": days, "by": by, "name": name, "most": MOST_LEADS}
    with connection.cursor() as cursor:
        cursor.execute(BEHIND.format(reached=reached if reached in REACHED else "leads"), asked)
        shares = dict(cursor.fetchall())
    leads = Lead.objects.filter(pk__in=shares).select_related("owner").order_by("-pk")
    return [(lead, round(float(shares[lead.pk]), 2)) for lead in leads]
