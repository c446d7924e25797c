"""ShadowScore, Trial, DriftReading, FairnessReport, Act."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from qualification.models import ScoringModel, Verdict


class ShadowScore(models.Model):
    """What a challenger would have said of a lead, beside the verdict that counted. Nobody acts on it."""

    model = models.ForeignKey(ScoringModel, on_delete=models.CASCADE, related_name="shadows")
    verdict = models.ForeignKey(Verdict, on_delete=models.CASCADE, related_name="shadows")
    probability = models.FloatField(null=True, help_text="Null: the challenger gave no number.")
    score = models.PositiveSmallIntegerField(null=True)
    band = models.CharField(max_length=6, blank=True)
    desk = models.CharField(max_length=12, blank=True, help_text="Where it would have sent the lead.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "verdict"], name="one_shadow_per_model_and_verdict")
        ]

    def __str__(self):
        return f"shadow of {self.model_id} on verdict {self.verdict_id}"


class Trial(models.Model):
    """One look at whether a challenger is better than what is live, on leads that neither was fitted on."""

    challenger = models.ForeignKey(ScoringModel, on_delete=models.CASCADE, related_name="trials")
    rival = models.ForeignKey(
        ScoringModel, null=True, on_delete=models.CASCADE, related_name="+", help_text="Null: the scorecard."
    )
    basis = models.CharField(max_length=12, help_text="held_out (at training) or shadow (afterwards)")
    look = models.PositiveIntegerField(help_text="The how-manieth look at a challenger of this rival.")
    n = models.PositiveIntegerField()
    gain = models.FloatField(help_text="Mean log-loss saved per lead.")
    low = models.FloatField(help_text="Lower end of the interval of the gain at the level of this look.")
    auc = models.FloatField(null=True)
    rival_auc = models.FloatField(null=True)
    passed = models.BooleanField()
    why = models.TextField()
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"trial {self.pk} of model {self.challenger_id}"


class DriftReading(models.Model):
    """One measure of one night: how far the leads, the scores or the outcomes have moved since training."""

    model = models.ForeignKey(ScoringModel, on_delete=models.CASCADE, related_name="drift")
    at = models.DateTimeField()
    measure = models.CharField(max_length=16, help_text="psi, score, unseen, missing, rate, ece or auc")
    field = models.CharField(max_length=120, blank=True)
    value = models.FloatField()
    limit = models.FloatField(help_text="From here on it is an alarm; chance alone is counted in.")
    n = models.PositiveIntegerField()
    alarm = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "at", "measure", "field"], name="one_reading_per_night")
        ]
        ordering = ["-at", "id"]

    def __str__(self):
        return f"{self.measure} {self.field} {self.value:.3f}"


class FairnessReport(models.Model):
    """Selection rates by group: of one month, or of a model before it may go live. Sealed by its digest."""

    month = models.DateField(null=True, help_text="First day of the month; null: made for a promotion.")
    model = models.ForeignKey(
        ScoringModel,
        null=True,
        on_delete=models.CASCADE,
        related_name="fairness",
        help_text="Null: as decided.",
    )
    leads = models.PositiveIntegerField()
    findings = models.JSONField(default=list)
    proxies = models.JSONField(default=list)
    breaches = models.PositiveIntegerField(help_text="Findings that block a promotion until they are signed.")
    digest = models.BinaryField(max_length=32)
    at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["month"], condition=Q(month__isnull=False), name="one_fairness_report_a_month"
            )
        ]
        ordering = ["-id"]

    def __str__(self):
        return f"fairness report {self.pk}"


class ActKind(models.TextChoices):
    """What was done to the models."""

    PROMOTED = "promoted", "Promoted"
    ROLLED_BACK = "rolled_back", "Rolled back"
    FELL_BACK = "fell_back", "Fell back to the scorecard"
    SIGNED = "signed", "Signed a fairness breach"


class Act(models.Model):
    """One act on the models: who, when, why. Append-only (a trigger refuses the rest), each sealed to the one
    before by its digest.
    """

    kind = models.CharField(max_length=12, choices=ActKind)
    model = models.ForeignKey(
        ScoringModel, null=True, on_delete=models.PROTECT, related_name="acts",
        help_text="What judges from now on, or what was signed; null: the scorecard.",
    )  # fmt: skip
    before = models.ForeignKey(ScoringModel, null=True, on_delete=models.PROTECT, related_name="+")
    report = models.ForeignKey(FairnessReport, null=True, on_delete=models.PROTECT, related_name="acts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.TextField()
    at = models.DateTimeField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"
