"""What was accepted is never lost."""

from leadboard.doctor.invariants.invariant import Invariant

INVARIANTS = [
    Invariant(
        "an accepted submission does not lie around",
        "Within a minute it is a lead, has joined one, or waits in quarantine.",
        """
        SELECT id, source_id, received_at FROM capture_submission
        WHERE state = 'received' AND received_at < now() - interval '60 s' ORDER BY 3 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a captured submission names its lead",
        "What made or joined a lead points to it (until the person is erased).",
        """
        SELECT id, state, received_at FROM capture_submission
        WHERE state IN ('captured', 'joined') AND lead_id IS NULL ORDER BY 3 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a delivery counts once",
        "The same key at the same source is one submission.",
        """
        SELECT source_id, idempotency_key, count(*) FROM capture_submission WHERE idempotency_key IS NOT NULL
        GROUP BY 1, 2 HAVING count(*) > 1 ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a quarantined submission says why",
        "What waits in quarantine says in words what is wrong with it.",
        """
        SELECT id, received_at FROM capture_submission WHERE state = 'quarantined' AND problem = ''
        ORDER BY 2 LIMIT %(limit)s
        """,
    ),
]
