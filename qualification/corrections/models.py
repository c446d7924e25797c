"""Correction, Override, FirmWords."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, EnquiryClass
from qualification.models import Verdict

PERSON = settings.AUTH_USER_MODEL


class Label(models.TextChoices):
    """What a text can be: a class, or for no prospect the kind of it."""

    BUYING = "buying", "Buying signal"
    INFORMATION = "information", "Information request"
    WRONG_FIT = "wrong_fit", "Wrong fit"
    EXISTING_CUSTOMER = "existing_customer", "Existing customer"
    VENDOR = "vendor", "Vendor's pitch"
    JOB_SEEKER = "job_seeker", "Job seeker"
    SPAM = "spam", "Spam"
    OTHER = "other", "Other, no prospect"

    @property
    def enquiry_class(self) -> str:
        """The class that it belongs to."""
        return self.value if self.value in EnquiryClass.values else EnquiryClass.NON_PROSPECT

    @property
    def kind(self) -> str:
        """The kind of no prospect; empty for the other classes."""
        return "" if self.value in EnquiryClass.values else self.value


class Reason(models.TextChoices):
    """Why somebody overrides the machine."""

    KNOWN_PERSON = "known_person", "I know them"
    TALKED = "talked", "We talked"
    MISREAD = "misread", "The machine misread it"
    MISSING_FACTS = "missing_facts", "It does not know what I know"
    STRATEGIC = "strategic", "Strategic account"
    OTHER = "other", "Another reason"


class Correction(models.Model):
    """What a person says a message is. It counts for this text of the lead; `verdict` was corrected."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="corrections")
    verdict = models.ForeignKey(Verdict, null=True, on_delete=models.SET_NULL, related_name="+")
    label = models.CharField(max_length=24, choices=Label)
    was = models.CharField(max_length=24, help_text="The class or kind that the machine had given.")
    text_hash = models.CharField(max_length=64, help_text="Of the message that was read.")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "text_hash"], name="one_correction_per_text_of_a_lead")
        ]

    def __str__(self):
        return f"lead {self.lead_id} is {self.label}"

    @property
    def was_in_words(self) -> str:
        """What the machine had read, for people."""
        return self.was.replace("_", " ")


class Override(models.Model):
    """A score or a desk that a person set; the newest open one holds against every later verdict."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="overrides")
    verdict = models.ForeignKey(Verdict, null=True, on_delete=models.SET_NULL, related_name="+")
    score = models.PositiveSmallIntegerField(null=True)
    desk = models.CharField(max_length=12, blank=True)
    code = models.CharField(max_length=24, choices=Reason)
    note = models.TextField(blank=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead"], condition=Q(ended_at__isnull=True), name="one_open_override_per_lead"
            ),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__lte=100), name="override_in_0_to_100"
            ),
        ]

    def __str__(self):
        return f"override of lead {self.lead_id}"

    @property
    def get_desk_words(self) -> str:
        """The desk for people."""
        return Desk(self.desk).label.lower()

    @property
    def routes(self) -> bool:
        """Does it say where the lead lies? A desk does; and a score does by the band that follows from it."""
        return bool(self.desk) or self.score is not None


class FirmWords(models.Model):
    """A word model fitted on the shipped seed and the firm's corrections: packed JSON under a hash."""

    number = models.PositiveIntegerField(unique=True)
    is_live = models.BooleanField(default=False)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    corrections = models.PositiveIntegerField()
    newest = models.BigIntegerField(help_text="The newest correction that it knows.")
    right = models.PositiveIntegerField(help_text="Held-out new corrections that it read right.")
    right_before = models.PositiveIntegerField(help_text="The same by the model before it.")
    held_out = models.PositiveIntegerField()
    fitted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_live"], condition=Q(is_live=True), name="one_live_word_model")
        ]

    def __str__(self):
        return f"words {self.number}"
