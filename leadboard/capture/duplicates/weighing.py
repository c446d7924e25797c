"""What a merge would make of two leads, before anything is done: which value wins, or why it may not be."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from leadboard.capture import making, marks
from leadboard.http.problems import Problem
from leadboard.leads.models import Lead
from leadboard.leads.stages import OVER, Desk
from leadboard.people.models import User
from leadboard.people.rights import may

LABELS = {
    "name": "Name", "email": "E-mail", "phone": "Phone", "company": "Company", "title": "Title",
    "country": "Country", "website": "Website", "message": "Message", "campaign": "Campaign",
    "lead_type": "Enquiry",
}  # fmt: skip
# The less a basis allows, the stricter it is; a word of the firm's own stands between.
STRICTEST_FIRST = ("withdrawn", "none", "legitimate_interest", "contract", "consent")


@dataclass(frozen=True)
class Field:
    """One field of both leads; `taken` says that the value of the lead that goes is kept."""

    name: str
    label: str
    stays: str
    goes: str
    taken: bool

    @property
    def differs(self) -> bool:
        """Have both a value, and not the same?"""
        return bool(self.stays and self.goes and self.stays != self.goes)


def direction(lead: Lead, other: Lead) -> tuple[Lead, Lead]:
    """Return (the lead that stays, the one that goes): an open one before one that is over, a claimed one
    before a free one, else the older.
    """
    stays = min(lead, other, key=lambda each: (not is_open(each), each.owner_id is None, each.pk))
    return stays, other if stays is lead else lead


def is_open(lead: Lead) -> bool:
    """Is somebody, or a clock, still at work on this lead?"""
    return lead.stage not in OVER and lead.desk not in (Desk.CLOSED, Desk.QUARANTINE)


def refusal(stays: Lead, goes: Lead, by: User | None) -> Problem | None:
    """Return why these two are not merged so by this person (nobody: a delivery that links
    them); None when they may be.
    """
    if stays.pk == goes.pk:
        return Problem(422, "same_lead", "This is one lead. Choose another one.")
    for lead in (stays, goes):
        if lead.merged_into_id:
            into = lead.merged_into
            words = f"{lead} went into {into} already."
            return Problem(409, "merged", words, merged_into=str(into.uid) if into else None)
    return (_not_allowed(stays, goes, by) if by else None) or _wrong_way(stays, goes)


def _not_allowed(stays: Lead, goes: Lead, by: User) -> Problem | None:
    owners = {lead.owner_id for lead in (stays, goes) if lead.owner_id}
    if may(by, "assign"):
        return None
    if len(owners) == 2:
        words = f"{goes.owner} and {stays.owner} hold these leads: a manager merges them."
        return Problem(403, "two_owners", words)
    if may(by, "nurture") or owners == {by.pk}:
        return None
    return Problem(
        403, "not_yours", "Marketing merges leads; a rep only with a lead that they hold. Claim it first."
    )


def _wrong_way(stays: Lead, goes: Lead) -> Problem | None:
    if is_open(goes) and not is_open(stays):
        words = f"{stays} is over: the open lead would fall silent. Keep the open one."
        return Problem(422, "wrong_way", words)
    if goes.owner_id and not stays.owner_id:
        return Problem(422, "wrong_way", f"{goes.owner} holds the other lead. Keep that one.")
    return None


def fields(stays: Lead, goes: Lead, take: Collection[str] = ()) -> list[Field]:
    """Return the fields of both: what stays wins, the empty is filled, the newer message counts; `take` names
    fields of the other one that a person wants instead.
    """
    return [
        Field(name, label, getattr(stays, name), getattr(goes, name), _is_taken(name, stays, goes, take))
        for name, label in LABELS.items()
        if getattr(stays, name) or getattr(goes, name)
    ]


def _is_taken(name: str, stays: Lead, goes: Lead, take: Collection[str]) -> bool:
    mine, theirs = getattr(stays, name), getattr(goes, name)
    if not theirs or mine == theirs:
        return False
    is_newer = name == "message" and goes.created_at > stays.created_at and "-message" not in take
    return not mine or name in take or is_newer


def changes(stays: Lead, goes: Lead, take: Collection[str], now: Any) -> dict[str, Any]:
    """Return the columns of the lead that stays which the merge changes."""
    changed: dict[str, Any] = {field.name: field.goes for field in fields(stays, goes, take) if field.taken}
    extra = goes.extra | stays.extra
    touches = [lead.last_touch_at for lead in (stays, goes) if lead.last_touch_at]
    changed |= {
        "extra": extra,
        "basis": basis(stays, goes),
        "do_not_contact": stays.do_not_contact or goes.do_not_contact,
        "target_account": stays.target_account or goes.target_account,
        "last_touch_at": max(touches, default=None),
    }
    if changed.keys() & set(making.CONTACT):
        before = {name: getattr(stays, name) for name in making.CONTACT}
        changed["marks"] = marks.renewed(stays.marks, before, before | changed, now)
    return {name: value for name, value in changed.items() if value != getattr(stays, name)}


def basis(stays: Lead, goes: Lead) -> str:
    """Return the stricter of two bases; a known one before an unknown one."""
    known = [lead.basis for lead in (stays, goes) if lead.basis]
    middle = STRICTEST_FIRST.index("contract")
    return min(
        known,
        key=lambda word: STRICTEST_FIRST.index(word) if word in STRICTEST_FIRST else middle,
        default="",
    )


def outcome(stays: Lead, goes: Lead) -> list[str]:
    """Return in sentences what happens with claim, clocks, track and consent."""
    words = []
    if goes.owner_id and stays.owner_id != goes.owner_id:
        words.append(f"{stays.owner} keeps the lead; the claim of {goes.owner} ends, and they are told.")
    elif stays.owner_id:
        words.append(f"{stays.owner} keeps the lead.")
    words.append(
        "The clocks and the track of the lead that goes end; an earlier first action stays due then."
    )
    if stays.do_not_contact or goes.do_not_contact:
        who = "One of them" if stays.do_not_contact != goes.do_not_contact else "This person"
        words.append(
            f"{who} asked not to be contacted: so it is for both. The lead is closed, whoever holds it."
        )
    if stays.basis != goes.basis:
        words.append(f"Basis of contact: {basis(stays, goes)}, the stricter one.")
    words.append("Whoever writes from an address or number of either joins the lead that stays.")
    words.append("Both histories stay whole; you can undo it.")
    return words
