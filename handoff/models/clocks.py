"""Clock, Breach, Escalation: what is owed by when, what was missed, and the steps after it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from handoff.models.claims import Claim
from leadboard.leads.models import Lead

PERSON = settings.AUTH_USER_MODEL


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
