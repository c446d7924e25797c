"""All open leads that nobody holds, scored again when the model or the playbook has changed.

The facts are those of the newest verdict, so nobody is read or classified again. All get their numbers
first, then the reasons of them. A new model alone moves nobody down: only where the new score leads a
sleeping lead to the board is it qualified in full. Work is in portions with a place to go on from
(`Rescoring`), so that it survives a kill and holds no lock for long.
"""

import logging
import time
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import policy, versions
from leadboard.playbook.schema import Playbook
from qualification import pipeline, store, untold
from qualification.beside import beside
from qualification.models import Rescoring, ScoredAgain
from qualification.portions import By, Found, open_leads, store_all
from qualification.score.scorer import BlendScorer, CardScorer, Judgement

log = logging.getLogger(__name__)
PORTION = 5_000
IDLE = timedelta(minutes=2)
ASLEEP = (Desk.NURTURE, Desk.LONG_NURTURE)


class Portion(NamedTuple):
    """How many were scored and stored, how many of them were qualified in full, and the last lead looked at
    (None: that was all).
    """

    scored: int
    moved: int
    last: int | None


class Judged(NamedTuple):
    """A portion of leads with their new numbers, not stored yet."""

    found: list[Found]
    judgements: list[Judgement]
    by: By


def judged(after: int, portion: int = PORTION) -> Judged | None:
    """The next open leads behind lead `after` whose score is by another model or playbook; None: there are
    no more.
    """
    scorer, by = _judge()
    found = open_leads(after, by, portion)
    return Judged(found, *judge_all(scorer, by, [one.facts for one in found])) if found else None


def stored(done: Judged) -> Portion:
    """Store the new scores; who comes to the board by them is qualified in full."""
    count = store_all(*done)
    pairs = zip(done.found, done.judgements, strict=True)
    moved = [one.lead for one, new in pairs if _leads_up(one, new, done.by.playbook)]
    for lead_id in moved:
        pipeline.qualify(lead_id, asked=True)
    return Portion(count, len(moved), done.found[-1].lead)


def rescore(after: int = 0, portion: int = PORTION) -> Portion:
    """Score the next portion of open leads; their reasons follow (`untold.tell`)."""
    done = judged(after, portion)
    return stored(done) if done else Portion(0, 0, None)


def judge_all(
    scorer: BlendScorer | CardScorer, by: By, rows: list[dict[str, Any]]
) -> tuple[list[Judgement], By]:
    """The numbers of a portion; when the model fails on it, by the card alone, and the flags say so."""
    try:
        return scorer.numbers(by.playbook, rows), by
    except Exception as fault:
        log.exception("the live model failed on a portion; the scorecard decides alone")
        flags = [*by.flags, f"model failed: {type(fault).__name__}"]
        return CardScorer().numbers(by.playbook, rows), By(None, by.playbook, flags)


def _judge() -> tuple[BlendScorer | CardScorer, By]:
    playbook = versions.active()
    try:
        scorer, model_id = store.live_scorer()
    except store.ModelRefused as refusal:
        return CardScorer(), By(None, playbook, [f"model refused: {refusal}"])
    return (scorer or CardScorer()), By(model_id, playbook, [])


def _leads_up(one: Found, new: Judgement, playbook: Playbook) -> bool:
    """Whether the new score brings a sleeping lead to the board."""
    band = policy.band(playbook, new.score)
    if one.desk not in ASLEEP or band == one.band or one.abstained:
        return False
    return policy.route(playbook, enquiry_class=one.enquiry_class, band=band).desk == Desk.BOARD


def begin() -> Rescoring | None:
    """The work that is to be done for the model and the playbook in force; None when it is finished."""
    made_by = (store.live_id(), versions.active().version)
    newest = Rescoring.objects.order_by("-pk").first()
    if newest and (newest.model_id, newest.playbook_version) == made_by:
        return None if newest.finished_at else newest
    return Rescoring.objects.create(
        model_id=made_by[0], playbook_version=made_by[1], to_do=open_count() if newest else 0
    )


def claim(work: Rescoring) -> bool:
    """Whether nobody has worked on it for a while: then it is the caller's to enqueue."""
    idle = Q(worked_at=None) | Q(worked_at__lt=Now() - IDLE)
    return bool(Rescoring.objects.filter(idle, pk=work.pk, finished_at=None).update(worked_at=Now()))


def go_on(work: Rescoring, until: float) -> bool:
    """Do this work until that monotonic time at the longest; whether there is more. Two workers at once do
    harm to nobody.
    """
    if work.scored_at is None:
        return _score(work, until)
    last = untold.tell(work.after)
    with transaction.atomic():
        changes: dict[str, Any] = {"finished_at": Now()} if last is None else {"after": last}
        if _note(work, **changes) and last is None:
            _tell(Rescoring.objects.get(pk=work.pk))
    return last is not None


def _score(work: Rescoring, until: float) -> bool:
    """Score portions, each while the one before is stored: the database works on another core."""
    after, storing = work.after, None
    with beside() as hand:
        while done := judged(after, PORTION) if time.monotonic() < until else None:
            if storing:
                storing.result()
            after, storing = done.found[-1].lead, hand.submit(_store, work, done)
        if storing:
            storing.result()
    if time.monotonic() < until:
        _note(work, scored_at=Now(), after=0)
    return True


def _store(work: Rescoring, done: Judged) -> None:
    one = stored(done)
    _note(work, scored=F("scored") + one.scored, moved=F("moved") + one.moved, after=one.last)


def _note(work: Rescoring, **changes: Any) -> int:
    return Rescoring.objects.filter(pk=work.pk, finished_at=None).update(worked_at=Now(), **changes)


def _tell(work: Rescoring) -> None:
    """One event for all leads whose number changed and nothing else: the boards fetch themselves anew by it.

    It stands in the log of one of them, because each event has a lead.
    """
    if work.scored:
        last = ScoredAgain.objects.filter(at__gte=work.begun_at).order_by("-pk").first()
        if last and (lead := lifecycle.lock(last.lead_id)):
            facts = {"leads": work.scored, "model": work.model_id}
            lifecycle.move(lead, "all_rescored", facts=facts, playbook_version=work.playbook_version)


def open_count() -> int:
    """How many open leads nobody holds."""
    return Lead.objects.filter(desk__in=pipeline.UNCLAIMED, owner=None, erased_at=None).count()
