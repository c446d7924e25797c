"""Two voices never talk to one person, and no mail goes out twice."""

from leadboard.doctor.invariants.invariant import Invariant

INVARIANTS = [
    Invariant(
        "no track is active on a claimed lead",
        "While sales has a lead, nurture waits.",
        """
        SELECT n.lead_id, n.id, n.track FROM handoff_enrolment n
        JOIN handoff_claim c ON c.lead_id = n.lead_id AND c.ended_at IS NULL
        WHERE n.state = 'active' ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "steps are sent once and in order",
        "The mails of a track are its steps 1, 2, 3 …, each once, none beyond what was decided.",
        """
        SELECT s.lead_id, s.enrolment_id, s.step, s.place FROM (
            SELECT lead_id, enrolment_id, step, state,
                   row_number() OVER (PARTITION BY enrolment_id ORDER BY id) AS place
            FROM handoff_send WHERE enrolment_id IS NOT NULL
        ) s JOIN handoff_enrolment n ON n.id = s.enrolment_id
        WHERE s.step <> s.place OR (s.step > n.step AND s.state <> 'cancelled') ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "nothing is sent while sales has the lead",
        "No step of a track is decided between a claim and its end.",
        """
        SELECT s.lead_id, s.id, s.decided_at, c.started_at, c.ended_at FROM handoff_send s
        JOIN handoff_claim c ON c.lead_id = s.lead_id
        WHERE s.enrolment_id IS NOT NULL AND s.state <> 'cancelled' AND s.decided_at > c.started_at
          AND s.decided_at < coalesce(c.ended_at, 'infinity') ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "nothing is sent after a track has ended",
        "Unsubscribed, stopped, finished: no step is decided afterwards.",
        """
        SELECT s.lead_id, s.id, s.decided_at, n.ended_at FROM handoff_send s
        JOIN handoff_enrolment n ON n.id = s.enrolment_id
        WHERE s.state <> 'cancelled' AND s.decided_at > n.ended_at ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "nobody is in a track who must not be contacted",
        "Whoever said no is in no track any more.",
        """
        SELECT l.id, n.id, n.track FROM leads_lead l JOIN handoff_enrolment n ON n.lead_id = l.id
        WHERE n.state IN ('active', 'paused') AND (l.do_not_contact OR l.erased_at IS NOT NULL)
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
]
