"""The verdict as the lead page shows it."""

from typing import Any

from qualification.models import Verdict

WIDTH, MIDDLE = 92, 30


def verdict(lead: Any, viewer: Any) -> tuple[str, dict[str, Any]]:
    """(template, context) of the panel "Why 87"; without a verdict it says what is being waited for."""
    newest = Verdict.objects.select_related("model").filter(lead=lead).order_by("-id").first()
    return "qualification/verdict.html", {
        "lead": lead,
        "verdict": newest,
        "bars": _bars(newest.reasons if newest else []),
    }


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
