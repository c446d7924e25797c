"""Deadlines: each ends once, by the truth."""

from leadboard.doctor.invariants.invariant import Invariant

# What meets a clock: any attempt the first action, a conversation the contact.
EVIDENCE_IN_TIME = """
    SELECT FROM handoff_action a
    WHERE a.lead_id = c.lead_id AND a.kind <> 'note' AND (a.is_conversation OR c.kind = 'first_action')
      AND a.at BETWEEN least(c.anchored_at, c.started_at) AND c.due_at
"""

INVARIANTS = [
    Invariant(
        "a clock runs or has ended once",
        "A running clock has a next moment and no end; an ended one has an end and no next moment.",
        """
        SELECT lead_id, id, kind, state FROM handoff_clock
        WHERE (state = 'running') IS DISTINCT FROM (ended_at IS NULL)
           OR (state = 'running') IS DISTINCT FROM (recorded_at IS NULL)
           OR (state = 'running') IS DISTINCT FROM (fires_at IS NOT NULL) ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "met means evidence in time",
        "A first action or contact counts as met only when an action lies before its due time.",
        f"""
        SELECT c.lead_id, c.id, c.kind, c.due_at, c.ended_at FROM handoff_clock c
        WHERE c.state = 'met' AND c.kind IN ('first_action', 'contact')
          AND (c.ended_at > c.due_at OR NOT EXISTS ({EVIDENCE_IN_TIME})) ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "breached means nothing was in time",
        "No deadline is called missed although an action in time is on record.",
        f"""
        SELECT c.lead_id, c.id, c.kind, c.due_at FROM handoff_clock c
        WHERE c.state = 'breached' AND c.kind IN ('first_action', 'contact')
          AND EXISTS ({EVIDENCE_IN_TIME} AND a.at >= c.started_at) ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a breach is recorded after its due time and dated by it",
        "No deadline fires early, and one that is found late keeps its true date.",
        """
        SELECT lead_id, id, kind, due_at, ended_at, recorded_at FROM handoff_clock
        WHERE state = 'breached' AND (recorded_at < due_at OR ended_at <> due_at) ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "each missed promise has its incident",
        "A breached clock of the agreement has one breach, and a breach has a breached clock.",
        """
        SELECT coalesce(c.lead_id, b.lead_id), c.id, b.id FROM handoff_breach b
        FULL JOIN handoff_clock c ON c.id = b.clock_id
        WHERE (b.id IS NOT NULL AND c.state <> 'breached')
           OR (b.id IS NULL AND c.state = 'breached'
               AND c.kind IN ('first_action', 'contact', 'follow_up', 'meeting')) ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "no clock is overdue",
        "While clocks run, nothing waits more than ten seconds for its moment.",
        """
        SELECT lead_id, id, kind, fires_at, trouble FROM handoff_clock
        WHERE state = 'running' AND fires_at < now() - interval '10 s' ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "escalation levels are 1..k",
        "No step of the ladder is left out or taken twice.",
        """
        SELECT b.lead_id, e.breach_id, array_agg(e.level ORDER BY e.level) FROM handoff_escalation e
        JOIN handoff_breach b ON b.id = e.breach_id GROUP BY 1, 2
        HAVING max(e.level) <> count(*) OR min(e.level) <> 1 OR count(DISTINCT e.level) <> count(*)
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "claiming again does not lengthen the first response",
        "First-action clocks that count from the same moment by the same rule are never due later.",
        """
        SELECT later.lead_id, earlier.id, later.id, earlier.due_at, later.due_at FROM handoff_clock later
        JOIN handoff_clock earlier ON earlier.lead_id = later.lead_id AND earlier.kind = later.kind
         AND earlier.anchored_at = later.anchored_at AND earlier.rule = later.rule
         AND earlier.playbook_version = later.playbook_version AND earlier.id < later.id
        WHERE later.kind = 'first_action' AND later.due_at > earlier.due_at ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a warning comes before the breach",
        "Nobody is warned of what is already missed.",
        """
        SELECT lead_id, id, kind, warned_at, due_at FROM handoff_clock WHERE warned_at > due_at
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a clock of a claim ends with it",
        "When a spell of ownership is over, nothing is owed for it any more.",
        """
        SELECT c.lead_id, c.id, c.kind, c.claim_id FROM handoff_clock c
        JOIN handoff_claim h ON h.id = c.claim_id
        WHERE c.state = 'running' AND h.ended_at IS NOT NULL AND c.kind IN ('contact', 'meeting', 'follow_up')
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
]
