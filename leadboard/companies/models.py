"""Company, CompanySignal, CompanyMatch, Provider, ProviderAnswer: what is known of firms, and from where."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from leadboard.leads.models import Lead


class Company(models.Model):
    """One firm as our own table describes it. What is blank or null is not known."""

    domain = models.CharField(max_length=253, null=True, blank=True, unique=True)
    other_domains = ArrayField(
        models.CharField(max_length=253), default=list, db_default=[], blank=True,
        help_text="Of its brands, countries and subsidiaries: a lead of one of them is one of this company.",
    )  # fmt: skip
    name = models.CharField(max_length=200, blank=True)
    folded = models.CharField(max_length=200, blank=True, editable=False)
    employees = models.PositiveIntegerField(null=True, blank=True)
    industry = models.CharField(max_length=120, blank=True)
    tier = models.CharField(max_length=40, blank=True)
    country = models.CharField(max_length=2, blank=True)
    region = models.CharField(max_length=80, blank=True)
    city = models.CharField(max_length=120, blank=True)
    revenue = models.BigIntegerField(null=True, blank=True, help_text="A year, in the firm's own currency.")
    language = models.CharField(max_length=8, blank=True)
    target = models.BooleanField(default=False, help_text="We have been trying to get into this company.")
    target_note = models.CharField(max_length=500, blank=True)
    attributes = models.JSONField(default=dict, blank=True, help_text="The firm's own columns.")
    source = models.CharField(
        max_length=120, blank=True, help_text="File, script or person that said so last."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                condition=Q(domain__isnull=False) | ~Q(folded=""), name="a_company_can_be_recognised"
            ),
            models.UniqueConstraint(
                fields=["folded"],
                condition=Q(domain__isnull=True),
                name="one_company_per_name_without_domain",
            ),
        ]
        indexes = [
            models.Index(fields=["folded"], name="company_folded", condition=~Q(folded="")),
            models.Index(fields=["id"], name="company_target", condition=Q(target=True)),
            GinIndex(fields=["other_domains"], name="company_other_domains"),
        ]

    def __str__(self):
        return self.name or self.domain or f"Company {self.pk}"

    def get_absolute_url(self):
        """Return the company's page."""
        return f"/companies/{self.pk}/"


class SignalKind(models.TextChoices):
    """What moved at a company."""

    FUNDING = "funding", "Funding"
    HIRING = "hiring", "Hiring"
    EXPANSION = "expansion", "Expansion"
    LEADERSHIP_CHANGE = "leadership_change", "Leadership change"


class CompanySignal(models.Model):
    """Something that happened at a company on a day, and who says so."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=20, choices=SignalKind)
    date = models.DateField()
    source = models.CharField(max_length=120)
    url = models.URLField(max_length=500, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["-date", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "kind", "date", "source"], name="one_signal_per_kind_day_and_source"
            )
        ]

    def __str__(self):
        return f"{self.kind} at {self.company_id} on {self.date}"


class CompanyMatch(models.Model):
    """Which company of the table a lead belongs to, and by what it was recognised."""

    lead = models.OneToOneField(
        Lead, on_delete=models.CASCADE, primary_key=True, related_name="company_match"
    )
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="matches")
    by = models.CharField(
        max_length=8, choices=[("email", "E-mail domain"), ("website", "Website"), ("name", "Name")]
    )

    def __str__(self):
        return f"lead {self.lead_id} at {self.company_id}"


class Provider(models.Model):
    """A service that is asked about a company by its domain. Headers may hold a token and are never shown."""

    name = models.CharField(max_length=60, unique=True)
    url = models.CharField(max_length=500, help_text="Address with {domain} in it.")
    headers = models.JSONField(default=dict, blank=True)
    mapping = models.JSONField(default=dict, help_text="{our field: path in the answer}")
    timeout = models.PositiveSmallIntegerField(default=5, help_text="Seconds.")
    keep_days = models.PositiveSmallIntegerField(default=30, help_text="For how long an answer counts.")
    active = models.BooleanField(default=True)
    failed = models.PositiveSmallIntegerField(default=0, help_text="Failures in a row.")
    rests_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self):
        return self.name


class AnswerState(models.TextChoices):
    """How far a question to a provider is."""

    WANTED = "wanted", "To be asked"
    ANSWERED = "answered", "Answered"
    FAILED = "failed", "Gave no answer"


class ProviderAnswer(models.Model):
    """What a provider says of a domain; `found` is {"fields": {…}, "signals": [{kind, date, url, note}]}.

    `leads` are those to be told of the answer that is waited for.
    """

    provider = models.ForeignKey(Provider, on_delete=models.CASCADE, related_name="answers")
    domain = models.CharField(max_length=253)
    state = models.CharField(max_length=10, choices=AnswerState, default=AnswerState.WANTED)
    found = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    leads = ArrayField(models.BigIntegerField(), default=list)
    wanted_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "domain"], name="one_answer_per_provider_and_domain")
        ]
        indexes = [
            models.Index(fields=["wanted_at"], name="answer_wanted", condition=Q(state="wanted")),
            models.Index(fields=["domain"], name="answer_domain"),
        ]

    def __str__(self):
        return f"{self.provider} on {self.domain}"
