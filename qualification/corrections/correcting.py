"""The acts of people against the machine: correct a class, override score and desk, give it back.

Each is one event with what it was made from: the verdict, the playbook's version, the reason. A claimed lead
stays with its rep; won and lost leads stay as they ended.
"""

from typing import Any

from django.db import transaction
from django_q.tasks import async_task

from leadboard.http.problems import Problem
from leadboard.leads import lifecycle
from leadboard.leads.clock import db_now
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage
from leadboard.people.models import User
from leadboard.people.rights import may
from leadboard.playbook import policy, versions
from leadboard.playbook.schema import Playbook
from qualification import pipeline
from qualification.corrections import standing
from qualification.corrections.firm_words import text_hash
from qualification.corrections.models import Correction, Label, Override, Reason
from qualification.models import Verdict

DESKS = (Desk.BOARD, Desk.NURTURE, Desk.LONG_NURTURE)
REFIT = "qualification.corrections.jobs.refit"


def correct(lead_id: int, by: User, label: str, seen: str = "") -> Lead:
    """A person says what the message is: the lead is judged anew with it, and the word model learns it.

    Repeated, nothing changes. A lead that the machine alone had closed comes back when it is a prospect.
    `seen` (`standing.seen` of the page that was read): when somebody else said something meanwhile, or they
    wrote again, it is a Problem 409 that says so, and nobody's word is overwritten unread.
    """
    if label not in Label.values:
        listed = ", ".join(Label.values)
        raise Problem(422, "unknown_class", f"Use one of: {listed}.", classes=Label.values)
    with transaction.atomic():
        lead = _open_lead(lead_id, by)
        _refuse_unread(lead, label, seen)
        verdict = newest_verdict(lead)
        was = (verdict.class_kind or verdict.enquiry_class) if verdict else "unclear"
        if not _store(lead, verdict, label, was, by):
            return lead
        facts = {"class": label, "was": was, "verdict": verdict.pk if verdict else None}
        lifecycle.move(
            lead,
            "class_corrected",
            actor=by,
            facts=facts | {name: str(value) for name, value in _back(lead, label).items() if value},
            playbook_version=versions.active().version,
            **_back(lead, label),
        )
        async_task(REFIT)
    pipeline.qualify(lead.pk, asked=True)
    lead.refresh_from_db()
    return lead


def _refuse_unread(lead: Lead, label: str, seen: str) -> None:
    if not seen or seen == standing.seen(lead):
        return
    said = standing.correction_of(lead)
    if said is None:
        raise Problem(409, "changed", "It changed while you read it. Look once more, then say what it is.")
    if said.label != label:
        words = f"{said.by.name} said meanwhile that it is: {said.get_label_display().lower()}."
        raise Problem(409, "said_already", f"{words} Yours was not taken; say it again to overrule.")


def take_back(lead_id: int, by: User) -> Lead:
    """Undo what a person said of the message as it is now: the machine reads it again, and the word model
    forgets it. Without a correction nothing changes.
    """
    with transaction.atomic():
        lead = _open_lead(lead_id, by)
        said = standing.correction_of(lead)
        if said is None:
            return lead
        said.delete()
        lifecycle.move(lead, "correction_undone", actor=by, facts={"class": said.label, "was": said.was})
        async_task(REFIT)
    pipeline.qualify(lead.pk, asked=True, anew=True)
    lead.refresh_from_db()
    return lead


def _store(lead: Lead, verdict: Verdict | None, label: str, was: str, by: User) -> bool:
    """Keep what was said of this text; False when the same was said before. A new word makes a new row, so
    that the model learns it as the newest."""
    said = Correction.objects.filter(lead=lead, text_hash=text_hash(lead.message))
    if said.filter(label=label).exists():
        return False
    said.delete()
    Correction.objects.create(
        lead=lead, verdict=verdict, label=label, was=was, by=by, text_hash=text_hash(lead.message)
    )
    return True


def _back(lead: Lead, label: str) -> dict[str, Any]:
    """The columns that bring a lead back which only the machine had closed, now that it is a prospect."""
    is_prospect = label in (Label.BUYING, Label.INFORMATION)
    if not (is_prospect and lead.desk == Desk.CLOSED and lead.stage == Stage.DISQUALIFIED):
        return {}
    last = lead.events.exclude(facts__stage=None).order_by("-version").first()
    if last is None or last.kind != "qualified":
        return {}
    return {"desk": Desk.BOARD, "stage": Stage.RAW, "closed_at": None}


def override(
    lead_id: int,
    by: User,
    *,
    code: str,
    note: str = "",
    score: int | None = None,
    desk: str = "",
    label: str = "",
    over: str = "",
) -> Lead:
    """A person sets the score, the desk, or both, for a coded reason; it holds until `automatic`. A `label`
    corrects the class first, and alone is enough.

    `over` is the override that the page showed ("0": none): when another stands by now, it is a Problem 409
    that says whose. The band follows the score by the playbook, and so does the desk when none is given.
    Only a lead that nobody holds and that is open changes its desk.
    """
    _refuse_nonsense(code, score, desk, label)
    corrected = correct(lead_id, by, label) if label else None
    if corrected and score is None and not desk:
        return corrected
    with transaction.atomic():
        lead = _open_lead(lead_id, by)
        _refuse_unseen(lead, over)
        playbook, verdict = versions.active(), newest_verdict(lead)
        changes, route = _changes(lead, score, desk, playbook)
        Override.objects.filter(lead=lead, ended_at__isnull=True).update(ended_at=db_now())
        Override.objects.create(
            lead=lead, verdict=verdict, score=score, desk=desk, code=code, note=note[:2000], by=by
        )
        lifecycle.move(
            lead,
            "score_overridden",
            actor=by,
            facts=_facts(lead, verdict, code, changes, playbook) | _routed(route),
            playbook_version=playbook.version,
            **changes,
        )
    return lead


