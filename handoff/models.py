"""Claim, Clock, Breach, Action, Enrolment, Send, Suppression: the rows of the handoff."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead

PERSON = settings.AUTH_USER_MODEL


class ClaimStart(models.TextChoices):
    """How a spell of ownership began."""

    CLAIMED = "claimed", "Claimed"
    ASSIGNED = "assigned", "Assigned"
    REROUTED = "rerouted", "Rerouted"
    OVERRIDE = "override", "Override"


class ClaimEnd(models.TextChoices):
    """How it ended."""

    RELEASED = "released", "Released"
    UNDONE = "undone", "Undone"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"
    HANDED_BACK = "handed_back", "Handed back"
    REASSIGNED = "reassigned", "Reassigned"
    CLOSED = "closed", "Closed"


class Claim(models.Model):
    """One spell of ownership by one rep; at most one is open per lead."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="claims")
    rep = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="claims")
    how = models.CharField(max_length=10, choices=ClaimStart, default=ClaimStart.CLAIMED)
    from_desk = models.CharField(max_length=12, help_text="Where an undo brings the lead back to.")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=12, choices=ClaimEnd, blank=True)
    reason = models.CharField(max_length=40, blank=True, help_text="Code from the playbook.")
    note = models.TextField(blank=True)
    attempts = models.PositiveIntegerField(default=0, help_text="Actions made in this spell.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(ended_at__isnull=True), name="one_open_claim_per_lead"
            ),
            models.CheckConstraint(
                condition=(Q(ended_at__isnull=True) & Q(end="")) | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="a_claim_ends_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["rep"], name="claim_open_by_rep", condition=Q(ended_at__isnull=True))]

    def __str__(self):
        return f"{self.rep} on lead {self.lead_id}"


class ClockState(models.TextChoices):
    """A clock runs and then ends once."""

    RUNNING = "running", "Running"
    MET = "met", "Met"
    BREACHED = "breached", "Breached"
    CANCELLED = "cancelled", "Cancelled"


class ClockKind(models.TextChoices):
    """What is owed when the clock fires. The first four are the agreement; the others are timers of ours."""

    FIRST_ACTION = "first_action", "First action"
    CONTACT = "contact", "Contact"
    FOLLOW_UP = "follow_up", "Follow-up"
    MEETING = "meeting", "Meeting"
    ESCALATION = "escalation", "Escalation step"
    NURTURE = "nurture", "Nurture step"
    PARKED = "parked", "Review of a parked lead"


AGREED = (ClockKind.FIRST_ACTION, ClockKind.CONTACT, ClockKind.FOLLOW_UP, ClockKind.MEETING)


class Clock(models.Model):
    """A durable deadline. `fires_at` is the next moment at which `run_clocks` has to act on it:
    the warning while that is ahead, then the due time; null once it has ended."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="clocks")
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="clocks")
    enrolment = models.ForeignKey(
        "Enrolment", null=True, blank=True, on_delete=models.PROTECT, related_name="clocks"
    )
    kind = models.CharField(max_length=14, choices=ClockKind)
    level = models.PositiveSmallIntegerField(default=0, help_text="Escalation: the step that is due.")
    rule = models.CharField(max_length=80, help_text="Path in the playbook, e.g. first_action.demo.")
    playbook_version = models.PositiveIntegerField()
    anchored_at = models.DateTimeField(help_text="From when time is counted.")
    started_at = models.DateTimeField(db_default=Now())
    warn_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()
    fires_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=ClockState, default=ClockState.RUNNING)
    ended_at = models.DateTimeField(
        null=True, blank=True, help_text="When it happened; a breach is dated by its due time."
    )
    recorded_at = models.DateTimeField(null=True, blank=True, help_text="When the end was written.")
    trouble = models.TextField(blank=True, help_text="Why firing failed last; it is retried.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "kind"],
                condition=Q(state="running"),
                name="one_running_clock_per_kind",
            ),
            models.CheckConstraint(
                condition=(Q(state="running") & Q(ended_at__isnull=True) & Q(fires_at__isnull=False))
                | (~Q(state="running") & Q(ended_at__isnull=False) & Q(fires_at__isnull=True)),
                name="a_clock_runs_or_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(warned_at__isnull=True) | Q(warned_at__lte=F("due_at")) | ~Q(state="running"),
                name="a_warning_comes_before_the_breach",
            ),
        ]
        indexes = [
            models.Index(fields=["fires_at", "id"], name="clock_next", condition=Q(state="running")),
            models.Index(fields=["lead", "-id"], name="clock_of_lead"),
        ]

    def __str__(self):
        return f"{self.kind} of lead {self.lead_id} due {self.due_at:%Y-%m-%d %H:%M:%S}"


class Breach(models.Model):
    """A clock of the agreement that fired: an incident with an owner and a resolution. Never deleted."""

    clock = models.OneToOneField(Clock, on_delete=models.PROTECT, related_name="breach")
    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="breaches")
    rep = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="breaches")
    due_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    step = models.PositiveSmallIntegerField(default=0, help_text="Escalation step reached.")
    acted_at = models.DateTimeField(null=True, blank=True, help_text="When it was done after all.")
    cause = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    resolved_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-due_at", "-id"], name="breach_newest")]

    def __str__(self):
        return f"breach of clock {self.clock_id}"


class Escalation(models.Model):
    """One step of the ladder after a breach; levels are 1..k, each once."""

    breach = models.ForeignKey(Breach, on_delete=models.PROTECT, related_name="escalations")
    level = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=12, help_text="reassign, manager or hand_back")
    rep = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["breach", "level"], name="each_escalation_level_once")]

    def __str__(self):
        return f"step {self.level} of {self.breach}"


class ActionKind(models.TextChoices):
    """What we did."""

    CALL = "call", "Call"
    EMAIL = "email", "E-mail"
    TEXT = "text", "Text"
    LINKEDIN = "linkedin", "LinkedIn"
    MEETING = "meeting", "Meeting"
    NOTE = "note", "Note"


class Action(models.Model):
    """Something we did with a lead. A note is no attempt; some outcomes make it a conversation."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="actions")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.PROTECT, related_name="actions")
    actor = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="actions")
    kind = models.CharField(max_length=10, choices=ActionKind)
    outcome = models.CharField(max_length=24, blank=True)
    is_conversation = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    recording = models.URLField(blank=True)
    key = models.CharField(max_length=255, blank=True, help_text="Form nonce or Idempotency-Key.")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], condition=~Q(key=""), name="one_action_per_key")
        ]
        indexes = [models.Index(fields=["lead", "-at"], name="action_of_lead")]

    def __str__(self):
        return f"{self.kind} on lead {self.lead_id}"


