"""What a person can check afterwards."""

from leadboard.doctor.invariants.invariant import Invariant
from leadboard.leads import chain

INVARIANTS = [
    Invariant(
        "the chain of each lead verifies",
        "No event was changed, removed or added after it was written.",
        chain.VERIFY.replace("LIMIT %s", "LIMIT %(limit)s"),
    ),
    Invariant(
        "each score names its model and inputs",
        "A score says what went in and, when a model spoke, which one (until the person is erased).",
        """
        SELECT v.lead_id, v.id, v.method FROM qualification_verdict v JOIN leads_lead l ON l.id = v.lead_id
        WHERE v.score IS NOT NULL AND l.erased_at IS NULL AND (v.features = '{}'::jsonb
           OR (v.method IN ('model', 'blend') AND v.model_id IS NULL))
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "each decision names a playbook that exists",
        "The version by which a verdict or a clock was made can be read.",
        """
        SELECT decided.lead_id, decided.what, decided.playbook_version FROM (
            SELECT lead_id, 'verdict' AS what, playbook_version FROM qualification_verdict
            UNION ALL SELECT lead_id, 'clock', playbook_version FROM handoff_clock
            UNION ALL SELECT lead_id, 'enrolment', playbook_version FROM handoff_enrolment
        ) decided
        WHERE NOT EXISTS (SELECT FROM playbook_playbookversion p WHERE p.number = decided.playbook_version)
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "nothing is left of a person who was erased",
        "Of an erased lead there is no name, no address and nothing that it sent, and nothing is under way.",
        """
        SELECT l.id, l.desk, l.owner_id FROM leads_lead l WHERE l.erased_at IS NOT NULL AND (
            l.name <> '' OR l.email <> '' OR l.phone <> '' OR l.company <> '' OR l.message <> ''
            OR l.extra <> '{}'::jsonb OR l.desk <> 'closed' OR NOT l.do_not_contact
            OR EXISTS (SELECT FROM capture_submission s WHERE s.lead_id = l.id AND s.body <> '')
            OR EXISTS (SELECT FROM handoff_clock c WHERE c.lead_id = l.id AND c.state = 'running')
            OR EXISTS (SELECT FROM tracking_touch t WHERE t.lead_id = l.id))
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "one playbook and at most one model are in force",
        "There is never a doubt by what a decision is made.",
        """
        SELECT 'playbook', count(*) FROM playbook_playbookversion WHERE active HAVING count(*) > 1
        UNION ALL
        SELECT 'model', count(*) FROM qualification_scoringmodel WHERE state = 'live' HAVING count(*) > 1
        LIMIT %(limit)s
        """,
    ),
]
