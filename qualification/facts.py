"""The facts of a lead at the moment of a decision: one flat dict for the playbook, the learner and the
reasons.

Ours and the firm's own mapped fields stand side by side; what is not known is not in it. Numbers arrive as
numbers, also from a form that sends "5". Kept with the verdict, the dict is what later outcomes teach from.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leadboard.companies import firmographics
from leadboard.companies.fields import read_number
from leadboard.companies.names import plain
from leadboard.leads.models import Lead
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from leadboard.tracking import behaviour
from qualification.enrich import Finding
from qualification.score.values import as_number
from qualification.text.classify import Classified
from qualification.text.readings import title_level

# Written by us at capture: they cannot have been filled in by sales later.
OURS = frozenset({
    "lead_type", "source", "campaign", "title", "title_level", "company", "email_kind", "country",
    "region", "has_phone", "message", "message_words", "enquiry_class", "enquiry_kind", "budget",
    "urgency", "authority", "timeline", "quantity", "target_account", "hour", "weekday",
})  # fmt: skip
MESSAGE_KEPT = 1000
FORM_SAYS = {"demo": "buying", "pricing": "buying", "content": "information", "webinar": "information"}
# Phrases that deny: "no budget", "no rush".
DENIED = "none"
SPEAKS_FOR = frozenset({"approved", "named", "decides", "shares", "high"})


def facts_of(
    lead: Lead, findings: Iterable[Finding], classified: Classified, playbook: Playbook
) -> dict[str, Any]:
    """Everything known about this lead now."""
    return facts_with(behaviour.facts_of(lead, playbook), lead, findings, classified, playbook)


def facts_with(
    done: dict[str, Any],
    lead: Lead,
    findings: Iterable[Finding],
    classified: Classified,
    playbook: Playbook,
) -> dict[str, Any]:
    """The same for a lead whose behaviour is at hand; asks no database."""
    found: dict[str, Any] = {}
    for finding in findings:
        found.setdefault(finding.field, finding.value)
    found.pop("website", None)
    found.pop("time_zone", None)
    facts = _own_fields(lead.extra) | found | said_of_company(lead.extra) | _given(lead)
    facts |= _phrases(classified)
    if "tier" not in facts and (tier := policy.tier(playbook, facts)):
        facts["tier"] = tier.tier
    facts |= done
    facts |= _moment(lead.submitted_at or lead.created_at, playbook)
    facts["lead_type"] = lead.lead_type or policy.lead_type(playbook, facts=facts)
    return facts | _enquiry(classified, facts)


def _own_fields(extra: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in extra.items() if value not in (None, "", [], {})}


def said_of_company(extra: dict[str, Any]) -> dict[str, Any]:
    """What the prospect told of the company goes before what table and providers say of it."""
    said = {plain(name).replace(" ", "_"): value for name, value in extra.items()}
    told = {name: said[name] for name in firmographics.FIELDS if said.get(name) not in (None, "", [], {})}
    numbers = {name: read_number(str(told[name])) for name in ("employees", "revenue") if name in told}
    return {name: _plain(value) for name, value in told.items()} | {
        name: number for name, number in numbers.items() if number is not None
    }


def _plain(value: Any) -> Any:
    number = as_number(value)
    return value if number is None else number


def _given(lead: Lead) -> dict[str, Any]:
    """What the prospect or the source said; it outweighs what was found out."""
    said = {
        "source": lead.source,
        "campaign": lead.campaign,
        "title": lead.title,
        "company": lead.company,
        "country": lead.country,
        "title_level": title_level(lead.title),
        "message": lead.message[:MESSAGE_KEPT],
        "message_words": float(len(lead.message.split())),
        "lead_type": lead.lead_type,
    }
    return {name: value for name, value in said.items() if value} | {
        "has_phone": bool(lead.phone),
        "target_account": lead.target_account,
    }


def _phrases(classified: Classified) -> dict[str, bool]:
    """budget, authority, urgency, timeline: True when spoken for, False when denied."""
    values = {topic: reading["value"] for topic, reading in classified.readings.items()}
    return {
        topic: value != DENIED for topic, value in values.items() if value == DENIED or value in SPEAKS_FOR
    }


def _moment(at: datetime, playbook: Playbook) -> dict[str, Any]:
    clause = playbook.calendars[playbook.default_calendar]
    local = at.astimezone(ZoneInfo(clause.zone))
    return {"hour": float(local.hour), "weekday": local.strftime("%A").lower()}


def _enquiry(classified: Classified, facts: dict[str, Any]) -> dict[str, Any]:
    """The class of the text or the answers; without either the form that was sent says what was wanted."""
    enquiry_class = classified.enquiry_class
    if "message" not in facts and enquiry_class == "unclear":
        enquiry_class = FORM_SAYS.get(facts["lead_type"], "unclear")
    return {"enquiry_class": enquiry_class} | ({"enquiry_kind": classified.kind} if classified.kind else {})
