"""What came after a model was fitted: the outcomes it has not learnt from, and what each rival says of
them.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Max

from leadboard.leads.models import LeadEvent
from leadboard.playbook.schema import Playbook
from qualification import store
from qualification.learning.outcomes import CORRECTED, ENDS, Example, examples
from qualification.models import ScoringModel
from qualification.score.scorer import CardScorer


def newest_event() -> int:
    """The id of the newest event: what a training that begins now can have read."""
    return LeadEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0


def unseen_by(*models: ScoringModel | None) -> list[Example]:
    """All leads whose first end came after each of these models was fitted, oldest first. None: the
    scorecard, which is fitted on nothing.
    """
    cards = [model.card for model in models if model]
    event = max((card.get("newest_event", 0) for card in cards), default=0)
    lead = max((0 if "newest_event" in card else card["newest_lead"] for card in cards), default=0)
    ended = LeadEvent.objects.filter(kind__in=[*ENDS, *CORRECTED], pk__lte=event)
    taught = set(ended.values_list("lead_id", flat=True).distinct())
    return [one for one in examples() if one.lead_id not in taught and one.lead_id > lead]


def chances(model: ScoringModel | None, playbook: Playbook, rows: Sequence[dict[str, Any]]) -> list[float]:
    """What this model (None: the scorecard) says of each lead; raises ModelRefused."""
    scorer = store.scorer(model.pk, model.sha256) if model else CardScorer()
    return [scorer.judge(playbook, row).probability for row in rows]