def _refuse_unseen(lead: Lead, over: str) -> None:
    stands = standing.override_of(lead)
    if not over or over == (str(stands.pk) if stands else "0"):
        return
    words = f"{stands.by.name} set it meanwhile." if stands else "It was given back to the machine meanwhile."
    raise Problem(409, "set_meanwhile", f"{words} Yours was not taken; set it again to overrule.")


def automatic(lead_id: int, by: User) -> Lead:
    """The machine decides again: it judges the lead anew at once. Without an override nothing changes."""
    with transaction.atomic():
        lead = _open_lead(lead_id, by)
        if not Override.objects.filter(lead=lead, ended_at__isnull=True).update(ended_at=db_now()):
            return lead
        lifecycle.move(lead, "automatic_again", actor=by, facts={})
    pipeline.qualify(lead.pk, asked=True, anew=True)
    lead.refresh_from_db()
    return lead


def newest_verdict(lead: Lead) -> Verdict | None:
    """The verdict that stands."""
    return lead.verdicts.order_by("-id").first()


def _open_lead(lead_id: int, by: User) -> Lead:
    if not may(by, "override_score"):
        raise Problem(403, "not_allowed", "You may not override the machine.")
    lead = lifecycle.lock(lead_id)
    if lead is None or lead.erased_at is not None:
        raise Problem(404, "not_found", "This lead is not here any more.")
    if lead.do_not_contact:
        raise Problem(422, "do_not_contact", "This person objected: nothing is judged about them.")
    return lead


def _refuse_nonsense(code: str, score: int | None, desk: str, label: str) -> None:
    if code not in Reason.values:
        reasons = dict(Reason.choices)
        raise Problem(422, "unknown_reason", f"Give a reason: {', '.join(reasons)}.", reasons=reasons)
    if score is None and not (desk or label):
        raise Problem(422, "nothing_to_override", "Give a score, a desk, a class, or several of them.")
    if score is not None and not 0 <= score <= 100:
        raise Problem(422, "score", "A score is a whole number from 0 to 100.")
    if desk and desk not in DESKS:
        raise Problem(422, "unknown_desk", f"Use one of: {', '.join(DESKS)}.", desks=list(DESKS))


def _changes(
    lead: Lead, score: int | None, desk: str, playbook: Playbook
) -> tuple[dict[str, Any], policy.Route | None]:
    """(the columns that change, the route that the new band takes when no desk was given)."""
    changes: dict[str, Any] = {}
    if score is not None:
        changes |= {"score": score, "band": policy.band(playbook, score)}
    if desk:
        return changes | (_moved(lead, desk) if desk != lead.desk else {}), None
    route = _route_of_the_band(lead, changes, playbook)
    return changes | ({"desk": Desk(route.desk)} if route else {}), route


def _moved(lead: Lead, desk: str) -> dict[str, Any]:
    if lead.owner_id:
        raise Problem(409, "held", f"{lead.owner} has this lead; only its score can be set now.")
    if lead.desk == Desk.QUARANTINE or (lead.desk == Desk.CLOSED and lead.stage != Stage.DISQUALIFIED):
        raise Problem(422, "closed", f"This lead is on the desk “{lead.get_desk_display()}”.")
    back = {"stage": Stage.RAW, "closed_at": None} if lead.desk == Desk.CLOSED else {}
    return {"desk": Desk(desk), **back}


def _route_of_the_band(lead: Lead, changes: dict[str, Any], playbook: Playbook) -> policy.Route | None:
    """Where the playbook sends the lead with the band that a person gave it; nobody is disqualified by it."""
    if lead.owner_id or lead.desk not in DESKS or "band" not in changes:
        return None
    route = policy.route(playbook, enquiry_class=lead.enquiry_class, band=changes["band"])
    return route if route.desk in DESKS else None


def _routed(route: policy.Route | None) -> dict[str, Any]:
    if route is None:
        return {}
    return {
        "route": route.desk, "track": route.track, "assign": route.assign, "tier": route.tier,
        "assign_after": route.assign_after, "rule": route.rule,
    }  # fmt: skip


def _facts(
    lead: Lead, verdict: Verdict | None, code: str, changes: dict[str, Any], playbook: Playbook
) -> dict[str, Any]:
    """Codes and numbers; `route` and `track` only when the desk changes, for whom the handoff then owes."""
    facts = {
        "score": changes.get("score", lead.score),
        "band": changes.get("band", lead.band),
        "reason": code,
        "verdict": verdict.pk if verdict else None,
        "model": verdict.model_id if verdict else None,
        "was": lead.score,
    }
    facts |= {name: str(changes[name]) for name in ("desk", "stage") if name in changes}
    if "desk" in changes:
        track = policy.default_track(
            playbook, lead.lead_type, "low" if changes["desk"] == Desk.LONG_NURTURE else None
        )
        facts |= {"route": str(changes["desk"]), "track": track, "from_desk": lead.desk}
    return facts
