"""A lead that slept in nurture, or is held by a rep, shows that it wants to buy: somebody is told at once."""

from django.db.models import Q

from handoff.models import Claim
from handoff.nurturing import nurture
from leadboard.leads.lifecycle import move
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk
from leadboard.notify.alerts import alert, alert_all
from leadboard.notify.models import Alert
from leadboard.people.models import Role, User

KIND = "high_intent"


def promote(lead: Lead, event: LeadEvent) -> None:
    """React to `qualified`: a lead that came to the board out of nurture gets no more letters, and those
    who can take it are told.
    """
    slept_on = event.facts.get("from_desk")
    if not slept_on or lead.desk != Desk.BOARD or lead.owner_id is not None:
        return
    nurture.pause(lead, "woke")
    facts = {"from_desk": slept_on, "score": event.facts.get("score"), "band": event.facts.get("band")}
    move(lead, "woke", facts=facts, playbook_version=event.playbook_version)
    words = f"Woke up in nurture and scores {lead.score} now. Claim it and call."
    alert_all(
        Alert(person=person, lead=lead, kind=KIND, words=words, due_at=lead.due_at)
        for person in _who_can_take(lead)
    )


def tell_owner(lead: Lead, event: LeadEvent) -> None:
    """React to `touched`: the rep who holds the lead hears of a hot touch while it is hot."""
    if event.facts.get("hot") and lead.owner is not None:
        alert(lead.owner, lead, KIND, "Your lead is looking at a page that buyers look at. Call now.")


def _who_can_take(lead: Lead) -> list[User]:
    """Return the rep who had the lead last, with the inbound team; without any of them all reps."""
    last = Claim.objects.filter(lead=lead).order_by("-pk").first()
    active = User.objects.filter(is_active=True)
    called = list(active.filter(Q(pk=last.rep_id if last else None) | Q(team__inbound=True)))
    return called or list(active.filter(role=Role.REP))
