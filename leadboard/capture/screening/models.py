"""Junk: a lead that is kept apart, and what became of that: on the desk, dropped, or rescued."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead

PERSON = settings.AUTH_USER_MODEL


class JunkReason(models.TextChoices):
    """Why somebody is taken for a robot or a nuisance."""

    HONEYPOT = "honeypot", "Filled in a field that people do not see"
    STOP_WORD = "stop_word", "Uses a stop word"
    LINK = "link", "Leads to somebody else’s site with a word that spam uses"
    ROBOT = "robot", "Written as programs write"
    FLOOD = "flood", "The same text many times"
    FORM = "form", "Filled in our form faster than people type"
    MARKED = "marked", "Marked by a person"


class Junk(models.Model):
    """One lead on the junk desk; once rescued it is an ordinary lead and this is its history."""

    lead = models.OneToOneField(Lead, on_delete=models.CASCADE, primary_key=True, related_name="junk")
    reason = models.CharField(max_length=12, choices=JunkReason)
    detail = models.CharField(
        max_length=200, blank=True, help_text="The stop word, the name of the field, or the sign."
    )
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    dropped_at = models.DateTimeField(
        null=True, blank=True, help_text="A person looked and agreed: it is off the desk, and can come back."
    )
    dropped_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    rescued_at = models.DateTimeField(null=True, blank=True)
    rescued_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["-at", "-lead"],
                name="junk_on_the_desk",
                condition=Q(rescued_at__isnull=True, dropped_at__isnull=True),
            )
        ]

    def __str__(self):
        return f"{self.reason} {self.lead_id}"
