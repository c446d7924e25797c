"""THE MAP: what each kind of event sets off, and all periodic work. Dotted names only; `manage.py check`
fails on a name that does not exist.

AT_ONCE   called as f(lead, event) in the transaction of the change: database work only.
LATER     enqueued in that transaction as a job f(lead_id): may run twice, truth is never only here.
"""

AT_ONCE = {
    "captured": ["handoff.sla.start_first_action", "handoff.suppression.mark_suppressed"],
    "joined": ["handoff.sla.start_first_action", "handoff.suppression.mark_suppressed"],
    "qualified": ["handoff.routing.follow_verdict"],
    "details_arrived": ["handoff.sla.start_first_action", "handoff.suppression.mark_suppressed"],
    "nurture_failed": ["handoff.nurture.after_failure"],
}

LATER = {
    "captured": ["qualification.jobs.qualify"],
    "joined": ["qualification.jobs.qualify"],
    "details_arrived": ["qualification.jobs.qualify"],
    "target_marked": ["qualification.jobs.qualify"],
    "target_unmarked": ["qualification.jobs.qualify"],
    "enriched": ["qualification.jobs.qualify"],
}

# What the lead page shows besides the lead: f(lead, viewer) -> (template, context), in this order.
LEAD_PANELS = [
    "handoff.panels.acts",
    "handoff.panels.ladder",
    "qualification.panels.verdict",
]

# name: (dotted function without arguments, seconds between runs); run by `run_clocks`, one at a time.
PERIODIC = {
    "digest submissions left behind": ("leadboard.capture.intake.digest_left_behind", 15),
    "fetch details left behind": ("leadboard.capture.fetching.fetch_left_behind", 15),
    "qualify leads left behind": ("qualification.jobs.sweep", 15),
    "resume assignments held back": ("handoff.escalation.retry_held", 15),
    "send mails left behind": ("handoff.sending.sweep", 15),
    "pass on what lies on a desk": ("handoff.timeouts.pass_on", 300),
    "forget idle buckets": ("leadboard.limits.buckets.forget_idle", 3_600),
    "learn from outcomes": ("qualification.jobs.learn", 86_400),
}
