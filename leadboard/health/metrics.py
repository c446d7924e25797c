"""The numbers of /metrics, each one query over indexed or small tables."""

from django.db import connection

# name: (what it counts, label or none, query giving (label, number) or (number))
GAUGES = {
    "leadboard_leads": (
        "Leads by desk",
        "desk",
        "SELECT desk, count(*) FROM leads_lead GROUP BY desk ORDER BY desk",
    ),
    "leadboard_clocks_running": (
        "Running clocks by kind",
        "kind",
        "SELECT kind, count(*) FROM handoff_clock WHERE state = 'running' GROUP BY kind ORDER BY kind",
    ),
    "leadboard_clocks_overdue": (
        "Running clocks that should have fired more than ten seconds ago",
        "",
        "SELECT count(*) FROM handoff_clock WHERE state = 'running' AND fires_at < now() - interval '10 s'",
    ),
    "leadboard_jobs_queued": ("Jobs in the queue", "", "SELECT count(*) FROM django_q_ormq"),
    "leadboard_events_unnumbered": (
        "Committed events that have no seq yet",
        "",
        "SELECT count(*) FROM leads_leadevent WHERE seq IS NULL",
    ),
    "leadboard_events_seq": (
        "Highest seq given",
        "",
        "SELECT coalesce(max(seq), 0) FROM leads_leadevent",
    ),
    "leadboard_submissions_undigested": (
        "Submissions kept but not yet made a lead",
        "",
        "SELECT count(*) FROM capture_submission WHERE state = 'received'",
    ),
    "leadboard_heartbeat_age_seconds": (
        "Seconds since a program was last seen at work",
        "program",
        "SELECT name, extract(epoch FROM clock_timestamp() - at)::float8 FROM health_heartbeat ORDER BY name",
    ),
}


def measure() -> str:
    """Return all gauges in Prometheus' text exposition format."""
    lines: list[str] = []
    with connection.cursor() as cursor:
        for name, (meaning, label, query) in GAUGES.items():
            cursor.execute(query)
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
            lines += [sample(name, label, row) for row in cursor.fetchall()]
    return "\n".join([*lines, ""])


def sample(name: str, label: str, row: tuple) -> str:
    """Return one line; labels are codes of ours and need no escaping."""
    return f'{name}{{{label}="{row[0]}"}} {row[1]}' if label else f"{name} {row[0]}"
