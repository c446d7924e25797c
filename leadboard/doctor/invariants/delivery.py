"""The numbered log that every board follows."""

from leadboard.doctor.invariants.invariant import Invariant

INVARIANTS = [
    Invariant(
        "the numbers of events have no gap",
        "The seq of all numbered events is 1, 2, 3 …: a board sees by itself when it missed one.",
        """
        SELECT seq, before FROM (
            SELECT seq, lag(seq, 1, 0::bigint) OVER (ORDER BY seq) AS before
            FROM leads_leadevent WHERE seq IS NOT NULL
        ) numbered WHERE seq <> before + 1 ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "a lead's events are numbered in their order",
        "No board sees a later change of a lead before an earlier one.",
        """
        SELECT lead_id, version, seq FROM (
            SELECT lead_id, version, seq, max(seq) OVER (PARTITION BY lead_id ORDER BY version
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest FROM leads_leadevent
        ) e WHERE seq < highest ORDER BY 1 LIMIT %(limit)s
        """,
    ),
    Invariant(
        "events are numbered at once",
        "While clocks run, no committed event waits more than ten seconds for its number.",
        """
        SELECT lead_id, version, recorded_at FROM leads_leadevent
        WHERE seq IS NULL AND recorded_at < now() - interval '10 s' ORDER BY 1 LIMIT %(limit)s
        """,
    ),
]
