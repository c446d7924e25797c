"""THE MAP: what each kind of event sets off, and all periodic work. Dotted names only; `manage.py check`
fails on a name that does not exist.

AT_ONCE   called as f(lead, event) in the transaction of the change: database work only.
LATER     enqueued in that transaction as a job f(lead_id): may run twice, truth is never only here.
"""

AT_ONCE = {
    "captured": [
        "leadboard.tracking.joining.join_visits",
        "handoff.timing.sla.start_first_action",
        "handoff.mailing.suppression.mark_suppressed",
    ],
    "joined": [
        "leadboard.tracking.joining.join_visits",
        "handoff.timing.sla.start_first_action",
        "handoff.mailing.suppression.mark_suppressed",
    ],
    "touched": ["handoff.waking.tell_owner"],
    "score_overridden": ["handoff.routing.follow_verdict"],
    "qualified": ["handoff.routing.follow_verdict", "handoff.waking.promote"],
    "details_arrived": [
        "leadboard.tracking.joining.join_visits",
        "handoff.timing.sla.start_first_action",
        "handoff.mailing.suppression.mark_suppressed",
    ],
    "repeated": ["leadboard.tracking.joining.join_visits"],
    "rescued": ["handoff.timing.sla.start_first_action", "handoff.mailing.suppression.mark_suppressed"],
    "junked": ["handoff.merging.leave"],
    "merged": ["handoff.merging.leave", "leadboard.tracking.merging.hand_over"],
    "absorbed": ["handoff.merging.take_over"],
    "unmerged": ["leadboard.tracking.merging.hand_back", "handoff.merging.come_back"],
    "nurture_failed": ["handoff.nurturing.nurture.after_failure"],
    "action": ["leadboard.notify.alerts.acted_on"],
    "assigned": ["leadboard.notify.alerts.left"],
    "rerouted": ["leadboard.notify.alerts.left"],
    "released": ["leadboard.notify.alerts.left"],
    "rejected": ["leadboard.notify.alerts.left"],
    "handed_back": ["leadboard.notify.alerts.left"],
}

LATER = {
    "captured": ["qualification.jobs.qualify"],
    "joined": ["qualification.jobs.qualify"],
    "details_arrived": ["qualification.jobs.qualify"],
    "target_marked": ["qualification.jobs.qualify"],
    "target_unmarked": ["qualification.jobs.qualify"],
    "enriched": ["qualification.jobs.qualify"],
    "touched": ["qualification.jobs.qualify"],
    "consent_withdrawn": ["qualification.jobs.qualify"],
    "rescued": ["qualification.jobs.qualify"],
    "absorbed": ["qualification.jobs.qualify"],
    "erased": ["qualification.corrections.jobs.forget"],
}

# For many events of one kind: what is called as f(events) instead of each name alone, or enqueued once as
# f(first event id, last event id).
TOGETHER = {
    "leadboard.tracking.joining.join_visits": "leadboard.tracking.joining.join_all_visits",
    "handoff.timing.sla.start_first_action": "handoff.timing.sla.start_first_actions",
    "handoff.mailing.suppression.mark_suppressed": "handoff.mailing.suppression.mark_all_suppressed",
    "handoff.routing.follow_verdict": "handoff.routing.follow_verdicts",
    "qualification.jobs.qualify": "qualification.jobs.follow",
    "leadboard.notify.alerts.left": "leadboard.notify.alerts.leave_all",
}

# What the lead page shows besides the lead: f(lead, viewer) -> (template, context), in this order.
LEAD_PANELS = [
    "leadboard.capture.duplicates.panels.same_person",
    "handoff.panels.acts",
    "handoff.panels.log",
    "leadboard.capture.duplicates.panels.look_for",
    "leadboard.capture.screening.panels.junk",
    "handoff.panels.ladder",
    "qualification.panels.verdict",
    "qualification.company_panel.company",
    "leadboard.tracking.panels.how_they_came",
    "leadboard.capture.screening.panels.contact",
    "leadboard.privacy.panels.held",
]

# What the frame of every page counts besides the leads: {name: f(person) -> how many}.
COUNTED = {"alerts": "leadboard.notify.tray.open_count"}

# Which words of the message the lead page marks: f(lead) -> list of (start, end, topic).
MESSAGE_MARKS = "qualification.panels.marks"

# The modules that say what their part holds of a person: told_of(person) -> {what: rows}, erase(person).
# Handoff erases first: nothing may be under way with somebody of whom the rest is taken away.
PERSONAL = [
    "handoff.personal",
    "leadboard.capture.personal",
    "leadboard.imports.personal",
    "leadboard.forms.personal",
    "leadboard.tracking.personal",
    "leadboard.companies.personal",
    "qualification.personal",
    "leadboard.notify.personal",
]

# What the timeline of the lead page tells besides the log: f(lead) -> list of timeline.Entry.
LEAD_STORIES = [
    "leadboard.tracking.visits.entries",
    "qualification.again.shown.entries",
]

# What people wrote beside events: f(lead, events) -> {version of the event: text}.
LEAD_NOTES = ["handoff.notes.of"]

# Chains of digests that `audit verify` walks besides the log of the leads:
# what its rows are called -> f(most faults to name) -> (faults in words, how many rows).
AUDITED = {
    "acts on the models": "qualification.governance.acts.verify",
}

# What `manage.py prune` takes away: {words for what goes: f() -> how many}. Each also has its time below.
PRUNED = {
    "files of old imports": "leadboard.imports.pruning.prune",
    "idle buckets": "leadboard.limits.buckets.forget_idle",
}

# name: (dotted function without arguments, seconds between runs); run by `run_clocks`, one at a time.
PERIODIC = {
    "digest submissions left behind": ("leadboard.capture.intake.digest_left_behind", 15),
    "ask providers left behind": ("leadboard.companies.providers.ask_left_behind", 30),
    "resume imports left behind": ("leadboard.imports.runner.resume_left_behind", 15),
    "fetch details left behind": ("leadboard.capture.fetching.fetch_left_behind", 15),
    "qualify leads left behind": ("qualification.jobs.sweep", 15),
    "resume assignments held back": ("handoff.timing.escalation.retry_held", 15),
    "give leads that wait for a rep": ("handoff.giving.retry", 5),
    "learn from corrections": ("qualification.corrections.jobs.sweep", 900),
    "send mails left behind": ("handoff.mailing.sending.sweep", 15),
    "pass on what lies on a desk": ("handoff.timing.timeouts.pass_on", 300),
    "ask which domains take mail": ("leadboard.capture.exchangers.ask_when_allowed", 60),
    "prune files of old imports": ("leadboard.imports.pruning.prune", 86_400),
    "forget idle buckets": ("leadboard.limits.buckets.forget_idle", 3_600),
    "tell leads of their touches": ("leadboard.tracking.interest.tell_due", 5),
    "months of the touches": ("leadboard.tracking.partitions.keep_months", 43_200),
    "score again after a change": ("qualification.jobs.watch_rescoring", 15),
    "learn from outcomes": ("qualification.jobs.learn", 86_400),
    "try challengers in shadow": ("qualification.governance.jobs.watch_challengers", 300),
    "watch drift and fairness": ("qualification.governance.jobs.watch_nightly", 86_400),
}
