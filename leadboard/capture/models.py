"""Source, Submission, Refusal, IdentityKey, Awaited: where leads come from, what came, and whom it
belongs to.
"""

import json
import re
import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead

MASK, SHORTEST_MASKED = "••••", 4
# The one secret that a vendor sends within the body; it may be one of long ago.
GOOGLE_KEY = re.compile(r'("google_key"\s*:\s*")(?:[^"\\]|\\.)*(")')
TRIAL = "X-Leadboard-Test"  # the header that is kept with a delivery of ours


def new_key():
    """Return an unguessable key for a source's address (128 bits)."""
    return secrets.token_urlsafe(16)


class Source(models.Model):
    """One door: a form, an ad account, a chat. `mapping` says which of its fields is which of ours."""

    name = models.CharField(max_length=80, unique=True)
    key = models.CharField(max_length=64, unique=True, default=new_key, editable=False)
    vendor = models.CharField(max_length=32, default="generic")
    secret = models.TextField(blank=True)
    old_secret = models.TextField(blank=True, help_text="The one before, taken too until `old_secret_until`.")
    old_secret_until = models.DateTimeField(null=True, blank=True)
    token = models.TextField(blank=True, help_text="The firm's token for the vendor's API: fetches details.")
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

    @property
    def path(self):
        """Return the path to which this source's leads are posted."""
        return f"/intake/{self.key}/"

    @property
    def url(self):
        """Return the full address of the same; vendors sign it."""
        return settings.LEADBOARD_URL + self.path


class SubmissionState(models.TextChoices):
    """What became of a submission."""

    RECEIVED = "received", "Received"
    CAPTURED = "captured", "Made a lead"
    JOINED = "joined", "Joined a lead"
    QUARANTINED = "quarantined", "Waits in quarantine"
    DISCARDED = "discarded", "Put away by a person"
    SPLIT = "split", "Carried several"
    IGNORED = "ignored", "Kept, is no lead"


class Submission(models.Model):
    """One raw delivery from outside, kept as it came and committed before anything is made of it.

    A delivery that carries several entries is split: each is a submission of its own, `part_of` the first.
    """

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
    part_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts", db_index=False
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
            models.Index(
                fields=["part_of", "id"], name="submission_parts", condition=Q(part_of__isnull=False)
            ),
        ]

    def __str__(self):
        return f"{self.source} {self.received_at:%Y-%m-%d %H:%M}"

    @property
    def is_trial(self):
        """Was it sent from the screen, to try the source?"""
        return TRIAL in self.headers

    @property
    def lag(self):
        """Return how many seconds after it was sent it came; None where the vendor told no time."""
        return self.submitted_at and max((self.received_at - self.submitted_at).total_seconds(), 0.0)

    @property
    def text(self):
        """Return the raw body for reading; bytes that are no UTF-8 are shown as \\xnn."""
        return bytes(self.body).decode("utf-8", "backslashreplace")

    @property
    def shown(self):
        """Return the same for people's eyes: with the secrets of its source masked."""
        text = GOOGLE_KEY.sub(rf"\1{MASK}\2", self.text)
        for secret in (self.source.secret, self.source.old_secret):
            if len(secret) >= SHORTEST_MASKED:
                text = text.replace(secret, MASK).replace(json.dumps(secret)[1:-1], MASK)
        return text


class Refusal(models.Model):
    """How often the door refused what was sent to a source, in one hour, for one reason."""

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="refusals")
    hour = models.DateTimeField()
    code = models.CharField(max_length=60)
    detail = models.TextField(help_text="The last sentence that the sender was told.")
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "hour", "code"], name="one_refusal_per_hour_and_code")
        ]

    def __str__(self):
        return f"{self.source} {self.code} {self.hour:%Y-%m-%d %H:00}"


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


class Awaited(models.Model):
    """A vendor's id that came without the person. The details are fetched from the vendor, or come later.

    `ask_at` is when the vendor is asked next (null: not any more); `arrived_at` is when a person could be
    reached for the first time.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="awaited")
    external_id = models.TextField()
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="awaited")
    since = models.DateTimeField(db_default=Now(), editable=False)
    ask_at = models.DateTimeField(null=True, blank=True)
    asked = models.PositiveSmallIntegerField(default=0)
    problem = models.TextField(blank=True, help_text="What the vendor answered last, in words.")
    arrived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="one_lead_per_vendor_id")
        ]
        indexes = [
            models.Index(
                fields=["ask_at"], name="awaited_due", condition=Q(arrived_at=None, ask_at__isnull=False)
            )
        ]

    def __str__(self):
        return f"{self.source} {self.external_id}"
