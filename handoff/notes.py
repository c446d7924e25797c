"""What people wrote beside what they did: it stands in the story of the lead, never in the log."""

from collections.abc import Iterable

from handoff.models import Action, Claim
from leadboard.leads.models import Lead, LeadEvent

ENDS = {"released", "rejected", "handed_back", "won", "lost", "disqualified"}


def of(lead: Lead, events: Iterable[LeadEvent]) -> dict[int, str]:
    """Return the note that belongs to an event, by the version of the event."""
    events = list(events)
    actions = dict(Action.objects.filter(lead=lead).exclude(note="").values_list("pk", "note"))
    ended = Claim.objects.filter(lead=lead, ended_at__isnull=False).exclude(note="")
    ends = dict(ended.values_list("ended_at", "note"))
    told = {event.version: actions.get(event.facts.get("action_id")) for event in events}
    told |= {event.version: ends.get(event.at) for event in events if event.kind in ENDS}
    return {version: note for version, note in told.items() if note}
