"""The verdict as the lead page shows it: why, what next, and the forms by which people overrule it."""

from typing import Any

from leadboard.people.rights import may
from leadboard.playbook import policy, versions
from qualification.calling import best_time
from qualification.corrections import standing
from qualification.corrections.correcting import DESKS
from qualification.corrections.models import Label, Reason
from qualification.models import Verdict

WIDTH, MIDDLE = 92, 30


def verdict(lead: Any, viewer: Any) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel "Why 87"; without a verdict it says what is being waited for."""
    newest = newest_of(lead)
    evidence = newest.evidence if newest else []
    return "qualification/verdict.html", {
        "lead": lead, "verdict": newest, "bars": _bars(newest.reasons if newest else []),
        "case": list({word["words"].lower(): word for word in evidence if word["topic"] == "class"}.values()),
        "read": [word for word in evidence if word["topic"] != "class"],
        "override": standing.override_of(lead), "correction": standing.correction_of(lead),
        "next": next_step(lead, newest), "best_time": best_time(lead) if newest else "",
        "label_now": (newest.class_kind or newest.enquiry_class) if newest else "",
        "labels": Label.choices, "reasons": Reason.choices, "desks": DESKS,
        "may_override": may(viewer, "override_score") and not lead.do_not_contact,
    }  # fmt: skip


def newest_of(lead: Any) -> Verdict | None:
    """The verdict that stands."""
    return Verdict.objects.select_related("model").filter(lead=lead).order_by("-id").first()


def next_step(lead: Any, newest: Verdict | None) -> str:
    """What to do next, in a sentence of the playbook; empty when it has none for this lead."""
    if newest is None:
        return ""
    here = {
        "desk": lead.desk, "stage": lead.stage, "band": lead.band, "is_held": lead.owner_id is not None,
        "enquiry_class": lead.enquiry_class, "abstained": bool(newest.abstained), "score": lead.score,
        "talked": lead.conversation_at is not None, "acted": lead.first_action_at is not None,
        "due_state": lead.due_state,
    }  # fmt: skip
    return policy.next_step(versions.active(), newest.features | here)


def marks(lead: Any) -> list[tuple[int, int, str]]:
    """(start, end, topic) of the words in the lead's message that made the case of its newest verdict."""
    newest = newest_of(lead)
    found = newest.evidence if newest else []
    return [(*word["at"], word["topic"]) for word in found if word.get("at")]


def _bars(reasons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each reason with its bar: where it begins and how long it is, in the units of a 92 wide picture
    whose zero line stands at 30. Numbers for attributes, because the page allows no inline style.
    """
    longest_up = max([reason["points"] for reason in reasons if reason["points"] > 0], default=1)
    longest_down = max([-reason["points"] for reason in reasons if reason["points"] < 0], default=1)
    per_point = min((WIDTH - MIDDLE) / longest_up, MIDDLE / longest_down, 2.6)
    return [_bar(reason, round(abs(reason["points"]) * per_point, 1)) for reason in reasons]


def _bar(reason: dict[str, Any], length: float) -> dict[str, Any]:
    is_up = reason["points"] > 0
    sign = "+" if is_up else "−"
    return {
        "words": reason["words"],
        "points": f"{sign}{abs(reason['points'])}",
        "direction": "up" if is_up else "down",
        "x": str(MIDDLE if is_up else MIDDLE - length),
        "width": str(length),
    }
