"""Lead and LeadEvent: one row per prospect, one row per change of it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from leadboard.leads.stages import Band, Desk, EnquiryClass, Stage


class OfScore:
    """A column of the lead's LeadScore, read as if it were the lead's own; without a row it is empty."""

    def __init__(self, empty: Callable[[], Any] = lambda: None) -> None:
        self._empty = empty

    def __set_name__(self, lead: type, name: str) -> None:
        """Remember which column this is."""
        self._name = name

    def __get__(self, lead: Any, model: Any = None) -> Any:
        """Return what stands."""
        if lead is None:
            return self
        found = getattr(getattr(lead, "standing", None), self._name, None)
        return self._empty() if found is None else found


class Lead(models.Model):
    """One prospect, with what the board shows of it.

    Only `lifecycle.move()` writes to an existing row: it bumps `version`, chains `digest` and
    records one LeadEvent. `due_*` mirror the clock that the board shows (the truth is handoff's
    Clock). What the lead scores is a row beside it (LeadScore); only the band, by which leads are
    routed, stands here.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    stage = models.CharField(max_length=12, choices=Stage, default=Stage.RAW)
    desk = models.CharField(max_length=12, choices=Desk, default=Desk.BOARD)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    version = models.PositiveIntegerField(default=0)
    digest = models.BinaryField(default=bytes)

    name = models.TextField(blank=True)
    email = models.TextField(blank=True)
    phone = models.TextField(blank=True)
    company = models.TextField(blank=True)
    title = models.TextField(blank=True)
    country = models.CharField(max_length=2, blank=True)
    website = models.TextField(blank=True)
    message = models.TextField(blank=True)
    source = models.CharField(max_length=80, blank=True)
    campaign = models.TextField(blank=True)
    lead_type = models.CharField(max_length=40, blank=True)
    extra = models.JSONField(default=dict, blank=True, help_text="The firm's own mapped fields.")
    basis = models.CharField(
        max_length=40, blank=True, help_text="Legal basis on which the person is contacted."
    )
    marks = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        blank=True,
        help_text="How its contact data look: [{field, mark, source, at}], see capture.marks.",
    )
    do_not_contact = models.BooleanField(default=False)
    target_account = models.BooleanField(default=False)

    enquiry_class = models.CharField(max_length=12, choices=EnquiryClass, blank=True)
    band = models.CharField(max_length=6, choices=Band, blank=True)
    score, fit, intent = OfScore(), OfScore(), OfScore()
    probability, reasons, scored_at = OfScore(), OfScore(list), OfScore()

    due_kind = models.CharField(max_length=20, blank=True, help_text="first_action, contact, follow_up …")
    due_started_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    due_state = models.CharField(max_length=10, blank=True, help_text="running, warned, met, breached")

    submitted_at = models.DateTimeField(
        null=True, blank=True, help_text="When the vendor says the form was sent."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    owned_at = models.DateTimeField(null=True, blank=True)
    first_action_at = models.DateTimeField(null=True, blank=True)
    conversation_at = models.DateTimeField(null=True, blank=True)
    last_touch_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="merged_from",
        db_index=False,
        help_text="The lead of the same person that goes on in its place.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["-id"], name="lead_board", condition=Q(desk="board")),
            models.Index(
                fields=["due_at", "id"], name="lead_board_due", condition=Q(desk__in=("board", "sales"))
            ),
            models.Index(fields=["owner", "due_at"], name="lead_mine", condition=Q(owner__isnull=False)),
            models.Index(fields=["band", "due_at", "id"], name="lead_board_band", condition=Q(desk="board")),
            models.Index(
                fields=["id"],
                name="lead_late",
                condition=Q(desk__in=("board", "sales"), due_state="breached"),
            ),
            models.Index(fields=["desk", "-id"], name="lead_desk"),
            models.Index(fields=["merged_into"], name="lead_merged", condition=Q(merged_into__isnull=False)),
            models.Index(Lower("email"), name="lead_email"),
            models.Index(Lower("company"), name="lead_company"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner__isnull=True) | Q(desk=Desk.SALES),
                name="an_owned_lead_is_on_the_sales_desk",
            ),
            models.CheckConstraint(
                condition=~Q(desk=Desk.SALES) | Q(owner__isnull=False), name="the_sales_desk_has_an_owner"
            ),
        ]

    def __str__(self):
        return self.name or self.email or self.phone or f"Lead {self.pk}"

    def get_absolute_url(self):
        """Return the lead page."""
        return f"/leads/{self.pk}/"


class LeadScore(models.Model):
    """What a lead scores now, and by what; the one place of it.

    A table of its own, because a new model gives every open lead another score: that neither rewrites
    the wide rows of the leads nor waits for, or holds up, whoever claims one. `by_*` are keys of a verdict
    (its facts were judged), a scoring model (none: the card alone) and a playbook version; they are
    qualification's, so the core only keeps them. Written by the door of the leads and by a re-scoring.
    """

    lead = models.OneToOneField(Lead, primary_key=True, on_delete=models.CASCADE, related_name="standing")
    score = models.PositiveSmallIntegerField(null=True)
    fit = models.PositiveSmallIntegerField(null=True)
    intent = models.PositiveSmallIntegerField(null=True)
    probability = models.FloatField(null=True)
    reasons = models.JSONField(
        null=True,
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text="[{words, points}], strongest first; null: they follow the score within seconds.",
    )
    scored_at = models.DateTimeField(null=True)
    by_verdict = models.BigIntegerField(null=True)
    by_model = models.BigIntegerField(null=True)
    by_playbook = models.PositiveIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(models.F("score").desc(nulls_last=True), models.F("lead").desc(), name="score_order")
        ]

    def __str__(self):
        return f"lead {self.lead_id} scores {self.score}"


class LeadSearch(models.Model):
    """What `search` looks through: name, e-mail, company and phone in small letters, a line each.

    A trigger on Lead writes it (migration 0003); nothing else does.
    """

    lead = models.OneToOneField(Lead, primary_key=True, on_delete=models.CASCADE, related_name="search")
    said = models.TextField()

    def __str__(self):
        return f"what is searched of lead {self.lead_id}"


class LeadEvent(models.Model):
    """One change of one lead: append-only.

    `version` is dense per lead, `seq` dense over all (given by the sequencer after the commit),
    `digest` = sha256(digest before ‖ this row), see `chain`. `at` is when it happened, `recorded_at`
    when we wrote it. Facts hold ids, codes and numbers, never personal data, so that erasing a
    person leaves the chain valid.
    """

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="events")
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    playbook_version = models.PositiveIntegerField(null=True)
    seq = models.BigIntegerField(null=True, unique=True)
    digest = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lead", "version"], name="one_event_per_lead_version")]
        indexes = [
            models.Index(fields=["id"], name="event_unnumbered", condition=Q(seq__isnull=True)),
            models.Index(fields=["kind", "recorded_at"], name="event_kind"),
        ]

    def __str__(self):
        return f"{self.kind} {self.lead_id}/{self.version}"
