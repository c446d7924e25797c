"""PeriodicRun: when periodic work ran last."""

from django.db import models


class PeriodicRun(models.Model):
    """When a periodic job of the wiring last began, so that of several programs only one runs it."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()
    trouble = models.TextField(blank=True, help_text="Why its last run failed.")

    def __str__(self):
        return self.name
