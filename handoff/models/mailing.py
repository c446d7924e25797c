"""Enrolment, Send, Suppression: what nurture mails to whom, and to whom never again."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead


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
