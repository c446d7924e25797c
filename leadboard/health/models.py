"""One row per long-running program."""

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """When a program was last seen at work, by the database's clock. Write it with `beats.beat()`."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(db_default=Now())

    def __str__(self):
        return self.name
