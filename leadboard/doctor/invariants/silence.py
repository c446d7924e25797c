"""Nobody falls silent: for every open lead something is bound to happen."""

from leadboard.doctor.invariants.invariant import Invariant

OPEN = "l.erased_at IS NULL AND NOT l.do_not_contact AND l.stage NOT IN ('won', 'lost', 'disqualified')"
RUNNING = "SELECT FROM handoff_clock c WHERE c.lead_id = l.id AND c.state = 'running'"

INVARIANTS = [
    Invariant(
        "a claimed lead has a running clock",
        "Whoever holds a lead owes something by a certain time.",
        f"""
        SELECT l.id, l.desk FROM leads_lead l WHERE {OPEN} AND l.desk = 'sales'
          AND NOT EXISTS ({RUNNING} AND c.kind <> 'nurture') ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a lead on the board has a running clock",
        "An unclaimed lead is on its way to a breach, a time-out or a review.",
        f"""
        SELECT l.id, l.desk FROM leads_lead l WHERE {OPEN} AND l.desk = 'board'
          AND NOT EXISTS ({RUNNING} AND c.kind <> 'nurture') ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a nurtured lead has a next step",
        "In nurture an active track has its next step ahead, or a person reviews the lead at a set time.",
        f"""
        SELECT l.id, l.desk FROM leads_lead l WHERE {OPEN} AND l.desk IN ('nurture', 'long_nurture')
          AND NOT EXISTS ({RUNNING})
          AND NOT EXISTS (
            SELECT FROM handoff_enrolment n WHERE n.lead_id = l.id AND n.state = 'active'
               AND n.next_at > now() - interval '60 s'
        ) ORDER BY 1 LIMIT %(limit)s
        """,
    ),
]
