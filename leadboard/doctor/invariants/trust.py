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
        "A score says what went in and, when a model spoke, which one.",
        """
        SELECT lead_id, id, method FROM qualification_verdict
        WHERE score IS NOT NULL AND (features = '{}'::jsonb
           OR (method IN ('model', 'blend') AND model_id IS NULL))
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
