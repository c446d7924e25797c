"""Alert: what one person has to know now, until they have seen or acted on it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead


class Alert(models.Model):
    """One alert to one person about one lead, or about the page named by `page`; one open alert per kind and
    lead or page (no repeats).
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="alerts")
    lead = models.ForeignKey(Lead, null=True, blank=True, on_delete=models.CASCADE, related_name="alerts")
    page = models.CharField(max_length=200, blank=True, help_text="What it is about without a lead.")
    kind = models.CharField(max_length=24)
    words = models.TextField()
    due_at = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "lead", "kind"], condition=Q(seen_at__isnull=True), name="no_alert_repeats"
            ),
            models.UniqueConstraint(
                fields=["person", "page", "kind"],
                condition=Q(seen_at__isnull=True, lead__isnull=True),
                name="no_alert_on_a_page_repeats",
            ),
            models.CheckConstraint(
                condition=Q(lead__isnull=False) | ~Q(page=""), name="an_alert_is_about_something"
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="alert_open", condition=Q(seen_at__isnull=True))
        ]

    def __str__(self):
        return self.words

    @property
    def path(self):
        """Return the page on which it can be acted on."""
        return self.lead.get_absolute_url() if self.lead else self.page
