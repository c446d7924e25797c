"""What is kept of visitors, and that leads hear of it."""

from leadboard.doctor.invariants.invariant import Invariant

INVARIANTS = [
    Invariant(
        "nothing is kept of a visitor who withdrew",
        "Whoever took consent back has no touches, and is nobody.",
        """
        SELECT v.id, v.withdrawn_at FROM tracking_visitor v
        WHERE v.withdrawn_at IS NOT NULL
          AND (v.lead_id IS NOT NULL OR EXISTS (SELECT FROM tracking_touch t WHERE t.visitor_id = v.id))
        ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "each lead hears of its touches in time",
        "A lead that is due to be told is told within a minute while the periodic work runs.",
        """
        SELECT lead_id, due_at FROM tracking_interest
        WHERE due_at < now() - interval '60 s' ORDER BY 2 LIMIT %(limit)s
        """,
    ),
]
