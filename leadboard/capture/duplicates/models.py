"""PossibleDuplicate and Merge: two leads that may be one person, and two that were made one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead

PERSON = settings.AUTH_USER_MODEL


class Why(models.TextChoices):
    """Why two leads may be one person."""

    WON = "won", "Wrote again after the lead was won"
    LOST = "lost", "Wrote again after the lead was lost"
    DISQUALIFIED = "disqualified", "Wrote again after the lead was disqualified"
    CLOSED = "closed", "Wrote again after the lead was closed"
    OBJECTED = "objected", "Wrote again after asking not to be contacted"
    JUNK = "junk", "Wrote again after being put on the junk desk"
    BRIDGED = "bridged", "One delivery had the contact data of both"
    REJECTED = "rejected", "A rep rejected one as a duplicate of the other"


class Settled(models.TextChoices):
    """What a person said about it."""

    OPEN = "", "Nobody has looked yet"
    MERGED = "merged", "Merged"
    DIFFERENT = "different", "Not the same person"


class PossibleDuplicate(models.Model):
    """Two leads that may be one person; `one` is the older. Never merged without a person."""

    one = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="+")
    why = models.CharField(max_length=12, choices=Why)
    at = models.DateTimeField(db_default=Now())
    settled = models.CharField(max_length=10, choices=Settled, blank=True, default="")
    settled_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="two_leads_are_suspected_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="the_older_lead_comes_first"),
        ]

    def __str__(self):
        return f"{self.one_id} and {self.other_id}: {self.why}"


class Merge(models.Model):
    """One lead that went on in another, with all that is needed to part them again.

    `before` holds the columns of the lead that stayed as they were (personal data: an erasure empties it),
    `after` what the merge made of them, `kept` what ended on the lead that went, by ids and codes.
    """

    kept_lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="took_in")
    gone_lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="went_into")
    by = models.ForeignKey(
        PERSON,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Nobody: one delivery linked them.",
    )
    at = models.DateTimeField(db_default=Now())
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    kept = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(PERSON, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gone_lead"],
                condition=Q(undone_at__isnull=True),
                name="a_lead_goes_into_one_other",
            ),
            models.CheckConstraint(
                condition=~Q(kept_lead=F("gone_lead")), name="a_lead_is_not_merged_with_itself"
            ),
        ]

    def __str__(self):
        return f"{self.gone_lead_id} into {self.kept_lead_id}"
