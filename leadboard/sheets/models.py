"""Export: what left the house in a file, by whom, and how much."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Export(models.Model):
    """One file that somebody took. `rows` is null while it is written, and stays so when it broke off."""

    what = models.CharField(max_length=60)
    filters = models.JSONField(default=dict)
    form = models.CharField(max_length=4, default="csv")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now(), editable=False)
    rows = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="export_newest")]

    def __str__(self):
        return f"{self.what} by {self.by_id}"
