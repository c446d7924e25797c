"""Who has a lead, and that the log says the same as the row."""

from leadboard.doctor.invariants.invariant import Invariant

FOLDED = """
WITH told AS (
    SELECT DISTINCT ON (e.lead_id, aspect) e.lead_id, aspect, e.facts ->> aspect AS value
    FROM leads_leadevent e, unnest(ARRAY['owner', 'desk', 'stage']) AS aspect
    WHERE e.facts ? aspect ORDER BY e.lead_id, aspect, e.version DESC
)
SELECT t.lead_id, t.aspect, t.value AS by_the_events,
       CASE t.aspect WHEN 'owner' THEN l.owner_id::text WHEN 'desk' THEN l.desk ELSE l.stage END AS in_the_row
FROM told t JOIN leads_lead l ON l.id = t.lead_id
WHERE t.value IS DISTINCT FROM
      CASE t.aspect WHEN 'owner' THEN l.owner_id::text WHEN 'desk' THEN l.desk ELSE l.stage END
ORDER BY 1 LIMIT %(limit)s
"""

INVARIANTS = [
    Invariant(
        "one open claim per lead",
        "A lead is never held by two.",
        """
        SELECT lead_id, count(*) FROM handoff_claim WHERE ended_at IS NULL
        GROUP BY lead_id HAVING count(*) > 1 ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "the owner is the rep of the open claim",
        "Row and claim agree on who has a lead; without an open claim nobody has it.",
        """
        SELECT l.id, l.owner_id, c.rep_id FROM leads_lead l
        LEFT JOIN handoff_claim c ON c.lead_id = l.id AND c.ended_at IS NULL
        WHERE l.owner_id IS DISTINCT FROM c.rep_id ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "spells of ownership do not overlap",
        "A new claim begins when the one before has ended, not earlier.",
        """
        SELECT lead_id, id, started_at, ended_before FROM (
            SELECT lead_id, id, started_at, lag(coalesce(ended_at, 'infinity'))
                   OVER (PARTITION BY lead_id ORDER BY id) AS ended_before FROM handoff_claim
        ) spells WHERE started_at < ended_before ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "events are 1..n and n is the version",
        "No change of a lead without its event, no event twice.",
        """
        SELECT l.id, l.version, e.lowest, e.highest, e.events FROM leads_lead l LEFT JOIN (
            SELECT lead_id, min(version) AS lowest, max(version) AS highest, count(DISTINCT version) AS events
            FROM leads_leadevent GROUP BY lead_id
        ) e ON e.lead_id = l.id
        WHERE (e.lowest, e.highest, e.events) IS DISTINCT FROM (1, l.version, l.version::bigint)
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "folding the events gives the row",
        "The last event that speaks of owner, desk or stage says what the row says.",
        FOLDED,
    ),
    Invariant(
        "nobody holds more than the cap",
        "Open claims stay within the rep's cap, or else the playbook's. (A cap that was lowered shows here"
        " until enough leads are finished or given back.)",
        """
        SELECT u.email, count(*) AS open_claims, u.cap FROM handoff_claim c
        JOIN people_user u ON u.id = c.rep_id
        WHERE c.ended_at IS NULL AND c.how <> 'override'
        GROUP BY u.id HAVING count(*) > coalesce(u.cap, %(cap)s) ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "no open claim on a lead that is over",
        "Nobody holds a lead that is closed, erased or must not be contacted.",
        """
        SELECT l.id, l.desk, l.stage, l.do_not_contact, l.erased_at FROM leads_lead l
        JOIN handoff_claim c ON c.lead_id = l.id AND c.ended_at IS NULL
        WHERE l.desk IN ('closed', 'quarantine') OR l.stage IN ('won', 'lost', 'disqualified')
           OR l.erased_at IS NOT NULL OR l.do_not_contact ORDER BY 1 LIMIT %(limit)s
        """,
    ),
]
