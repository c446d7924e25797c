"""All open leads that nobody holds, scored again when the model or the playbook has changed.

The facts are those of the newest verdict, so nobody is read or classified again. All get their numbers
first, then the reasons of them. A new model alone moves nobody down: only where the new score leads a
sleeping lead to the board is it qualified in full. Work is in portions that several workers hand themselves
(`lanes`), so that it survives a kill and holds no lock for long.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import policy, versions
from leadboard.playbook.schema import Playbook
from qualification import pipeline, store
from qualification.again import lanes, untold
from qualification.again.kept_facts import facts_in
from qualification.again.portions import LAST, By, Found, open_leads, store_all
from qualification.beside import beside
from qualification.models import Rescoring, ScoredAgain
from qualification.score.scorer import BlendScorer, CardScorer, Judgement

log = logging.getLogger(__name__)
PORTION = 5_000
IDLE = timedelta(minutes=2)
# By model and playbook, what values said so far (`coded.Memory`).
Memories = dict[tuple[int | None, int], Any]
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


def judged(
    after: int, portion: int = PORTION, last: int = LAST, memories: Memories | None = None
) -> Judged | None:
    """The next open leads behind lead `after`, up to `last`, whose score is by another model or playbook;
    None: there are none.
    """
    scorer, by = _judge()
    memory = None if memories is None else memories.setdefault((by.model, by.playbook.version), {})
    found = open_leads(after, by, portion, last)
    return Judged(found, *judge_all(scorer, by, [one.facts for one in found], memory)) if found else None


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
    scorer: BlendScorer | CardScorer, by: By, texts: list[str], memory: Any = None
) -> tuple[list[Judgement], By]:
    """The numbers of a portion of facts in JSON; when the model fails on it, by the card alone, and the flags
    say so.
    """
    try:
        return scorer.numbers(by.playbook, map(facts_in, texts), memory), by
    except Exception as fault:
        log.exception("the live model failed on a portion; the scorecard decides alone")
        flags = [*by.flags, f"model failed: {type(fault).__name__}"]
        return CardScorer().numbers(by.playbook, map(facts_in, texts)), By(None, by.playbook, flags)


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
    newest = _newest()
    if not _is_for(newest, made_by):
        # Several workers may see the change at once: one begins, the others go on with that.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", [lanes.LOCKS])
            newest = _newest()
            if newest is None or not _is_for(newest, made_by):
                to_do = open_count() if newest else 0
                return Rescoring.objects.create(model_id=made_by[0], playbook_version=made_by[1], to_do=to_do)
    return None if newest is None or newest.finished_at else newest


def _newest() -> Rescoring | None:
    return Rescoring.objects.order_by("-pk").first()


def _is_for(work: Rescoring | None, made_by: tuple[int | None, int]) -> bool:
    return work is not None and (work.model_id, work.playbook_version) == made_by


def claim(work: Rescoring) -> bool:
    """Whether nobody has worked on it for a while: then it is the caller's to enqueue."""
    idle = Q(worked_at=None) | Q(worked_at__lt=Now() - IDLE)
    return bool(Rescoring.objects.filter(idle, pk=work.pk, finished_at=None).update(worked_at=Now()))


def always() -> bool:
    """Nobody else waits."""
    return True


def go_on(work: Rescoring, until: float, is_wanted: Callable[[], bool] = always) -> bool:
    """Do this work until that monotonic time at the longest, or until it `is_wanted` no more; whether there
    is more. Several workers may be at it: each does portions of its own.
    """
    with lanes.taking_part(work), lanes.unswept():
        if work.scored_at is None:
            _score(work, until, is_wanted)
        else:
            for after, last in lanes.portions(work, untold.PORTION, until, is_wanted):
                untold.tell(after, untold.PORTION, last)
                _note(work, brought_back=F("brought_back") + 1)
    with lanes.ending(work) as now:
        return not (now and _end(now))


def _score(work: Rescoring, until: float, is_wanted: Callable[[], bool]) -> None:
    """Score portions, each while the one before is stored: the database works on another core."""
    storing, memories = None, Memories()
    with beside() as hand:
        for after, last in lanes.portions(work, PORTION, until, is_wanted):
            done = judged(after, PORTION, last, memories)
            if storing:
                storing.result()
            storing = hand.submit(_store, work, done)
        if storing:
            storing.result()


def _store(work: Rescoring, done: Judged | None) -> None:
    one = stored(done) if done else Portion(0, 0, None)
    scored, moved = F("scored") + one.scored, F("moved") + one.moved
    _note(work, scored=scored, moved=moved, brought_back=F("brought_back") + 1)


def _end(work: Rescoring) -> bool:
    """All portions are handed out and nobody is at any: what a killed worker left behind is done, then the
    reasons follow the numbers. Whether that was all.
    """
    is_lost, after = work.handed_out != work.brought_back, 0
    if work.scored_at is None:
        while is_lost and (done := judged(after)):
            after = done.found[-1].lead
            _store(work, done)
        _note(work, scored_at=Now(), after=0, handed_out=0, brought_back=0)
        return False
    while is_lost and (told := untold.tell(after)):
        after = told
    with transaction.atomic():
        if _note(work, finished_at=Now()):
            _tell(Rescoring.objects.get(pk=work.pk))
    return True


def _note(work: Rescoring, **changes: Any) -> int:
    return lanes.phase_of(work).update(worked_at=Now(), **changes)


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
