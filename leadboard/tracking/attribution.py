"""Which campaigns brought a lead: all touches that came from somewhere, the first and the last of them.

A touch of attribution is the first page of a visit with campaign marks or a referrer, a form with marks, a
mail that was followed, or what a script reported with a campaign. A lead of which nothing is known but its
form has that one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from leadboard.leads.models import Lead
from leadboard.tracking.models import Touch, TouchKind
from leadboard.tracking.visits import came_from

MOST = 500
DIRECT = "direct"
MARKED = ~Q(source="", medium="", campaign="", term="", content="") | ~Q(referrer="")


@dataclass(frozen=True)
class Step:
    """One touch of attribution. `landing` is the page on which a visit began."""

    at: datetime
    kind: str
    source: str
    medium: str
    campaign: str
    term: str
    content: str
    landing: str
    referrer: str

    @property
    def words(self) -> str:
        """Return its channel for people."""
        return " / ".join(filter(None, (self.source, self.medium))) or self.referrer or "unknown"

    @property
    def kind_words(self) -> str:
        """Return what it was, for people."""
        return {"view": "Visit", "form": "Form", "capture": "Form"}.get(self.kind) or TouchKind(
            self.kind
        ).label


def touches_of(lead: Lead) -> list[Step]:
    """Return the touches of attribution in the order of time, at most 500; never none."""
    marked = list(Touch.objects.filter(MARKED, lead=lead).order_by("at", "id")[:MOST])
    steps = [_step(touch) for touch in _first_of_visits(marked)]
    if not steps and (direct := _direct(lead)):
        steps.append(direct)
    if not any(step.kind == TouchKind.FORM for step in steps):
        steps.append(_capture(lead))
    return sorted(steps, key=lambda step: step.at)


def first_and_last(steps: list[Step]) -> tuple[Step, Step]:
    """Return the first and the last step that came from somewhere; the form itself only where no other
    did.
    """
    known = [step for step in steps if step.kind != "capture"] or steps
    return known[0], known[-1]


def _first_of_visits(touches: list[Touch]) -> list[Touch]:
    """Return the touches without the later pages of a visit that say the same again."""
    seen: set[tuple[Any, ...]] = set()
    kept = []
    for touch in touches:
        key = (touch.visitor_id, touch.visit, came_from(touch), touch.term, touch.content)
        if touch.kind == TouchKind.VIEW and key in seen:
            continue
        seen.add(key)
        kept.append(touch)
    return kept


def _step(touch: Touch) -> Step:
    is_page = touch.kind == TouchKind.VIEW
    return Step(
        touch.at, touch.kind, touch.source, touch.medium, touch.campaign, touch.term, touch.content,
        touch.what if is_page else "", touch.referrer,
    )  # fmt: skip


def _direct(lead: Lead) -> Step | None:
    """Return the first visit of a lead that only ever came by itself."""
    first = Touch.objects.filter(lead=lead, kind=TouchKind.VIEW).order_by("at", "id").first()
    return replace(_step(first), source=DIRECT) if first else None


def _capture(lead: Lead) -> Step:
    """Return the form by which a lead came, as far as its row tells."""
    return Step(lead.created_at, "capture", lead.source, "", lead.campaign, "", "", "", "")
