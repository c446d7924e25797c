"""Site, Visitor, Touch, Interest: who may send, who looked, what they did, and which leads have to hear of
it.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

MOST_TOKENS = 120.0
PROXY = "proxy"  # the device of a mail that a program fetched by itself, whoever reads it or not


class Site(models.Model):
    """An origin of the firm ("https://www.firm.example") whose pages may send visits."""

    origin = models.CharField(max_length=200, unique=True)
    added_at = models.DateTimeField(db_default=Now(), editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self):
        return self.origin


class Visitor(models.Model):
    """One browser that gave consent. `lead_id` is whom its visits belong to now (null: nobody yet).

    `tokens` is its quota: one per touch, refilled by the second. No lead is referenced by a constraint: a
    page view must never wait for the lock of a claim, and leads are never deleted.
    """

    uid = models.UUIDField(unique=True)
    lead = models.ForeignKey(
        "leads.Lead", null=True, on_delete=models.DO_NOTHING, related_name="visitors", db_constraint=False
    )
    identified_at = models.DateTimeField(null=True)
    consented_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(db_default=Now())
    visit = models.PositiveIntegerField(default=1, help_text="Number of its current visit.")
    tokens = models.FloatField(default=MOST_TOKENS)

    class Meta:
        indexes = [models.Index(fields=["seen_at"], name="visitor_seen")]

    def __str__(self):
        return f"visitor {self.pk}"


class TouchKind(models.TextChoices):
    """What a prospect can do."""

    VIEW = "view", "Page view"
    OPEN = "open", "Mail opened"
    CLICK = "click", "Link in a mail"
    DOWNLOAD = "download", "Download"
    WEBINAR = "webinar", "Webinar"
    REPLY = "reply", "Reply"
    FORM = "form", "Form"


class Touch(models.Model):
    """One thing a prospect did. The table is parted by month of `at` (see `partitions`).

    `what` is the path of a page, the name of a file, a webinar or a mail; `seconds` is how long it was looked
    at, `depth` how far down. `page` is the script's own key of a page view, by which its seconds arrive
    later; `ref` is a sender's own id: the same again is stored once. Of the referrer only the host is kept,
    of the browser only its class.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=10, choices=TouchKind)
    visitor = models.ForeignKey(
        Visitor, null=True, on_delete=models.DO_NOTHING, related_name="touches", db_constraint=False
    )
    lead = models.ForeignKey(
        "leads.Lead", null=True, on_delete=models.DO_NOTHING, related_name="touches", db_constraint=False
    )
    visit = models.PositiveIntegerField(default=0)
    page = models.CharField(max_length=24, blank=True)
    ref = models.CharField(max_length=120, null=True)
    what = models.TextField(blank=True)
    title = models.TextField(blank=True)
    seconds = models.PositiveIntegerField(default=0)
    depth = models.PositiveSmallIntegerField(
        db_default=0, help_text="How much of a page was seen, in percent."
    )
    device = models.CharField(max_length=8, blank=True)
    hour = models.PositiveSmallIntegerField(null=True, help_text="Of the day, by the visitor's own clock.")
    referrer = models.TextField(blank=True)
    source = models.TextField(blank=True)
    medium = models.TextField(blank=True)
    campaign = models.TextField(blank=True)
    term = models.TextField(blank=True)
    content = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=TouchKind.values), name="touch_kind_is_known"),
            models.CheckConstraint(
                condition=Q(visitor__isnull=False) | Q(lead__isnull=False), name="touch_is_somebodys"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.what}"


class Interest(models.Model):
    """What a lead did lately, until its log is told of it: one `touched` event for many touches.

    `due_at` is when it has to be told (null: nothing to tell). A hot touch is due at once.
    """

    lead = models.OneToOneField(
        "leads.Lead", primary_key=True, on_delete=models.DO_NOTHING, related_name="interest",
        db_constraint=False,
    )  # fmt: skip
    at = models.DateTimeField(help_text="When the last touch was.")
    fresh = models.PositiveIntegerField(default=0, help_text="Touches since it was told last.")
    is_hot = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="interest_due", condition=Q(due_at__isnull=False))]

    def __str__(self):
        return f"interest of lead {self.lead_id}"
