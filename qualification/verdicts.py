"""What was worked out about leads becomes their verdicts and moves them, in one transaction for all of them.

Nobody is locked longer than it takes to write; whoever claimed a lead meanwhile keeps it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from leadboard.leads import lifecycle
from leadboard.leads.batch import Move, move_all
from leadboard.leads.clock import db_now
from leadboard.leads.inserts import insert_all
from leadboard.leads.models import Lead
from leadboard.leads.stages import CLAIMABLE_DESKS, Desk
from leadboard.playbook.schema import Playbook
from qualification import waking
from qualification.corrections import standing
from qualification.corrections.models import Override
from qualification.enrich import keep_all
from qualification.models import Verdict
from qualification.routing import change_of, facts_of_event
from qualification.text.classify import Classified
from qualification.thinking import Thought


class Written(NamedTuple):
    """The verdict of each lead by its id, and the ids of those that are to be judged once more: they were
    sent to another desk meanwhile, or somebody is changing them just now.
    """

    verdicts: dict[int, Verdict]
    again: list[int]


class _Due(NamedTuple):
    """A lead whose row is locked, the version of it that was looked at, and what was worked out."""

    lead: Lead
    seen: int
    thought: Thought


def write_all(thoughts: Sequence[tuple[Lead, Thought]], playbook: Playbook, *, waits: bool) -> Written:
    """Write verdict, findings and move of each lead, as it was read, in one transaction. A lead that was
    claimed meanwhile stays where it is. Whose row somebody else has locked is left out unless it `waits`.
    """
    with transaction.atomic():
        locked = lifecycle.lock_all([lead for lead, _ in thoughts], waits=waits)
        known = _known([lead for lead, _ in thoughts], locked)
        again = [] if waits else [lead.pk for lead, _ in thoughts if lead.pk not in locked]
        due: list[_Due] = []
        for lead, thought in thoughts:
            now = locked.get(lead.pk)
            if now is None or now.erased_at:
                continue
            if not now.owner_id and (now.desk, now.stage) != (lead.desk, lead.stage):
                again.append(lead.pk)
            elif lead.pk not in known:
                due.append(_Due(now, lead.version, thought))
        return Written(known | _write(due, playbook), again)


def _known(leads: Sequence[Lead], locked: dict[int, Lead]) -> dict[int, Verdict]:
    """The verdicts that somebody else wrote meanwhile on what was looked at: whoever writes one holds the row
    of the lead, and moves it on.
    """
    seen = {
        lead.pk: lead.version
        for lead in leads
        if lead.pk in locked and locked[lead.pk].version != lead.version
    }
    if not seen:
        return {}
    found = Verdict.objects.filter(lead__in=seen, lead_version__in=set(seen.values()))
    return {verdict.lead_id: verdict for verdict in found if verdict.lead_version == seen[verdict.lead_id]}


def _write(due: Sequence[_Due], playbook: Playbook) -> dict[int, Verdict]:
    verdicts = [
        Verdict(lead=one.lead, lead_version=one.seen, **_columns(one.thought, playbook)) for one in due
    ]
    if not verdicts:
        return {}
    insert_all(verdicts)
    keep_all((one.lead, one.thought.findings) for one in due)
    held = standing.overrides_of([one.lead for one in due])
    closing = db_now() if any(one.thought.route.desk == Desk.CLOSED for one in due) else None
    moves = [
        _move(one, verdict, held.get(one.lead.pk), playbook, closing)
        for one, verdict in zip(due, verdicts, strict=True)
    ]
    move_all("qualified", moves, playbook_version=playbook.version)
    return {one.lead.pk: verdict for one, verdict in zip(due, verdicts, strict=True)}


def _move(
    one: _Due, verdict: Verdict, held: Override | None, playbook: Playbook, closing: datetime | None
) -> Move:
    """Where the verdict moves the lead, and what the board shows of it."""
    lead, thought = one.lead, one.thought
    is_free = lead.desk in CLAIMABLE_DESKS and not lead.owner_id
    may_route = is_free and not (thought.stays or (held and held.routes))
    change, missing = change_of(lead, thought, playbook, closing) if may_route else ({}, [])
    facts = facts_of_event(thought, verdict, change, missing) | waking.left_desk(lead, change)
    stands = {"desk": lead.desk, "stage": lead.stage, "closed_at": lead.closed_at}
    shown = _shown(thought, verdict) | standing.held_columns(held, playbook)
    return Move(lead, facts, shown | stands | change)


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
