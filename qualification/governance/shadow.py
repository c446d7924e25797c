"""Challengers judge the same leads silently: in a job, after the verdict that counts is long committed."""

import logging
from typing import Any

from django.db.models import Count, F, Max, Q
from django.db.models.fields.json import KeyTextTransform

from leadboard.playbook import policy, versions
from leadboard.playbook.schema import Playbook
from qualification import store
from qualification.governance.models import ShadowScore
from qualification.models import ModelState, ScoringModel, Verdict

log = logging.getLogger(__name__)
AT_ONCE = 500
LOOK_BACK = 2000


def waiting() -> bool:
    """Whether any challenger has not yet judged the newest verdict."""
    newest = Verdict.objects.aggregate(newest=Max("pk"))["newest"]
    seen = ShadowScore.objects.filter(verdict=newest).count()
    return newest is not None and seen < ScoringModel.objects.filter(state=ModelState.CHALLENGER).count()


def score_all() -> int:
    """Let every challenger judge what it has not judged yet (a new one begins 2,000 verdicts back); return
    how many shadows were stored. May run twice.
    """
    playbook = versions.active()
    challengers = ScoringModel.objects.filter(state=ModelState.CHALLENGER).defer("content", "card")
    return sum(_catch_up(model, playbook) for model in challengers)


def _catch_up(model: ScoringModel, playbook: Playbook) -> int:
    try:
        scorer = store.scorer(model.pk, model.sha256)
    except store.ModelRefused as refusal:
        log.warning("%s scores nothing in shadow: %s", model, refusal)
        return 0
    stored = 0
    while todo := _next(model):
        ShadowScore.objects.bulk_create(
            [_shadow(model, scorer, playbook, verdict) for verdict in todo], ignore_conflicts=True
        )
        stored += len(todo)
    return stored


def _next(model: ScoringModel) -> list[Verdict]:
    newest = Verdict.objects.aggregate(newest=Max("pk"))["newest"] or 0
    last = model.shadows.aggregate(last=Max("verdict_id"))["last"] or 0
    todo = Verdict.objects.filter(pk__gt=max(last, newest - LOOK_BACK)).order_by("pk")
    return list(todo.only("features", "enquiry_class", "abstained")[:AT_ONCE])


def _shadow(model: ScoringModel, scorer: Any, playbook: Playbook, verdict: Verdict) -> ShadowScore:
    """One shadow; where the challenger gives no number it is stored without one, and is not tried again."""
    try:
        judgement = scorer.judge(playbook, verdict.features)
    except (ArithmeticError, ValueError, TypeError, LookupError):
        log.exception("%s gave no number for verdict %s", model, verdict.pk)
        return ShadowScore(model=model, verdict=verdict)
    band = policy.band(playbook, judgement.score)
    route = policy.route(
        playbook, enquiry_class=verdict.enquiry_class, band=band, abstained=bool(verdict.abstained)
    )
    return ShadowScore(
        model=model, verdict=verdict, probability=judgement.probability, score=judgement.score, band=band,
        desk=route.desk,
    )  # fmt: skip


def agreement(model: ScoringModel) -> dict[str, int]:
    """`n` leads judged by both; how many got the `band` and the `desk` that counted; how many more would have
    gone `to_board` or been taken `off_board`.
    """
    counted = KeyTextTransform("desk", "verdict__route")
    both = model.shadows.filter(probability__isnull=False).annotate(counted=counted)
    return both.aggregate(
        n=Count("pk"),
        band_same=Count("pk", filter=Q(band=F("verdict__band"))),
        desk_same=Count("pk", filter=Q(desk=F("counted"))),
        to_board=Count("pk", filter=Q(desk="board") & ~Q(counted="board")),
        off_board=Count("pk", filter=~Q(desk="board") & Q(counted="board")),
    )
