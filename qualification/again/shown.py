"""Scored again without being touched: what a re-scoring did to a lead, for its page."""

from django.db.models import Exists, OuterRef

from leadboard.leads.events import MACHINE
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.timeline import Entry
from qualification.models import ScoredAgain, Verdict

MOST = 100
TAKEN = ("score", "fit", "intent", "probability", "method", "model", "playbook_version", "flags", "at")


def as_it_stands(newest: Verdict, lead: Lead) -> Verdict:
    """The newest verdict with what its facts score by the model and the agreement of now."""
    again = ScoredAgain.objects.select_related("model").filter(lead=lead, verdict=newest)
    if last := again.order_by("-id").first():
        for name in TAKEN:
            setattr(newest, name, getattr(last, name))
        newest.reasons = lead.reasons
    return newest


def entries(lead: Lead) -> list[Entry]:
    """Return a line for each re-scoring that changed the number and not the band: that has its own event."""
    told = LeadEvent.objects.filter(lead=lead, kind="rescored", recorded_at=OuterRef("at"))
    again = ScoredAgain.objects.filter(~Exists(told), lead=lead).select_related("model").order_by("-pk")
    return [_entry(one) for one in again[:MOST] if one.was != one.score]


def _entry(one: ScoredAgain) -> Entry:
    by = f"by model {one.model.number}" if one.model else "by the card"
    words = f"Scored again: {one.score}" if one.was is None else f"Scored again: {one.was} → {one.score}"
    return Entry(one.at, MACHINE, "bolt", "", words, f"{by}, playbook {one.playbook_version}")
