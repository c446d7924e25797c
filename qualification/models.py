"""Verdict, ScoringModel, Enrichment."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead
from leadboard.leads.stages import Band, EnquiryClass


class ModelState(models.TextChoices):
    """Where a model stands."""

    CHALLENGER = "challenger", "Challenger"
    LIVE = "live", "Live"
    RETIRED = "retired", "Retired"
    REFUSED = "refused", "Refused"


class ScoringModel(models.Model):
    """A trained model as data: skops bytes under a hash, its card, and whether it is live."""

    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=12, choices=ModelState, default=ModelState.CHALLENGER)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    outcomes = models.PositiveIntegerField()
    card = models.JSONField(
        default=dict, help_text="Figures on the newest 20 %, features, sample for the check."
    )
    trained_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="live"), name="one_live_scoring_model"
            )
        ]

    def __str__(self):
        return f"model {self.number}"


class Verdict(models.Model):
    """One qualification of one lead: what went in, what came out, and by which model and playbook."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="verdicts")
    lead_version = models.PositiveIntegerField(help_text="The version that was looked at.")
    enquiry_class = models.CharField(max_length=12, choices=EnquiryClass)
    class_confidence = models.FloatField(default=0)
    class_kind = models.CharField(max_length=24, blank=True, help_text="job_seeker, vendor, spam …")
    words_version = models.CharField(
        max_length=40, blank=True, help_text="The word model that read the text."
    )
    evidence = models.JSONField(default=list, help_text="The words that made the case.")
    fit = models.FloatField(null=True)
    intent = models.FloatField(null=True)
    probability = models.FloatField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    band = models.CharField(max_length=6, choices=Band, blank=True)
    reasons = models.JSONField(default=list)
    abstained = models.TextField(
        blank=True, help_text="Why the machine leaves it to people; empty: it does not."
    )
    flags = models.JSONField(
        default=list, help_text="What went wrong on the way, e.g. a model that was refused."
    )
    features = models.JSONField(default=dict)
    route = models.JSONField(default=dict)
    model = models.ForeignKey(ScoringModel, null=True, on_delete=models.PROTECT, related_name="verdicts")
    method = models.CharField(max_length=32, help_text="scorecard, blend or model")
    playbook_version = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lead", "lead_version"], name="one_verdict_per_lead_version")
        ]
        indexes = [models.Index(fields=["lead", "-id"], name="verdict_newest")]

    def __str__(self):
        return f"verdict {self.pk} on lead {self.lead_id}"

    @property
    def kind_in_words(self):
        """Return what kind of non-prospect this is: job seeker, existing customer …"""
        return self.class_kind.replace("_", " ")

    @property
    def maturity(self):
        """Return how the score was made and by which model, for people."""
        words = {"scorecard": "Rule-based", "blend": "Learning", "model": "Learned"}[self.method]
        return f"{words}, model {self.model.number}" if self.model else words


class Rescoring(models.Model):
    """All open leads scored again after a change of the model or the playbook: how far that is."""

    model = models.ForeignKey(ScoringModel, null=True, on_delete=models.PROTECT, related_name="+")
    playbook_version = models.PositiveIntegerField()
    to_do = models.PositiveIntegerField(help_text="Open leads when it began.")
    scored = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0, help_text="Sleeping leads that came to the board by it.")
    after = models.PositiveBigIntegerField(default=0, help_text="The last lead that was handed out.")
    handed_out = models.PositiveIntegerField(default=0, db_default=0, help_text="Portions that were taken …")
    brought_back = models.PositiveIntegerField(default=0, db_default=0, help_text="… and stored.")
    begun_at = models.DateTimeField(db_default=Now(), editable=False)
    worked_at = models.DateTimeField(null=True, help_text="When a portion was last done.")
    scored_at = models.DateTimeField(null=True, help_text="When all had their scores; reasons follow.")
    finished_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"rescoring {self.pk}: {self.scored} of {self.to_do}"


class ScoredAgain(models.Model):
    """One lead's score by a re-scoring: the facts are those of the verdict, judged by a later model or
    agreement. Append-only, and narrow, because there are as many of them as open leads.
    """

    # Taken from the lead's LeadScore in the statement that changes it: checking the keys of 100,000 rows
    # once more would cost as much as writing them.
    lead = models.ForeignKey(
        Lead, on_delete=models.CASCADE, related_name="scored_again", db_constraint=False, db_index=False
    )
    verdict = models.ForeignKey(
        Verdict, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    model = models.ForeignKey(
        ScoringModel,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    method = models.CharField(max_length=32, help_text="scorecard, blend or model")
    playbook_version = models.PositiveIntegerField()
    score = models.PositiveSmallIntegerField()
    was = models.PositiveSmallIntegerField(null=True, help_text="The score before.")
    fit = models.PositiveSmallIntegerField()
    intent = models.PositiveSmallIntegerField()
    probability = models.FloatField()
    flags = models.JSONField(default=list, help_text="What went wrong on the way.")
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["lead", "-id"], name="scored_again_newest")]

    def __str__(self):
        return f"lead {self.lead_id} scored again: {self.score}"


class Enrichment(models.Model):
    """One value that was found out about a lead, with where, how and when."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="enrichments")
    field = models.CharField(max_length=40)
    value = models.JSONField()
    source = models.CharField(max_length=60)
    method = models.CharField(max_length=60)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lead", "field", "source"], name="one_enrichment_per_field_and_source"
            )
        ]

    def __str__(self):
        return f"{self.field} of lead {self.lead_id}"
