"""Qualify one lead: enrich, classify, score, ask the playbook where it goes, and commit all of it at once.

Nothing here may stand between a lead and a person: the lead is read without a lock, judged, and locked only
for the last write. A rep who claims meanwhile keeps the lead where it is. When the model or the word model
fails, the rules of the playbook decide alone, and the verdict says so.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from leadboard.companies import firmographics, providers
from leadboard.leads import lifecycle
from leadboard.leads.inserts import insert_all
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import policy, versions
from leadboard.playbook.schema import Playbook
from qualification import before, breaker, store, waking
from qualification.abstaining import why_abstain
from qualification.classify import Classified
from qualification.corrections import standing
from qualification.enrich import Finding, find_out, keep, known_of_company
from qualification.facts import facts_of
from qualification.models import Verdict
from qualification.routing import change_of, facts_of_event
from qualification.score.scorer import CardScorer, Judgement

log = logging.getLogger(__name__)
UNCLAIMED = (Desk.BOARD, Desk.NURTURE, Desk.LONG_NURTURE)


@dataclass
class Thought:
    """All that was worked out about a lead before anything is written."""

    at: datetime
    findings: list[Finding]
    classified: Classified
    facts: dict[str, Any]
    judgement: Judgement
    route: policy.Route
    band: str
    abstained: str
    model_id: int | None
    flags: list[str] = field(default_factory=list)
    stays: bool = False

    @property
    def band_shown(self) -> str:
        """The band of the lead; empty where the machine abstains: a number it does not stand by puts nobody
        among the high ones or the low ones.
        """
        return "" if self.abstained else self.band


class Overtaken(Exception):
    """The lead was sent to another desk while it was judged: what was worked out may not fit any more."""


def qualify(lead_id: int, *, asked: bool = False, anew: bool = False) -> Verdict | None:
    """The verdict on this lead as it is now; None when there is nothing to judge (gone, closed, claimed
    and not asked for) or nobody may judge: whoever objected to contact is not profiled either
    (GDPR Art. 21). Judging again what has not changed gives the verdict that is there; `anew`
    makes a new one.
    """
    lead = Lead.objects.filter(pk=lead_id, erased_at=None, do_not_contact=False).first()
    if lead is None or not (asked or lead.desk in UNCLAIMED):
        return None
    now, key, heard = before.of(lead.pk)
    newest = Verdict.objects.get(pk=key) if key else None
    if newest and not asked and heard and newest.lead_version >= heard.version:
        return newest
    playbook = versions.active()
    thought = think(lead, playbook, now)
    providers.want(firmographics.domain_of(lead), lead.pk)
    thought.stays = bool(not asked and heard and waking.stays(lead, heard, thought.route, playbook))
    if newest and not anew and _is_the_same(newest, thought, playbook):
        return newest
    try:
        return commit(lead, thought, playbook)
    except Overtaken:
        return qualify(lead_id, asked=asked, anew=anew)


def _is_the_same(verdict: Verdict, thought: Thought, playbook: Playbook) -> bool:
    """Whether this verdict was made from the same facts by the same model and agreement."""
    made_by = (verdict.features, verdict.model_id, verdict.playbook_version)
    return made_by == (thought.facts, thought.model_id, playbook.version)


def think(lead: Lead, playbook: Playbook, now: datetime) -> Thought:
    """Everything up to the route, as it is now; reads the lead, writes nothing."""
    flags: list[str] = []
    classified = _classified(lead, flags)
    known = find_out(lead.email, lead.phone, lead.country, lead.extra)
    findings = [*known_of_company(lead, now), *known]
    facts = facts_of(lead, findings, classified, playbook)
    judgement, model_id, scope = _judged(playbook, facts, flags)
    band = policy.band(playbook, judgement.score)
    # Where the class alone decides, it is no matter that the score would be a guess.
    is_scored = policy.asks_for_band(playbook, facts["enquiry_class"])
    abstained = why_abstain(facts, lead.extra, judgement, scope) if is_scored else ""
    route = policy.route(playbook, enquiry_class=facts["enquiry_class"], band=band, abstained=bool(abstained))
    return Thought(now, findings, classified, facts, judgement, route, band, abstained, model_id, flags)


def _classified(lead: Lead, flags: list[str]) -> Classified:
    try:
        return standing.read(lead)
    except Exception:
        log.exception("the word model failed; the text stays unclear")
        flags.append("the text could not be read: classifier failed")
        return Classified("unclear", 0.0, "", [], {})


def _judged(playbook: Playbook, facts: dict[str, Any], flags: list[str]) -> tuple[Judgement, int | None, Any]:
    """(judgement, model, what the model has seen): by the live model, or by the card alone when there is
    none or it fails in any way.
    """
    try:
        scorer, model_id = store.live_scorer()
        if scorer is not None and model_id is not None:
            judgement = breaker.judged(model_id, lambda: scorer.judge(playbook, facts))
            return judgement, model_id, scorer.scope
    except store.ModelRefused as refusal:
        flags.append(f"model refused: {refusal}")
    except Exception as fault:
        log.exception("the live model failed; the scorecard decides alone")
        flags.append(f"model failed: {type(fault).__name__}")
    return CardScorer().judge(playbook, facts), None, None


def commit(lead: Lead, thought: Thought, playbook: Playbook) -> Verdict | None:
    """Write verdict, findings and move in one transaction. A lead that was claimed meanwhile stays where
    it is; one that was sent elsewhere raises Overtaken.
    """
    with transaction.atomic():
        now = lifecycle.lock(lead.pk)
        if now is None or now.erased_at:
            return None
        if not now.owner_id and (now.desk, now.stage) != (lead.desk, lead.stage):
            raise Overtaken
        # Whoever writes a verdict holds the row of the lead, and moves it on.
        if now.version != lead.version:
            known = Verdict.objects.filter(lead=now, lead_version=lead.version).first()
            if known:
                return known
        verdict = Verdict(lead=now, lead_version=lead.version, **_columns(thought, playbook))
        insert_all([verdict])
        keep(now, thought.findings)
        held = standing.override_of(now)
        may_route = now.desk in UNCLAIMED and not (now.owner_id or thought.stays or (held and held.routes))
        change, missing = change_of(now, thought, playbook) if may_route else ({}, [])
        lifecycle.move(
            now,
            "qualified",
            facts=facts_of_event(thought, verdict, change, missing) | waking.left_desk(now, change),
            playbook_version=playbook.version,
            **(_shown(thought, verdict) | standing.held_columns(held, playbook)),
            **change,
        )
    return verdict


def _columns(thought: Thought, playbook: Playbook) -> dict[str, Any]:
    judgement, classified, route = thought.judgement, thought.classified, thought.route
    return {
        "enquiry_class": thought.facts["enquiry_class"],
        "class_confidence": classified.confidence,
        "class_kind": classified.kind,
        "words_version": classified.words_version,
        "evidence": _evidence(classified),
        "fit": judgement.fit,
        "intent": judgement.intent,
        "probability": judgement.probability,
        "score": judgement.score,
        "band": thought.band,
        "reasons": judgement.reasons,
        "abstained": thought.abstained,
        "flags": thought.flags,
        "features": thought.facts,
        "model_id": thought.model_id,
        "method": judgement.method,
        "route": {
            "desk": route.desk,
            "stage": route.stage,
            "track": route.track,
            "polite_answer": route.polite_answer,
            "assign": route.assign,
            "rule": route.rule,
        },
        "playbook_version": playbook.version,
    }


def _evidence(classified: Classified) -> list[dict[str, Any]]:
    """The words that made the case for the class, then the phrases by topic; `at` is where they stand."""
    spans: list[Any] = [list(span) for span in classified.spans] or [None] * len(classified.evidence)
    case = [
        {"topic": "class", "value": classified.enquiry_class, "words": words, "at": span}
        for words, span in zip(classified.evidence, spans, strict=True)
    ]
    return case + [{"topic": topic, **reading} for topic, reading in classified.readings.items()]


def _shown(thought: Thought, verdict: Verdict) -> dict[str, Any]:
    """What the board shows of the verdict, and by what it was made."""
    judgement = thought.judgement
    return {
        "enquiry_class": thought.facts["enquiry_class"],
        "score": judgement.score,
        "fit": judgement.fit,
        "intent": judgement.intent,
        "band": thought.band_shown,
        "probability": judgement.probability,
        "reasons": judgement.reasons,
        "scored_at": thought.at,
        "by_verdict": verdict.pk,
        "by_model": thought.model_id,
        "by_playbook": verdict.playbook_version,
    }
