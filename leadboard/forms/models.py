"""Form, FormVersion, Sending, FormDay: what a firm asks, as it was published, what came, how often seen."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.capture.models import Source, Submission


class Form(models.Model):
    """One form. `draft` is being worked on; `live` is the version that prospects see (none: it is off)."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    draft = models.JSONField()
    live = models.ForeignKey("FormVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source = models.OneToOneField(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="own_form"
    )
    retired_at = models.DateTimeField(
        null=True, blank=True, help_text="Off, and out of the list; what it took stays, and it can come back."
    )
    changed_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(live__isnull=True) | Q(source__isnull=False), name="a_live_form_has_a_source"
            ),
            models.CheckConstraint(
                condition=Q(live__isnull=True) | Q(retired_at__isnull=True), name="a_retired_form_is_off"
            ),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Return where it is edited."""
        return f"/forms/{self.pk}/"

    @property
    def path(self):
        """Return where prospects find it."""
        return f"/f/{self.slug}/"

    @property
    def url(self):
        """Return the full address of the same."""
        return settings.LEADBOARD_URL + self.path


class FormVersion(models.Model):
    """A definition as it was published; never changed."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["form", "number"], name="versions_of_a_form_count"),
        ]

    def __str__(self):
        return f"{self.form} version {self.number}"


class Sending(models.Model):
    """One form that was sent: by which version, and what its sender was shown. The answers themselves are in
    the submission only. `nonce` is that of the page's token, so that sending twice is one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="sendings")
    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="sendings")
    nonce = models.CharField(max_length=32, unique=True)
    digest = models.BinaryField(max_length=32, help_text="sha256 of the answers: the same again is no other.")
    outcome = models.JSONField(default=dict, help_text="What the sender is shown: scores, texts, figures.")
    submission = models.ForeignKey(Submission, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["form", "-at"], name="sending_by_form")]

    def __str__(self):
        return f"{self.form} {self.at:%Y-%m-%d %H:%M}"


class FormDay(models.Model):
    """How often a form was looked at on one day (UTC)."""

    form = models.ForeignKey(Form, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["form", "day"], name="one_count_per_form_and_day")]

    def __str__(self):
        return f"{self.form} {self.day}: {self.views}"
