"""The marketer's queues: which leads stand in which column, and what a card says about each."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery

from handoff.models import (
    Claim,
    ClaimEnd,
    Clock,
    ClockKind,
    ClockState,
    Enrolment,
    EnrolmentState,
    Send,
    SendState,
)
from handoff.nurturing.nurture import OPEN, desk_of
from leadboard.leads.models import Lead, LeadEvent
from leadboard.leads.stages import Desk
from leadboard.playbook import policy, versions
from leadboard.playbook.schema import Playbook

ON_A_CARD = 50
AWAY = (Desk.NURTURE, Desk.LONG_NURTURE)
GIVEN_BACK = (ClaimEnd.HANDED_BACK, ClaimEnd.EXPIRED, ClaimEnd.REJECTED, ClaimEnd.RELEASED)
RETURNS = ("handed_back", "released", "rejected")
# What takes a lead out of the queue of those that sales gave back.
DEALT_WITH = ("nurture_taken", "promoted", "claimed", "assigned")
CAME_BACK = ("wrote again", "promoted")


class Queue(NamedTuple):
    """One column: its key, heading, and what it is for."""

    key: str
    title: str
    words: str


QUEUES = (
    Queue("back", "Handed back", "Sales gave these back. Take each into a track."),
    Queue("woke", "Woke up", "They wrote again or were promoted; on the board until sales claims them."),
    Queue("medium", "Medium track", "Worth a nudge, not yet a call."),
    Queue("long", "Long-term", "A letter now and then until they stir."),
    Queue("out", "Disqualify?", "Their tracks are over. A person decides."),
)


@dataclass
class Card:
    """One lead in a queue. `steps` is one bool per step of its track: already decided or not."""

    lead: Lead
    enrolment: Enrolment | None = None
    claim: Claim | None = None
    parked: Clock | None = None
    reason: str = ""
    steps: list[bool] = field(default_factory=list)

    @property
    def track(self) -> str:
        """Return the name of its track in words."""
        return self.enrolment.track.replace("_", " ") if self.enrolment else ""

    @property
    def is_held(self) -> bool:
        """Does the track wait because somebody of sales has the lead?"""
        return self.lead.owner_id is not None


def leads_of(key: str, track: str = "") -> QuerySet[Lead]:
    """Return the leads of one queue in the order in which they want attention, perhaps of one track only."""
    leads = {"back": _back, "woke": _woke, "medium": _medium, "long": _long, "out": _out}[key]()
    if track:
        leads = leads.filter(Exists(_running().filter(lead=OuterRef("pk"), track=track)))
    return leads


def cards(leads: QuerySet[Lead]) -> list[Card]:
    """Return the cards of these leads."""
    shown = leads.select_related("owner").prefetch_related(
        Prefetch("enrolments", _running(), to_attr="in_track"),
        Prefetch(
            "claims",
            Claim.objects.filter(end__in=GIVEN_BACK).select_related("rep").order_by("-id"),
            to_attr="spells",
        ),
        Prefetch(
            "clocks", Clock.objects.filter(kind=ClockKind.PARKED, state=ClockState.RUNNING), to_attr="parking"
        ),
    )
    words = _reason_words(versions.active())
    return [_card(lead, words) for lead in shown]


def unknown_sends() -> QuerySet[Send]:
    """Return the mails of which nobody knows whether they arrived, oldest first."""
    unknown = Send.objects.filter(state=SendState.UNKNOWN).exclude(trouble="")
    return unknown.select_related("lead", "enrolment").order_by("id")


def totals() -> dict[str, int]:
    """Return how many leads run in a track, and how many of them wait."""
    running = _running()
    return {"running": running.count(), "paused": running.filter(state=EnrolmentState.PAUSED).count()}


def _running() -> QuerySet[Enrolment]:
    """Return the enrolments that are not over."""
    return Enrolment.objects.filter(state__in=OPEN)


def _back() -> QuerySet[Lead]:
    """What sales gave back and marketing has not dealt with since, the newest first."""
    given = Claim.objects.filter(lead=OuterRef("pk"), end__in=GIVEN_BACK)
    newest = LeadEvent.objects.filter(lead=OuterRef("pk"), kind__in=RETURNS + DEALT_WITH).order_by("-version")
    leads = Lead.objects.filter(Exists(given), desk__in=AWAY, owner__isnull=True)
    return (
        leads.annotate(newest=Subquery(newest.values("kind")[:1])).filter(newest__in=RETURNS).order_by("-id")
    )


def _woke() -> QuerySet[Lead]:
    """Leads with a waiting track that are on the board again, the newest first."""
    waiting = _running().filter(lead=OuterRef("pk"), state=EnrolmentState.PAUSED, why__in=CAME_BACK)
    return Lead.objects.filter(Exists(waiting), desk=Desk.BOARD).order_by("-last_touch_at", "-id")


def _medium() -> QuerySet[Lead]:
    """Leads in a track of the medium desk, the next step first; those that sales holds stand last."""
    return _in_tracks(Desk.NURTURE)


def _long() -> QuerySet[Lead]:
    """The same for the long-term desk."""
    return _in_tracks(Desk.LONG_NURTURE)


def _in_tracks(desk: Desk) -> QuerySet[Lead]:
    """Leads whose open enrolment belongs to this desk, without those that wait to be taken."""
    playbook = versions.active()
    tracks = [name for name in playbook.tracks if desk_of(playbook, name) == desk]
    held = Q(desk=Desk.SALES) & Exists(_running().filter(lead=OuterRef("pk"), track__in=tracks))
    here = Q(desk=desk) & Exists(_running().filter(lead=OuterRef("pk")))
    next_at = _running().filter(lead=OuterRef("pk")).values("next_at")[:1]
    leads = Lead.objects.filter(held | here).exclude(pk__in=_back().values("pk"))
    return leads.annotate(next_at=Subquery(next_at)).order_by(F("next_at").asc(nulls_last=True), "-id")


def _out() -> QuerySet[Lead]:
    """Leads that are parked: nothing is sent to them, a person has to decide; the nearest review first."""
    parking = Clock.objects.filter(lead=OuterRef("pk"), kind=ClockKind.PARKED, state=ClockState.RUNNING)
    leads = Lead.objects.filter(owner__isnull=True).exclude(desk=Desk.CLOSED)
    return (
        leads.annotate(review_at=Subquery(parking.values("due_at")[:1]))
        .filter(review_at__isnull=False)
        .order_by("review_at", "-id")
    )


def _card(lead: Any, words: dict[str, str]) -> Card:
    """Return the card of a lead with its prefetched rows."""
    enrolment, claim, parked = (next(iter(rows), None) for rows in (lead.in_track, lead.spells, lead.parking))
    card = Card(lead, enrolment, claim, parked)
    if enrolment is not None:
        programme = policy.track(versions.by_number(enrolment.playbook_version), enrolment.track)
        card.steps = [number < enrolment.step for number in range(len(programme.steps) if programme else 0)]
    code = parked.rule.removeprefix("parked.") if parked else claim.reason if claim else ""
    card.reason = words.get(code, code.replace("_", " ").capitalize())
    return card


def _reason_words(playbook: Playbook) -> dict[str, str]:
    """Return the words of the reasons with which sales gives a lead back."""
    return {reason.code: reason.words for reason in policy.rejections(playbook)} | policy.hand_back_reasons(
        playbook
    )
