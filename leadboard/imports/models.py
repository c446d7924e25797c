"""ImportRun: one uploaded file, how far it is, and what became of its rows."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Kind(models.TextChoices):
    """What the rows are."""

    LEADS = "leads", "Leads"
    COMPANIES = "companies", "Companies"


class State(models.TextChoices):
    """How far a run is: the file is there, it is tried, it was tried, it is brought in, it is over."""

    UPLOADED = "uploaded", "To be mapped"
    CHECKING = "checking", "Trying"
    CHECKED = "checked", "Tried"
    RUNNING = "running", "Importing"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"
    FAILED = "failed", "Cannot be read"


AT_WORK = (State.CHECKING, State.RUNNING)


class ImportRun(models.Model):
    """One file: `done` of `total` rows are dealt with; `counts` says how many are new, joined, refused.

    `position` is the byte of the spool behind the last row that is dealt with; it is moved in the transaction
    that stores the rows, so that a run goes on exactly where it was killed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LEADS)
    name = models.CharField(max_length=120, help_text="Name of the file as it was uploaded.")
    sha256 = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict, help_text="source, lead_type, basis; target")
    state = models.CharField(max_length=10, choices=State, default=State.UPLOADED)
    problem = models.TextField(blank=True)
    total = models.PositiveIntegerField(null=True)
    done = models.PositiveIntegerField(default=0)
    position = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    examples = models.JSONField(default=list, help_text="What the trial foresaw of the first rows.")
    owed = models.JSONField(
        default=dict, help_text="Jobs that the rows set off: {name: [first event, last]}."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True)
    heard_at = models.DateTimeField(null=True, help_text="When the job last stored rows.")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["-created_at"], name="import_newest"),
            models.Index(fields=["heard_at"], name="import_at_work", condition=Q(state__in=AT_WORK)),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        """Return the page of the run."""
        return f"/import/{self.pk}/"

    @property
    def share(self):
        """Return how many per cent of the rows are dealt with."""
        return 100 * self.done // self.total if self.total else 0

    @property
    def comes_in(self):
        """Return how many rows are not refused by the trial."""
        return (self.total or 0) - self.counts.get("refused", 0)

    @property
    def is_at_work(self):
        """Is a job busy with it?"""
        return self.state in AT_WORK


class ImportRefusal(models.Model):
    """A row that was refused, and why; kept as the file said it."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="refusals")
    row = models.PositiveIntegerField()
    why = models.TextField()
    cells = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "row"], name="one_refusal_per_row")]

    def __str__(self):
        return f"row {self.row}: {self.why}"

    @property
    def said(self):
        """Return the cells that say something, as one text."""
        return " · ".join(str(cell) for cell in self.cells if cell not in ("", None))


class SeenKey(models.Model):
    """Something by which a trial will know a person or a company of a row again: its fingerprint, and the
    place of that row in the spool (or the lead that it meant).
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+", db_index=False)
    key = models.BigIntegerField()
    position = models.BigIntegerField()
    lead = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["run", "key"], name="import_seen")]

    def __str__(self):
        return f"{self.run_id} {self.key}"
