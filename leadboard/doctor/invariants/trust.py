"""What a person can check afterwards."""

from leadboard.doctor.invariants.invariant import Invariant
from leadboard.leads import chain

# The newest verdict of a lead, and what its facts were scored at last by a later model or agreement.
STANDS = """
SELECT s.lead_id, s.score AS stands, coalesce(a.score, v.score) AS decided, s.by_verdict, v.id AS newest
FROM leads_leadscore s
LEFT JOIN LATERAL (SELECT id, score, model_id, playbook_version FROM qualification_verdict
                   WHERE lead_id = s.lead_id ORDER BY id DESC LIMIT 1) v ON true
LEFT JOIN LATERAL (SELECT id, score, model_id, playbook_version FROM qualification_scoredagain
                   WHERE lead_id = s.lead_id AND verdict_id = v.id ORDER BY id DESC LIMIT 1) a ON true
WHERE (s.by_verdict, s.by_model, s.by_playbook) IS DISTINCT FROM
      (v.id, CASE WHEN a.id IS NULL THEN v.model_id ELSE a.model_id END,
       CASE WHEN a.id IS NULL THEN v.playbook_version ELSE a.playbook_version END)
   OR (s.score IS DISTINCT FROM coalesce(a.score, v.score)
       AND NOT EXISTS (SELECT FROM corrections_override o WHERE o.lead_id = s.lead_id AND o.ended_at IS NULL))
ORDER BY 1 LIMIT %(limit)s
"""

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
        "the score that stands is the newest decision's",
        "A lead scores what its newest verdict said, or the newest re-scoring of that, or a person who"
        " overrode it; and it says by which model and playbook.",
        STANDS,
    ),
    Invariant(
        "each score says why",
        "Only while all open leads are being scored again may the reasons of a score be still to come.",
        """
        SELECT lead_id, score FROM leads_leadscore WHERE reasons IS NULL
           AND (SELECT finished_at FROM qualification_rescoring ORDER BY id DESC LIMIT 1) IS NOT NULL
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "each decision names a playbook that exists",
        "The version by which a verdict or a clock was made can be read.",
        """
        SELECT decided.lead_id, decided.what, decided.playbook_version FROM (
            SELECT lead_id, 'verdict' AS what, playbook_version FROM qualification_verdict
            UNION ALL SELECT lead_id, 'scored again', playbook_version FROM qualification_scoredagain
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
            OR EXISTS (SELECT FROM leads_leadscore s WHERE s.lead_id = l.id AND s.reasons <> '[]'::jsonb)
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
