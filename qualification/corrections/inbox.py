"""The corrections inbox: what the machine was unsure of, what people said, and what the model made of it."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from leadboard.leads.models import Lead
from leadboard.leads.stages import EnquiryClass
from qualification.corrections import standing
from qualification.corrections.models import Correction, FirmWords, Label
from qualification.models import Verdict

UNSURE_BELOW = 0.75
DAYS = timedelta(days=30)
SHOWN = 25
# The keys 1 to 5 stand for these; the other kinds of no prospect are behind "more".
FIRST = (Label.BUYING, Label.INFORMATION, Label.WRONG_FIT, Label.EXISTING_CUSTOMER, Label.VENDOR)
MORE = tuple(label for label in Label if label not in FIRST)


def unsure() -> QuerySet[Verdict]:
    """The newest verdicts of the last 30 days on texts that were not read clearly, least sure first."""
    newer = Verdict.objects.filter(lead=OuterRef("lead"), pk__gt=OuterRef("pk"))
    said = Correction.objects.filter(lead=OuterRef("lead"))
    recent = Verdict.objects.filter(class_confidence__lt=UNSURE_BELOW, at__gte=Now() - DAYS)
    open_texts = recent.filter(lead__erased_at=None, lead__do_not_contact=False).exclude(lead__message="")
    return (
        open_texts.exclude(Exists(newer))
        .exclude(Exists(said))
        .select_related("lead")
        .order_by("class_confidence", "-pk")
    )


def corrected() -> QuerySet[Correction]:
    """What people said, the newest first."""
    return Correction.objects.filter(lead__erased_at=None).select_related("lead", "by").order_by("-pk")


def guess(verdict: Verdict) -> str:
    """The label that the machine would give; empty when it abstained."""
    if verdict.enquiry_class == EnquiryClass.UNCLEAR:
        return ""
    return verdict.class_kind or (verdict.enquiry_class if verdict.enquiry_class in Label.values else "")


def entry(verdict: Verdict) -> dict[str, Any]:
    """One enquiry as the inbox shows it: what machine and people say it is, and which keys answer."""
    lead = verdict.lead
    return {
        "verdict": verdict, "lead": lead, "guess": guess(verdict), "first": FIRST, "more": MORE,
        "said": standing.correction_of(lead), "seen": standing.seen(lead),
    }  # fmt: skip


def entry_of(lead: Lead) -> dict[str, Any] | None:
    """The same of a lead that was acted on, by its newest verdict; None without one."""
    newest = Verdict.objects.select_related("lead").filter(lead=lead).order_by("-pk").first()
    return entry(newest) if newest else None


def effect() -> dict[str, Any]:
    """What the corrections did to the word model: the newest attempt and what reads now."""
    newest = FirmWords.objects.defer("content").order_by("-number").first()
    live = FirmWords.objects.defer("content").filter(is_live=True).first()
    waiting = (
        Correction.objects.filter(pk__gt=newest.newest).count() if newest else Correction.objects.count()
    )
    return {"newest": newest, "live": live, "waiting": waiting}
