"""Leads that people take: exactly one of many who try at once gets each, alone or many in one transaction.

Each lead goes to whoever is first, in few statements for all of them together; a refusal is a Problem that
says what is so and what to do next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from handoff import spells
from handoff.assign import rooms
from handoff.models import Claim, ClaimStart
from handoff.timing.agreement import in_force
from handoff.timing.escalation import give_time
from leadboard.http.problems import Problem
from leadboard.leads.models import Lead
from leadboard.leads.stages import CLAIMABLE_DESKS, Desk, Stage
from leadboard.people.models import User
from leadboard.people.rights import may

Taken = tuple[Claim, bool]  # the claim, and whether it is new


@dataclass
class Ask:
    """Who wants which lead, whose row this transaction has locked; on whose word."""

    lead: Lead
    rep: User
    by: User | None = None


def take(
    lead_id: int, rep: User, *, how: str = ClaimStart.CLAIMED, by: User | None = None
) -> tuple[Claim, bool]:
    """Give the lead to `rep` as `claims.claim` does; return (claim, whether it is new)."""
    refuse_unless_sales(rep)
    with transaction.atomic():
        taken = give([Ask(spells.lock(lead_id), rep, by)], how=how)[0]
        if isinstance(taken, Problem):
            raise taken
        return taken


def take_free(asked: Mapping[UUID, User]) -> dict[UUID, Taken | Problem]:
    """Give each of these leads to who asks for it, in one transaction; return what became of each, by its
    UUID. What is left out was not decided: the lead is gone, or somebody is at it in this moment.
    """
    with transaction.atomic():
        leads = spells.lock_free(asked)
        taken = give([Ask(lead, asked[lead.uid]) for lead in leads])
        return {lead.uid: one for lead, one in zip(leads, taken, strict=True)}


def give(asks: Sequence[Ask], *, how: str = ClaimStart.CLAIMED) -> list[Taken | Problem]:
    """Decide about different leads, in their order; return the claim of each, or why it is refused. All who
    ask are people of sales.
    """
    if not asks:
        return []
    now, past = spells.so_far([(ask.lead, ask.rep) for ask in asks])
    held = spells.open_claims([ask.lead for ask in asks if past[ask.lead.pk][0]])
    decided = {
        ask.lead.pk: _held(held[ask.lead.pk], ask.rep, now) if ask.lead.pk in held else _refusal(ask.lead)
        for ask in asks
    }
    wanting = [ask for ask in asks if decided[ask.lead.pk] is None]
    new = _begin(wanting, how, now, past) if wanting else {}
    return [new.get(ask.lead.pk) or decided[ask.lead.pk] for ask in asks]  # type: ignore[misc]  # one of both is


def _begin(
    wanting: list[Ask], how: str, now: datetime, past: dict[int, tuple[bool, bool, bool]]
) -> dict[int, Taken | Problem]:
    """Give leads that may be claimed to those of these people who have room."""
    playbook = in_force()
    room = rooms([ask.rep for ask in wanting], now, playbook)
    refused: dict[int, Taken | Problem] = {}
    for ask in wanting:
        try:
            room[ask.rep.pk].take_one(ask.rep)
        except Problem as problem:
            refused[ask.lead.pk] = problem
    winners = [ask for ask in wanting if ask.lead.pk not in refused]
    for ask in winners:
        _, had_it, escalates = past[ask.lead.pk]
        if escalates and not had_it:
            give_time(ask.lead, now)
    beginnings = [spells.Beginning(ask.lead, ask.rep, how, by=ask.by or ask.rep) for ask in winners]
    event = "claimed" if how == ClaimStart.CLAIMED else "assigned"
    claims = spells.begin_all(event, beginnings, now, playbook)
    return refused | {claim.lead_id: (claim, True) for claim in claims}


def _held(claim: Claim, rep: User, now: datetime) -> Taken | Problem:
    """Return one's own claim again, or the 409 for whoever came second."""
    if claim.rep_id == rep.pk:
        return claim, False
    seconds = max(0, int((now - claim.started_at).total_seconds()))
    ago = f" {seconds} s before you" if seconds < 120 else f" at {claim.started_at:%H:%M} UTC"
    return Problem(
        409, "taken", f"{claim.rep.first_name} claimed it{ago}.",
        winner=claim.rep.name, winner_id=claim.rep_id, claimed_at=claim.started_at.isoformat(),
    )  # fmt: skip


def _refusal(lead: Lead) -> Problem | None:
    """Return why nobody may take this lead now.

    Sales may take a disqualified lead too (product C2): the machine may have been wrong, and taking
    it makes it raw again. Won and lost ones need a manager's `reopen`.
    """
    if lead.do_not_contact:
        return do_not_contact()
    if lead.merged_into_id:
        return merged(lead)
    is_disqualified = lead.desk == Desk.CLOSED and lead.stage == Stage.DISQUALIFIED
    if lead.desk in CLAIMABLE_DESKS or is_disqualified:
        return None
    if lead.desk == Desk.QUARANTINE:
        return Problem(422, "in_quarantine", "This lead is in quarantine. Marketing has to let it out first.")
    return Problem(
        422, "closed", f"This lead is {lead.get_stage_display().lower()}. A manager can reopen it."
    )


def refuse_unless_sales(rep: User) -> None:
    """Raise a Problem for whoever may not hold leads."""
    if not may(rep, "claim"):
        raise Problem(403, "not_sales", f"{rep} may not hold leads: only active people of sales may.")


def merged(lead: Lead) -> Problem:
    """Return the refusal of a lead that went into another; it names that one."""
    into = lead.merged_into
    assert into is not None
    words = f"This lead was merged into {into}. Work there."
    return Problem(409, "merged", words, merged_into=str(into.uid))


def do_not_contact() -> Problem:
    """Return the refusal of a lead of somebody who objected."""
    return Problem(422, "do_not_contact", "This person asked not to be contacted.")
