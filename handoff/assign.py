"""Who gets the next lead: reps who are there, have room and fit; the least loaded first."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from handoff.models import Claim, ClaimEnd, ClaimStart
from handoff.timing.agreement import in_force
from leadboard.http.problems import Problem
from leadboard.leads.models import Lead
from leadboard.people.models import Availability, Role, Tier, User
from leadboard.playbook import policy
from leadboard.playbook.calendar import Calendar, CalendarError
from leadboard.playbook.schema import Playbook

DAY = timedelta(days=1)
GIVEN = (ClaimStart.ASSIGNED, ClaimStart.REROUTED)


@dataclass
class Candidate:
    """A rep who could get leads now, with how much they have."""

    rep: User
    cap: int
    open_leads: int
    today: int
    last_given: datetime | None
    given_now: int = 0

    @property
    def why(self) -> str:
        """Return in words why it is their turn."""
        return f"available, {self.open_leads} of {self.cap} open"

    def rank(self) -> tuple:
        """Return what the next one is chosen by: load, then who was given a lead longest ago."""
        given = self.last_given.timestamp() if self.last_given else 0.0
        return (self.open_leads / self.cap, self.given_now, given, self.rep.pk)


@dataclass
class Roster:
    """The reps of one moment, locked, so that their caps hold until the transaction ends."""

    candidates: list[Candidate]
    per_day: int | None
    missed: dict[int, set[int]] = field(default_factory=dict)

    def next_for(self, lead: Lead, tier: str = "") -> Candidate | None:
        """Return who gets this lead and count it as theirs; None when nobody suitable is free.

        `tier` sales leaves people of pre-sales out; pre-sales comes first for its own, then sales.
        """
        fitting = [one for one in self.candidates if self._may_have(one, lead)]
        if tier:
            sales = [one for one in fitting if not is_presales(one.rep)]
            before = [one for one in fitting if is_presales(one.rep)] if tier == Tier.PRESALES else []
            fitting = before or sales
        if not fitting:
            return None
        chosen = min(fitting, key=Candidate.rank)
        chosen.open_leads, chosen.today, chosen.given_now = (
            chosen.open_leads + 1,
            chosen.today + 1,
            chosen.given_now + 1,
        )
        return chosen

    def _may_have(self, one: Candidate, lead: Lead) -> bool:
        return (
            one.open_leads < one.cap
            and (self.per_day is None or one.today < self.per_day)
            and one.rep.pk not in self.missed.get(lead.pk, ())
            and in_territory(one.rep, lead)
        )


def is_presales(rep: User) -> bool:
    """Does the rep belong to a pre-sales team?"""
    return rep.team is not None and rep.team.tier == Tier.PRESALES


def in_territory(rep: User, lead: Lead) -> bool:
    """May this rep sell there? Own countries before the team's; none and an unknown one fit everywhere."""
    countries = rep.territory or (rep.team.territory if rep.team else [])
    return not countries or not lead.country or lead.country in countries


def is_on_shift(rep: User, now: datetime) -> bool:
    """Is the rep at work by their own hours? Those without hours always are; broken hours count as none."""
    if not rep.hours:
        return True
    try:
        calendar = Calendar(
            rep.hours.get("zone", rep.time_zone), rep.hours.get("hours"), rep.hours.get("holidays", ())
        )
    except CalendarError:
        return False
    return calendar.is_open(now)


def roster_for(leads: Iterable[Lead], now: datetime) -> Roster:
    """Return who is active, available and on shift, with their rows locked in one order.

    Read their load only after the lock: a count in the locking statement would be as old as its snapshot.
    """
    leads = list(leads)
    limit = policy.cap(in_force())
    suitable = User.objects.filter(is_active=True, role=Role.REP, availability=Availability.AVAILABLE)
    reps = list(suitable.order_by("pk").select_for_update(no_key=True))
    teams = {
        rep.pk: rep for rep in User.objects.select_related("team").filter(pk__in=[rep.pk for rep in reps])
    }
    load = _load([rep.pk for rep in reps], now)
    candidates = [
        Candidate(teams[rep.pk], rep.cap if rep.cap is not None else limit.open_leads, *load[rep.pk])
        for rep in reps
        if is_on_shift(rep, now)
    ]
    return Roster([one for one in candidates if one.cap], limit.per_day, _missed(leads))


@dataclass
class Room:
    """How much a rep has, and how much they may have, while their row is locked."""

    is_active: bool
    cap: int
    per_day: int | None
    open_leads: int
    today: int

    def take_one(self, rep: User) -> None:
        """Count one more lead; raise a Problem, and count nothing, when the rep is at a cap or gone."""
        if not self.is_active:
            raise Problem(403, "not_sales", f"{rep} does not work here any more.")
        if self.open_leads >= self.cap:
            words = f"{rep} has {self.open_leads} open leads, the most is {self.cap}."
            words += " Release or finish one first."
            raise Problem(422, "cap", words, open_leads=self.open_leads, cap=self.cap)
        if self.per_day is not None and self.today >= self.per_day:
            words = f"{rep} took {self.today} leads today, the most is {self.per_day}."
            raise Problem(422, "cap", words, today=self.today, cap=self.per_day)
        self.open_leads, self.today = self.open_leads + 1, self.today + 1


def rooms(reps: Iterable[User], now: datetime, playbook: Playbook) -> dict[int, Room]:
    """Return the room that each of these reps has, their rows locked in one order."""
    ids = sorted({rep.pk for rep in reps})
    if not ids:
        return {}
    limit = policy.cap(playbook)
    locked = User.objects.order_by("pk").select_for_update(no_key=True).filter(pk__in=ids)
    people = list(locked.values_list("pk", "is_active", "cap"))
    load = _load(ids, now)
    return {
        pk: Room(is_active, limit.open_leads if cap is None else cap, limit.per_day, *load[pk][:2])
        for pk, is_active, cap in people
    }


def check_capacity(rep: User, now: datetime) -> None:
    """Lock the rep's row and refuse (422) when they are at their cap or gone."""
    rooms([rep], now, in_force())[rep.pk].take_one(rep)


def _load(reps: list[int], now: datetime) -> dict[int, tuple[int, int, datetime | None]]:
    """Return {rep id: (open claims, claims of the last 24 hours, when they were last given one)}."""
    counts = (
        Claim.objects.filter(Q(ended_at__isnull=True) | Q(started_at__gte=now - DAY), rep__in=reps)
        .exclude(end=ClaimEnd.UNDONE).values("rep").order_by("rep")
        .annotate(
            held=Count("id", filter=Q(ended_at__isnull=True)),
            today=Count("id", filter=Q(started_at__gte=now - DAY)),
            given=Max("started_at", filter=Q(how__in=GIVEN)),
        )
    )  # fmt: skip
    load = {row["rep"]: (row["held"], row["today"], row["given"]) for row in counts}
    return {pk: load.get(pk, (0, 0, None)) for pk in reps}


def _missed(leads: list[Lead]) -> dict[int, set[int]]:
    """Return {lead id: reps who already missed it}: they never get it again by themselves."""
    missed: dict[int, set[int]] = {}
    lapsed = Claim.objects.filter(lead__in=leads, end=ClaimEnd.EXPIRED).values_list("lead_id", "rep_id")
    for lead_id, rep_id in lapsed:
        missed.setdefault(lead_id, set()).add(rep_id)
    return missed
