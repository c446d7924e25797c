"""A form that was sent goes through the same door as every delivery: kept first, then made a lead."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leadboard.capture import entries, intake
from leadboard.capture.junk import Sign
from leadboard.capture.models import Submission
from leadboard.capture.page_token import Token
from leadboard.forms import facts, figures, known, scoring
from leadboard.forms.models import Form, FormVersion, Sending
from leadboard.forms.schema import Definition, Question
from leadboard.leads.models import Lead

JSON = "application/json"
MOMENT = timedelta(minutes=10)


@dataclass(frozen=True)
class Filled:
    """A form that was filled in rightly: by which version, the answers, where its sender came from."""

    form: Form
    version: FormVersion
    definition: Definition
    token: Token
    asked: list[Question]
    answers: dict[str, Any]
    origin: dict[str, str]
    lead: Lead | None
    sign: Sign | None = None

    @property
    def digest(self) -> bytes:
        """Return what makes two sendings the same: the answers, and whose they are where that is known."""
        said = {"known": self.token.known, "answers": self.answers}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()


def earlier(token: Token) -> Sending | None:
    """Return what was sent from this very page before."""
    return Sending.objects.filter(nonce=token.nonce).first()


def sent_before(filled: Filled, now: datetime) -> Sending | None:
    """Return the same answers as they came a moment ago from another page: of somebody who went back, or
    opened the form twice. It is thanked for once more, and nothing is doubled.
    """
    lately = Sending.objects.filter(form=filled.form, at__gt=now - MOMENT)
    return lately.filter(version=filled.version, digest=filled.digest).order_by("at").first()


def take(filled: Filled, headers: Mapping[str, str], *, now: datetime) -> Sending:
    """Keep it, make a lead of it or let it join one, and return what its sender is shown.

    Safe to repeat: the token's nonce is the key of the delivery and of the row.
    """
    scored = scoring.score(filled.definition, filled.answers)
    worked_out = figures.work_out(filled.definition, filled.answers)
    payload = payload_of(filled, scored, worked_out, now)
    body = json.dumps(payload, ensure_ascii=False).encode()
    source = filled.form.source
    assert source is not None, "a live form has a source (a_live_form_has_a_source)"
    key = f"{entries.OURS}form {filled.token.nonce}"
    kept = intake.accept(source, JSON, body, payload, headers=headers, idempotency_key=key, doubt=filled.sign)
    sending, _ = Sending.objects.get_or_create(
        nonce=filled.token.nonce,
        defaults={
            "form": filled.form,
            "version": filled.version,
            "digest": filled.digest,
            "outcome": outcome_of(filled.definition, scored, worked_out),
            "submission": Submission.objects.get(pk=kept),
        },
    )
    return sending


def payload_of(
    filled: Filled, scored: scoring.Scored, worked_out: list[figures.Shown], now: datetime
) -> dict[str, Any]:
    """Return the delivery: the answers under their names, then what we add (see `facts`)."""
    said = (known.contact_of(filled.lead) if filled.lead else {}) | filled.answers
    said |= {shown.name: shown.value for shown in worked_out if shown.value is not None}
    said |= scored.facts() | filled.origin | _consent(filled, now)
    if campaign := filled.origin.get("utm_campaign"):
        said["campaign"] = campaign
    return said | {"form": filled.form.slug, "form_version": filled.version.number}


def _consent(filled: Filled, now: datetime) -> dict[str, str]:
    """Return what was agreed to, by which version of the form and when; nothing when no box was ticked."""
    agreed = [q.label for q in filled.asked if q.type == "consent" and filled.answers.get(q.name)]
    if not agreed:
        return {}
    return {
        "basis": "consent",
        facts.CONSENT_TO: " | ".join(agreed),
        facts.CONSENT_VERSION: f"{filled.form.slug} version {filled.version.number}",
        facts.CONSENT_AT: now.isoformat(timespec="seconds"),
    }


def has_agreed(filled: Filled) -> bool:
    """Was a box of consent ticked?"""
    return bool(_consent(filled, filled.version.created_at))


def outcome_of(
    definition: Definition, scored: scoring.Scored, worked_out: list[figures.Shown]
) -> dict[str, Any]:
    """Return what the sender is shown: numbers and the form's own texts, nothing of the person."""
    return {
        "kind": definition.kind,
        "share": scored.shares.get(scoring.TOTAL) if scored.results else None,
        "results": [{"title": result.title, "text": result.text} for result in scored.results],
        "advice": list(scored.advice),
        "ticked": scored.ticked,
        "of": scored.of,
        "figures": [{"label": shown.label, "shown": shown.shown, "text": shown.text} for shown in worked_out],
    }
