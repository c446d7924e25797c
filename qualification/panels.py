"""The verdict as the lead page shows it: why, what next, and the forms by which people overrule it."""

from typing import Any

from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, EnquiryClass
from leadboard.people.rights import may
from leadboard.playbook import versions
from leadboard.playbook.plain import route_in_words
from qualification.again import shown as again
from qualification.calling import best_time
from qualification.corrections import standing
from qualification.corrections.correcting import DESKS
from qualification.corrections.models import Correction, Label, Reason
from qualification.explain import bars, past, said
from qualification.explain.advice import next_step
from qualification.explain.whence import Facts
from qualification.models import Verdict


def verdict(lead: Lead, viewer: Any) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel "Why 87"; without a verdict it says what is being waited for."""
    newest = newest_of(lead)
    correction = standing.correction_of(lead)
    shown = {
        "place": "worth", "lead": lead, "viewer": viewer, "verdict": newest,
        "override": standing.override_of(lead), "correction": correction, "seen": standing.seen(lead),
        "desks": DESKS, "labels": Label.choices, "reasons": Reason.choices,
        "label_now": (newest.class_kind or newest.enquiry_class) if newest else "",
        "may_override": may(viewer, "override_score") and not lead.do_not_contact,
        "waits": why_none(lead) if newest is None else "",
    }  # fmt: skip
    return "qualification/verdict.html", shown | (_of(lead, newest, correction) if newest else {})


def _of(lead: Lead, newest: Verdict, correction: Correction | None) -> dict[str, Any]:
    """What there is to say of a verdict."""
    playbook = versions.active()
    facts = Facts(lead, newest, correction)
    may_become_business = newest.enquiry_class in (EnquiryClass.BUYING, EnquiryClass.INFORMATION)
    return {
        "sides": bars.sides(newest.reasons, facts.behind),
        "case": said.case(newest.evidence),
        "read": said.readings(newest.evidence),
        "unsaid": said.unsaid(newest.evidence) if lead.message and may_become_business else [],
        # A model is never certain, however it is rounded.
        "sure": min(99, round(100 * newest.class_confidence)),
        "next": next_step(lead, newest, playbook),
        "best_time": best_time(lead),
        "goes_to": route_in_words(versions.by_number(newest.playbook_version), newest.route.get("rule", "")),
        "past": past.history(lead),
    }


def newest_of(lead: Lead) -> Verdict | None:
    """The verdict that stands; its facts scored again by a later model or agreement, where they were."""
    newest = Verdict.objects.select_related("model").filter(lead=lead).order_by("-id").first()
    return again.as_it_stands(newest, lead) if newest else None


def why_none(lead: Lead) -> str:
    """Why a lead has no verdict, and what would bring one."""
    if lead.do_not_contact:
        return "This person objected to contact. Nothing is worked out about them."
    if lead.desk == Desk.QUARANTINE:
        return "It waits for its details, or for somebody to let it out. Then it is scored by itself."
    if lead.owner_id:
        return "A claimed lead is scored only when somebody asks for it."
    if lead.desk == Desk.CLOSED:
        return "It was closed before it was judged."
    return "The first one follows within seconds."


def marks(lead: Lead) -> list[tuple[int, int, str]]:
    """(start, end, topic) of the words in the lead's message that made the case of its newest verdict; whole
    words, also where a part of one was read.
    """
    newest = newest_of(lead)
    found = newest.evidence if newest else []
    return [(*_whole(lead.message, *word["at"]), word["topic"]) for word in found if word.get("at")]


def _whole(text: str, start: int, end: int) -> tuple[int, int]:
    """The span grown to the ends of its words."""
    while 0 < start < len(text) and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end
