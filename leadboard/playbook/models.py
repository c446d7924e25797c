"""PlaybookVersion: each version of the agreement as it was applied, for ever."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.db import connections, models, transaction
from django.db.models import Max, Q
from django.db.models.functions import Now

from leadboard.playbook.schema import load

DEFAULT = Path(__file__).parent / "default.yaml"


class Versions(models.Manager):
    """Stores versions: numbers are dense, and one version is in force."""

    def store(self, text, *, by=None, note=""):
        """Return the new version, in force from now on; PlaybookError when the text is no agreement."""
        load(text)
        text = text if isinstance(text, str) else text.decode("utf-8-sig")
        with transaction.atomic(using=self.db):
            self._lock()
            return self._append(text, by, note)

    def ensure_default(self):
        """Make the default agreement version 1 if there is none, also when processes race."""
        with transaction.atomic(using=self.db):
            self._lock()
            if not self.exists():
                self._append(DEFAULT.read_text(encoding="utf-8"), None, "The default agreement.")

    def _append(self, text, by, note):
        number = (self.aggregate(newest=Max("number"))["newest"] or 0) + 1
        self.filter(active=True).update(active=False)
        digest = hashlib.sha256(text.encode()).digest()
        return self.create(number=number, text=text, digest=digest, note=note, created_by=by, active=True)

    def _lock(self):
        """Let one writer in at a time, or two would take the same number; readers are not held up."""
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"LOCK TABLE {self.model._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


class PlaybookVersion(models.Model):
    """One version. A trigger refuses every change but `active`, and every deletion: decisions point here."""

    number = models.PositiveIntegerField(unique=True)
    text = models.TextField()
    digest = models.BinaryField(max_length=32, help_text="sha256 of the text.")
    note = models.TextField(blank=True)
    active = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = Versions()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["active"], condition=Q(active=True), name="one_playbook_in_force"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="playbooks_count_from_one"),
        ]

    def __str__(self):
        return f"playbook version {self.number}"
