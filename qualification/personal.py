"""What qualification holds of a person: what was read of them, concluded, and said by people about it."""

from typing import Any

from leadboard.leads.models import LeadEvent
from leadboard.leads.persons import Person, told
from qualification.corrections.models import Correction, FirmWords, Override
from qualification.governance.models import ShadowScore
from qualification.models import Enrichment, ScoredAgain, Verdict

VERDICT = (
    "at", "enquiry_class", "score", "band", "reasons", "abstained", "features", "evidence", "method",
    "playbook_version",
)  # fmt: skip
FOUND = ("field", "value", "source", "method", "at")


def told_of(person: Person) -> dict[str, Any]:
    """Return each verdict with its reasons and what it was drawn from, and where a person stepped in."""
    ids = person.ids
    return {
        "verdicts": told(Verdict.objects.filter(lead__in=ids).order_by("at"), *VERDICT),
        "scored again": told(
            ScoredAgain.objects.filter(lead__in=ids).order_by("pk"),
            "at",
            "score",
            "was",
            "method",
            "playbook_version",
        ),
        "found out": told(
            Enrichment.objects.filter(lead__in=ids), "field", "value", "source", "method", "at"
        ),
        "corrections": told(Correction.objects.filter(lead__in=ids), "label", "was", "at"),
        "overrides": told(Override.objects.filter(lead__in=ids), "score", "desk", "code", "note", "at"),
    }


def erase(person: Person) -> None:
    """Empty the verdicts down to what names nobody. A word model that learnt from their text is taken out of
    use, emptied, and fitted again without it.
    """
    ids = person.ids
    taught = LeadEvent.objects.filter(lead__in=ids, kind__in=("rejected", "class_corrected")).exists()
    if taught or Correction.objects.filter(lead__in=ids).exists():
        FirmWords.objects.update(content=b"", is_live=False, newest=0)
    Verdict.objects.filter(lead__in=ids).update(evidence=[], reasons=[], features={}, abstained="", flags=[])
    Override.objects.filter(lead__in=ids).update(note="")
    Enrichment.objects.filter(lead__in=ids).delete()
    Correction.objects.filter(lead__in=ids).delete()
    ShadowScore.objects.filter(verdict__lead__in=ids).delete()
