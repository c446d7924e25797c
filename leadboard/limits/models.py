"""Bucket: how much somebody has left, and as of when."""

from django.db import models


class Bucket(models.Model):
    """One token bucket. The table is unlogged: it is written at every delivery and waits for no disk. What a
    crash of PostgreSQL empties is full again, which errs in the sender's favour.
    """

    key = models.TextField(primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="bucket_idle")]

    def __str__(self):
        return self.key
