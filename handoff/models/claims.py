"""Claim and Action: who has a lead, and what they did with it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
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


class AwaitedRep(models.Model):
    """A lead on the board that the playbook gives to a rep, while nobody suitable is free."""

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, related_name="awaitedrep")
    tier = models.CharField(max_length=8)
    rule = models.CharField(max_length=80)
    since = models.DateTimeField(db_default=Now())

    def __str__(self):
        return f"lead {self.lead_id} waits for {self.tier}"


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
