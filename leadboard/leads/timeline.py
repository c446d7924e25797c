"""A lead's story for people: its events as sentences, and the path of its first 48 hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.module_loading import import_string

from leadboard.leads.events import KINDS, MACHINE, PERSON, PROSPECT, sentence
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.reactions import wiring
from leadboard.leads.stages import Desk, EnquiryClass
from leadboard.people.models import User

MOST_EVENTS = 500
FIRST_HOURS = timedelta(hours=48)
WHO = {"all": "All", PROSPECT: "They did", PERSON: "We did", MACHINE: "leadboard did"}
TONES = {
    "captured": "blue", "joined": "blue", "claimed": "blue", "accepted": "green", "qualified": "green",
    "clock_met": "green", "won": "green", "sql_reached": "green", "breached": "red", "rejected": "red",
    "woke": "green", "handed_back": "red", "disqualified": "red", "lost": "red", "nurture_failed": "red",
    "warned": "amber",
}  # fmt: skip
STEPS = {
    "captured": "Captured", "qualified": "Scored", "claimed": "Claimed", "assigned": "Assigned",
    "rerouted": "Offered",
    "action": "First action", "accepted": "Accepted", "rejected": "Rejected", "breached": "Missed",
    "handed_back": "Handed back", "enrolled": "In nurture", "disqualified": "Disqualified",
    "won": "Won", "lost": "Lost",
    "sql_reached": "SQL", "woke": "Woke up",
}  # fmt: skip
# The visits themselves tell these, with what was looked at.
TOLD_BY_VISITS = {"touched"}
PEOPLE_FACTS = ("rep", "owner", "from_rep", "previous", "reviewer", "by")
CODES = {"enquiry_class": EnquiryClass, "route": Desk, "desk": Desk}
TIME_FACTS = ("due", "until", "review", "next_at")


@dataclass(frozen=True)
class Entry:
    """One event as it is read: when, whose doing, icon, tone, sentence and its second line, and what somebody
    wrote beside it.
    """

    at: datetime
    by: str
    icon: str
    tone: str
    headline: str
    detail: str
    note: str = ""


@dataclass(frozen=True)
class Step:
    """A station of the first 48 hours; `at` is None for what is owed next."""

    label: str
    at: datetime | None
    due_at: datetime | None = None


def events_of(lead: Lead) -> list[LeadEvent]:
    """Return the newest events of a lead, newest first, MOST_EVENTS at most."""
    shown = lead.events.exclude(kind__in=TOLD_BY_VISITS)
    return list(shown.select_related("actor").defer("digest").order_by("-version")[:MOST_EVENTS])


def entries(events: Iterable[LeadEvent], notes: dict[int, str] | None = None) -> list[Entry]:
    """Return the events as sentences, in their order; `notes` by the version of the event."""
    events = list(events)
    names = _names(events)
    return [_entry(event, names, (notes or {}).get(event.version, "")) for event in events]


def notes(lead: Lead, events: list[LeadEvent]) -> dict[int, str]:
    """Return what people wrote beside the events, by the names in the wiring."""
    told = (import_string(name)(lead, events) for name in getattr(wiring(), "LEAD_NOTES", ()))
    return {version: note for one in told for version, note in one.items()}


def stories(lead: Lead) -> list[Entry]:
    """Return what the parts tell of a lead besides its log, by the names in the wiring."""
    told = (import_string(name)(lead) for name in getattr(wiring(), "LEAD_STORIES", ()))
    return [entry for entries in told for entry in entries]


def merged(log: list[Entry], told: list[Entry]) -> list[Entry]:
    """Return the log (newest first) with what the parts tell put in at its time; the log keeps its order."""
    return sorted([*log, *told], key=lambda entry: entry.at, reverse=True) if told else log


def path(lead: Lead, events: Iterable[LeadEvent]) -> list[Step]:
    """Return the stations of the first 48 hours in time order, each once, then what is owed next."""
    steps: dict[str, Step] = {}
    for event in sorted(events, key=lambda event: event.version):
        label = STEPS.get(event.kind)
        if label and event.at - lead.created_at <= FIRST_HOURS:
            if event.kind == "qualified":
                band = event.facts.get("band")
                label = f"Scored {band}" if band else "Left to people"
            steps.setdefault(event.kind, Step(label, event.at))
    owed = {"first_action": "First action", "contact": "Conversation", "follow_up": "Follow-up"}.get(
        lead.due_kind
    )
    if owed and lead.due_at and lead.due_state in {"running", "warned"}:
        steps["owed"] = Step(owed, None, lead.due_at)
    return list(steps.values())


def _names(events: list[LeadEvent]) -> dict[int, str]:
    """Return the names of the people that the facts name by id, in one query."""
    ids = {
        value for event in events for key in PEOPLE_FACTS if isinstance(value := event.facts.get(key), int)
    }
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}


def _entry(event: LeadEvent, names: dict[int, str], note: str) -> Entry:
    kind = KINDS[event.kind]
    headline, detail = sentence(event, _words(event, names))
    headline = headline[:1].upper() + headline[1:]
    return Entry(event.at, kind.by, kind.icon, TONES.get(event.kind, ""), headline, detail, note)


def _words(event: LeadEvent, names: dict[int, str]) -> dict[str, str]:
    """Return the facts of an event as readable text: people by name, times by the clock, codes as words."""
    words = {"who": event.actor.name if event.actor else "leadboard"}
    for key, value in event.facts.items():
        words[key] = _word(key, value, names)
    return words


def _word(key: str, value: Any, names: dict[int, str]) -> str:
    if key in PEOPLE_FACTS and isinstance(value, int):
        return names.get(value, "somebody")
    if key in TIME_FACTS and isinstance(value, str):
        return _time(value)
    if key == "late" and isinstance(value, (int, float)):
        return _span(value)
    if value is None:
        return ""
    if key in CODES and value in CODES[key].values:
        return CODES[key](value).label.lower()
    return value.replace("_", " ") if isinstance(value, str) and key != "rule" else str(value)


def _time(text: str) -> str:
    moment = parse_datetime(text) if len(text) > 15 else None
    return f"{timezone.localtime(moment):%a %d %b %H:%M}" if moment and timezone.is_aware(moment) else text


def _span(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min" if whole < 3600 else f"{whole // 3600} h"
