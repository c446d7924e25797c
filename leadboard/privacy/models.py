"""Erasure: that a person was erased, when, by whom and why; never who it was."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class Why(models.TextChoices):
    """Why a person is erased."""

    REQUEST = "request", "The person asked for it"
    OBJECTION = "objection", "The person objected to being contacted"
    RETENTION = "retention", "The time for which we keep data is over"
    MISTAKE = "mistake", "The data should never have come here"


class Erasure(models.Model):
    """One person who was erased, as the ids of leads in which nothing of them is left.

    After a restore from a backup the list says who has to be erased again.
    """

    leads = ArrayField(models.UUIDField())
    why = models.CharField(max_length=12, choices=Why)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="erasure_newest")]

    def __str__(self):
        return f"{len(self.leads)} leads, {self.get_why_display()}"
