"""Source, Submission, IdentityKey: where leads come from, what came, and whom it belongs to."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead


def new_key():
    """Return an unguessable key for a source's address (128 bits)."""
    return secrets.token_urlsafe(16)


class Source(models.Model):
    """One door: a form, an ad account, a chat. `mapping` says which of its fields is which of ours."""

    name = models.CharField(max_length=80, unique=True)
    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    vendor = models.CharField(max_length=32, default="generic")
    secret = models.TextField(blank=True)
    mapping = models.JSONField(default=dict, blank=True, help_text="{our field: path in the payload}")
    lead_type = models.CharField(
        max_length=40, blank=True, help_text="Empty: the playbook decides by content."
    )
    campaign = models.TextField(blank=True)
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self):
        return self.name


class SubmissionState(models.TextChoices):
    """What became of a submission."""

    RECEIVED = "received", "Received"
    CAPTURED = "captured", "Made a lead"
    JOINED = "joined", "Joined a lead"
    QUARANTINED = "quarantined", "Waits in quarantine"
    DISCARDED = "discarded", "Put away by a person"


class Submission(models.Model):
    """One raw delivery from outside, kept as it came and committed before anything is made of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="submissions")
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    submitted_at = models.DateTimeField(null=True, blank=True)
    content_type = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField()
    body_hash = models.BinaryField()
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)
    state = models.CharField(max_length=12, choices=SubmissionState, default=SubmissionState.RECEIVED)
    problem = models.TextField(blank=True, help_text="Why it waits, in words.")
    lead = models.ForeignKey(
        Lead, null=True, blank=True, on_delete=models.SET_NULL, related_name="submissions"
    )
    digested_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(
        default=0, help_text="How often the sweep tried to digest it."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="one_submission_per_key",
            )
        ]
        indexes = [
            models.Index(
                fields=["received_at"], name="submission_left_behind", condition=Q(state="received")
            ),
            models.Index(
                fields=["-received_at"], name="submission_quarantine", condition=Q(state="quarantined")
            ),
            models.Index(fields=["source", "-received_at"], name="submission_by_source"),
        ]

    def __str__(self):
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"

    @property
    def text(self):
        """Return the raw body for reading; bytes that are no UTF-8 are shown as \\xnn."""
        return bytes(self.body).decode("utf-8", "backslashreplace")


class IdentityKey(models.Model):
    """A canonical e-mail address, phone number or company+name that points to the open lead of that
    person.
    """

    kind = models.CharField(max_length=10)
    value = models.TextField()
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="identity_keys")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="one_open_lead_per_identity")]

    def __str__(self):
        return f"{self.kind}:{self.value}"
