"""The nightly look at drift: readings as rows, an alarm to people and a training when something is new, a
correction of the promises where they are off, and back to the scorecard when that is better on the newest
outcomes.
"""

import logging
from datetime import datetime

from django.db import transaction
from django_q.tasks import async_task

from leadboard.playbook import versions
from qualification.governance import drift, evidence, recalibrating, standing, telling
from qualification.governance.comparing import compare, is_enough
from qualification.governance.models import DriftReading
from qualification.governance.wording import in_words
from qualification.learning.outcomes import Example
from qualification.models import ScoringModel, Verdict
from qualification.store import ModelRefused

log = logging.getLogger(__name__)
# What is measured of the promises: these a correction can set right at once.
PROMISES = {"rate", "ece"}
NEWEST_LEADS, FIRST_LEADS, NEWEST_OUTCOMES = 2000, 500, 300


def watch(now: datetime) -> list[DriftReading]:
    """Take tonight's readings of the live model; tell people of what is new. [] without a model."""
    live = standing.live_model()
    if live is None or "baseline" not in live.card:
        return []
    try:
        outcomes = evidence.unseen_by(live)[-NEWEST_OUTCOMES:]
        rows = _store(live, [*_of_leads(live), *_of_outcomes(live, outcomes)], now)
    except ModelRefused as refusal:
        telling.tell("model_drift", f"Model {live.number} may not be used: {refusal}. The scorecard judges.")
        return []
    _act(live, rows, outcomes)
    return rows


def _of_leads(live: ScoringModel) -> list[drift.Reading]:
    since = (
        Verdict.objects.filter(pk__gt=live.card.get("newest_verdict", 0))
        .order_by("lead_id", "pk").distinct("lead_id").values_list("pk", flat=True)
    )  # fmt: skip
    judged = Verdict.objects.filter(pk__in=since).values_list("features", flat=True)
    rows = list(judged.order_by("-pk")[:NEWEST_LEADS])
    first = list(judged.order_by("pk")[:FIRST_LEADS])
    newest = rows[: max(0, judged.count() - len(first))]
    columns = live.card["served"]["form"]["plan"]["columns"]
    known = {column["name"]: column["values"] for column in columns if column["kind"] == "category"}
    new = live.card["served"].get("scope", {}).get("new", {})
    chances = (evidence.chances(live, versions.active(), part) for part in (first, newest))
    return drift.of_leads(live.card["baseline"], known, new, rows) + drift.of_chances(*chances)


def _of_outcomes(live: ScoringModel, outcomes: list[Example]) -> list[drift.Reading]:
    chances = evidence.chances(live, versions.active(), [example.facts for example in outcomes])
    then = live.card["newest"].get("candidate", {}).get("auc")
    return drift.of_outcomes([example.won for example in outcomes], chances, then)


def _store(live: ScoringModel, readings: list[drift.Reading], now: datetime) -> list[DriftReading]:
    return DriftReading.objects.bulk_create(
        DriftReading(model=live, at=now, alarm=reading.alarm, **reading._asdict()) for reading in readings
    )


def _act(live: ScoringModel, rows: list[DriftReading], outcomes: list[Example]) -> None:
    alarms = {(row.measure, row.field) for row in rows if row.alarm}
    if not alarms:
        return
    if _card_is_better(live, outcomes):
        standing.fall_back(
            f"On the newest {len(outcomes)} outcomes the scorecard is better than model {live.number}."
        )
        telling.tell("model_drift", f"Model {live.number} has aged: the scorecard judges again.")
    elif new := alarms - _alarms_before(live, rows):
        with transaction.atomic():
            telling.tell(
                "model_drift", f"{in_words(*min(new))}. {len(alarms)} signs of drift; a new model is trained."
            )
            async_task("qualification.jobs.train")
        if {measure for measure, _ in new} & PROMISES:
            recalibrating.consider(live, outcomes)


def _alarms_before(live: ScoringModel, rows: list[DriftReading]) -> set[tuple[str, str]]:
    """What was already an alarm at the reading before this one."""
    before = live.drift.filter(at__lt=rows[0].at).values_list("at", flat=True).first()
    if before is None:
        return set()
    return set(live.drift.filter(at=before, alarm=True).values_list("measure", "field"))


def _card_is_better(live: ScoringModel, outcomes: list[Example]) -> bool:
    """Beyond noise, on 300 newest outcomes that the model has not learnt from."""
    won, rows = [example.won for example in outcomes], [example.facts for example in outcomes]
    if len(outcomes) < NEWEST_OUTCOMES or not is_enough(won):
        return False
    card, model = (evidence.chances(side, versions.active(), rows) for side in (None, live))
    return compare(won, card, model).low > 0