class EnrolmentState(models.TextChoices):
    """An enrolment is active, waits while sales has the lead, or is over."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped"


class Enrolment(models.Model):
    """A lead's run through a track; `step` is the last step that was decided (0: none yet)."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="enrolments")
    track = models.CharField(max_length=60)
    playbook_version = models.PositiveIntegerField(help_text="The version whose steps it follows.")
    state = models.CharField(max_length=8, choices=EnrolmentState, default=EnrolmentState.ACTIVE)
    step = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=40, blank=True, help_text="Why it is paused or stopped.")
    started_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"],
                condition=Q(state__in=("active", "paused")),
                name="one_open_enrolment_per_lead",
            ),
        ]

    def __str__(self):
        return f"lead {self.lead_id} in {self.track}"


class SendState(models.TextChoices):
    """Decided before the mail server is asked; unknown when its answer was lost."""

    DECIDED = "decided", "Decided"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNKNOWN = "unknown", "Unknown"
    CANCELLED = "cancelled", "Cancelled"


class Send(models.Model):
    """One mail to one lead: a step of an enrolment, or a polite answer (enrolment null)."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="sends")
    enrolment = models.ForeignKey(Enrolment, null=True, on_delete=models.PROTECT, related_name="sends")
    step = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=40, blank=True, help_text="Code of a polite answer in the playbook.")
    state = models.CharField(max_length=10, choices=SendState, default=SendState.DECIDED)
    message_id = models.TextField(blank=True)
    trouble = models.TextField(blank=True)
    token = models.CharField(
        max_length=64, unique=True, help_text="Opaque unsubscribe token, 128 bits or more."
    )
    decided_at = models.DateTimeField(db_default=Now())
    handed_over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "step"], condition=Q(enrolment__isnull=False), name="one_send_per_step"
            ),
            models.UniqueConstraint(
                fields=["lead"], condition=~Q(answer=""), name="one_polite_answer_per_lead"
            ),
        ]
        indexes = [models.Index(fields=["decided_at"], name="send_left_behind", condition=Q(state="decided"))]

    def __str__(self):
        return f"send {self.pk} to lead {self.lead_id}"


class Suppression(models.Model):
    """An address that must not be mailed, as a keyed hash: it survives erasure and re-import."""

    hash = models.BinaryField(unique=True)
    why = models.CharField(max_length=40)
    at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.why


class SuppressionKey(models.Model):
    """The one key of the hashes above. It lives beside them: it must outlast SECRET_KEY and be the same
    on every host and in every backup, or a suppressed person would be mailed again."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    key = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="there_is_one_suppression_key")]

    def __str__(self):
        return "the key of the suppression list"


class PeriodicRun(models.Model):
    """When a periodic job of the wiring last began, so that of several programs only one runs it."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    trouble = models.TextField(blank=True, help_text="Why its last run failed.")

    def __str__(self):
        return self.name
