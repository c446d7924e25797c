"""A firm with a past: leads that were judged and are over, written in bulk (the doors have own tests)."""

from datetime import timedelta

import numpy as np
from django.utils import timezone

from leadboard.leads.models import Lead, LeadEvent, LeadScore
from leadboard.playbook import policy, versions
from qualification.models import Verdict
from qualification.score.scorer import CardScorer

STAGES = {None: "raw", 1: "won", 0: "lost"}
PLANS = {"Basic": -1.2, "Pro": 0.3, "Max": 1.6}


def facts_of(dice, **fixed):
    """Return the facts of one lead of this firm; what matters is the plan and the seats."""
    return {
        "plan": str(dice.choice(list(PLANS))),
        "seats": float(round(dice.lognormal(2, 1))),
        "region": str(dice.choice(["north", "south"])),
        "source": str(dice.choice(["Web", "Fair"])),
        "lead_type": "hand_raiser",
        "enquiry_class": "buying",
        "message_words": float(dice.integers(3, 60)),
    } | fixed


def ended(facts, dice, weight=1.0):
    """Return 1 with the chance that this firm's market gives such a lead; with weight -1 it turns round."""
    odds = weight * (PLANS[facts["plan"]] + 0.5 * (np.log1p(facts["seats"]) - 2))
    return int(dice.random() < 1 / (1 + np.exp(-odds)))


def past(rows, ends, by=None, days=60):
    """Write judged leads with these facts, the oldest first; where the end is None the lead is open."""
    playbook, card, now = versions.active(), CardScorer(), timezone.now()
    leads = Lead.objects.bulk_create(
        Lead(name=f"Lead {number}", source=facts.get("source", ""), extra=facts, digest=b"bulk",
             version=1 + (end is not None), stage=STAGES[end],
             desk="board" if end is None else "closed")
        for number, (facts, end) in enumerate(zip(rows, ends, strict=True))
    )  # fmt: skip
    for place, lead in enumerate(leads):
        lead.created_at = now - timedelta(days=days * (1 - place / len(leads)))
    Lead.objects.bulk_update(leads, ["created_at"], batch_size=500)
    _judge(leads, playbook, card)
    events = [
        LeadEvent(lead=lead, version=2, kind="won" if end else "lost", at=now, recorded_at=now, actor=by,
                  facts={"code": "price"}, digest=b"bulk")
        for lead, end in zip(leads, ends, strict=True) if end is not None
    ]  # fmt: skip
    LeadEvent.objects.bulk_create(events)
    return leads


def _judge(leads, playbook, card):
    verdicts = []
    for lead in leads:
        judged = card.judge(playbook, lead.extra)
        band = policy.band(playbook, judged.score)
        route = policy.route(playbook, enquiry_class=lead.extra["enquiry_class"], band=band)
        verdicts.append(
            Verdict(lead=lead, lead_version=1, enquiry_class=lead.extra["enquiry_class"], score=judged.score,
                    probability=judged.probability, band=band, features=lead.extra, method="scorecard",
                    route={"desk": route.desk, "stage": route.stage}, playbook_version=playbook.version)
        )  # fmt: skip
    stands = [
        LeadScore(lead=one.lead, score=one.score, probability=one.probability, by_verdict=one.pk,
                  by_playbook=playbook.version, scored_at=timezone.now())
        for one in Verdict.objects.bulk_create(verdicts)
    ]  # fmt: skip
    LeadScore.objects.bulk_create(stands)


def market(n, seed, weight=1.0, **fixed):
    """Return (facts, ends) of n leads."""
    dice = np.random.default_rng(seed)
    rows = [facts_of(dice, **fixed) for _ in range(n)]
    return rows, [ended(facts, dice, weight) for facts in rows]
