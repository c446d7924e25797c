"""What is worked out about leads before anything is written: what is known of each, what it wants, what it is
worth, and where it goes by the playbook.

Many leads are thought about together, which asks the database as often as one lead does; one lead is many of
which there is one. When the model or the word model fails, the rules of the playbook decide alone, and the
verdict says so.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from leadboard.leads.models import Lead
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from leadboard.tracking import behaviour
from qualification import breaker, store
from qualification.abstaining import why_abstain
from qualification.corrections import standing
from qualification.enrich import Finding, find_out, known_of_companies
from qualification.facts import facts_with
from qualification.scope import Scope
from qualification.score.scorer import BlendScorer, CardScorer, Judgement
from qualification.text.classify import Classified

log = logging.getLogger(__name__)
# From so many on numpy is worth loading: a tenth of a second and 30 MB, once in each process.
TOGETHER = 20
Flags = list[str]
Facts = dict[str, Any]


class Judged(NamedTuple):
    """A judgement, the key of the model that gave it (None: the card alone), and what the model has seen."""

    judgement: Judgement
    model_id: int | None = None
    scope: Scope | None = None


@dataclass
class Thought:
    """All that was worked out about a lead before anything is written."""

    at: datetime
    findings: list[Finding]
    classified: Classified
    facts: Facts
    judgement: Judgement
    route: policy.Route
    band: str
    abstained: str
    model_id: int | None
    flags: Flags = field(default_factory=list)
    stays: bool = False

    @property
    def band_shown(self) -> str:
        """The band of the lead; empty where the machine abstains: a number it does not stand by puts nobody
        among the high ones or the low ones.
        """
        return "" if self.abstained else self.band


def think_all(leads: Sequence[Lead], playbook: Playbook, now: datetime) -> list[Thought]:
    """Everything up to the route of each lead, as it is now; reads the leads, writes nothing."""
    flags: list[Flags] = [[] for _ in leads]
    texts = _read_all(leads, flags)
    companies = known_of_companies(leads, now)
    followed = behaviour.facts_of_all(leads, playbook)
    findings = [
        [*known, *find_out(lead.email, lead.phone, lead.country, lead.extra)]
        for lead, known in zip(leads, companies, strict=True)
    ]
    facts = [
        facts_with(followed.get(lead.pk, {}), lead, found, text, playbook)
        for lead, found, text in zip(leads, findings, texts, strict=True)
    ]
    judged = judge_all(playbook, facts, flags)
    every = zip(leads, findings, texts, facts, judged, flags, strict=True)
    return [_thought(playbook, now, *each) for each in every]


def _thought(
    playbook: Playbook,
    now: datetime,
    lead: Lead,
    findings: list[Finding],
    text: Classified,
    facts: Facts,
    judged: Judged,
    flags: Flags,
) -> Thought:
    judgement, model_id, scope = judged
    band = policy.band(playbook, judgement.score)
    # Where the class alone decides, it is no matter that the score would be a guess.
    is_scored = policy.asks_for_band(playbook, facts["enquiry_class"])
    abstained = why_abstain(facts, lead.extra, judgement, scope) if is_scored else ""
    route = policy.route(playbook, enquiry_class=facts["enquiry_class"], band=band, abstained=bool(abstained))
    return Thought(now, findings, text, facts, judgement, route, band, abstained, model_id, flags)


def _read_all(leads: Sequence[Lead], flags: list[Flags]) -> list[Classified]:
    try:
        read = standing.reader_of(leads)
    except Exception:
        log.exception("the word model failed; what was written stays unclear")
        return [_unread(told) for told in flags]
    return [_read(read, lead, told) for lead, told in zip(leads, flags, strict=True)]


def _read(read: Callable[[Lead], Classified], lead: Lead, flags: Flags) -> Classified:
    try:
        return read(lead)
    except Exception:
        log.exception("the word model failed; the text stays unclear")
        return _unread(flags)


def _unread(flags: Flags) -> Classified:
    flags.append("the text could not be read: classifier failed")
    return Classified("unclear", 0.0, "", [], {})


def judge_all(playbook: Playbook, rows: Sequence[Facts], flags: Sequence[Flags]) -> list[Judged]:
    """The judgement of each row by the live model, or by the card alone when there is none or it fails on
    it; what went wrong is added to the row's flags.
    """
    scorer, model_id = _live(flags)
    if scorer is None or model_id is None:
        return [Judged(judgement) for judgement in CardScorer().judge_all(playbook, rows)]
    if len(rows) >= TOGETHER and not breaker.is_left_alone(model_id):
        try:
            found = scorer.judge_all(playbook, rows)
        except Exception:
            log.exception("the live model failed on %s leads at once; it judges each alone", len(rows))
        else:
            return [Judged(judgement, model_id, scorer.scope) for judgement in found]
    pairs = zip(rows, flags, strict=True)
    return [_judged(scorer, model_id, playbook, facts, told) for facts, told in pairs]


def _live(flags: Sequence[Flags]) -> tuple[BlendScorer | None, int | None]:
    try:
        return store.live_scorer()
    except store.ModelRefused as refusal:
        words = f"model refused: {refusal}"
    except Exception as fault:
        log.exception("the live model failed; the scorecard decides alone")
        words = f"model failed: {type(fault).__name__}"
    for told in flags:
        told.append(words)
    return None, None


def _judged(scorer: BlendScorer, model_id: int, playbook: Playbook, facts: Facts, flags: Flags) -> Judged:
    try:
        judgement = breaker.judged(model_id, lambda: scorer.judge(playbook, facts))
        return Judged(judgement, model_id, scorer.scope)
    except store.ModelRefused as refusal:
        flags.append(f"model refused: {refusal}")
    except Exception as fault:
        log.exception("the live model failed; the scorecard decides alone")
        flags.append(f"model failed: {type(fault).__name__}")
    return Judged(CardScorer().judge(playbook, facts))
