"""Signing for a breach of fairness: a manager's name and reason, for good, in the log of acts."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from leadboard.http.problems import Problem
from leadboard.leads.clock import db_now
from leadboard.people.rights import may
from qualification.governance import acts
from qualification.governance.models import Act, ActKind, FairnessReport
from qualification.models import ScoringModel

HOLDS_FOR = timedelta(days=365)
# A breach that was signed covers the same groups later, unless it has become worse by more than this.
SAME_RATIO = 0.1
SHORTEST_REASON = 10


def sign(report: FairnessReport, *, by: Any, why: str) -> Act:
    """Take the breaches of a report on oneself; Problem 403 without the right, 422 without a reason or
    breach.
    """
    if not may(by, "change_model"):
        raise Problem(403, "not_allowed", "Only a manager signs for a breach of fairness.")
    if len(why.strip()) < SHORTEST_REASON:
        raise Problem(
            422, "reason_missing", "Say in a sentence why this difference is right, or what is done about it."
        )
    if not report.breaches:
        raise Problem(422, "nothing_to_sign", "This report shows no breach.")
    with transaction.atomic():
        return acts.record(ActKind.SIGNED, report=report, model=report.model, by=by, why=why.strip())


def open_breaches(report: FairnessReport) -> list[dict[str, Any]]:
    """The breaches that nobody has signed for, here or in a report of the last year with the same groups."""
    signed = _signed()
    return [
        one
        for one in report.findings
        if one["blocks"] and one["ratio"] < signed.get(_key(one), 9.0) - SAME_RATIO
    ]


def _signed() -> dict[tuple[str, str, str], float]:
    since = db_now() - HOLDS_FOR
    reports = FairnessReport.objects.filter(acts__kind=ActKind.SIGNED, acts__at__gte=since)
    found: dict[tuple[str, str, str], float] = {}
    for report in reports:
        for one in report.findings:
            if one["blocks"]:
                found[_key(one)] = min(one["ratio"], found.get(_key(one), 9.0))
    return found


def _key(finding: dict[str, Any]) -> tuple[str, str, str]:
    return finding["attribute"], finding["group"], finding["selection"]


def unsigned(model: ScoringModel) -> str:
    """Why fairness holds this model back; empty when it does not."""
    report = model.fairness.first()
    if report is None:
        return "Nobody has looked at its fairness yet; that is done within a few minutes of its training."
    found = open_breaches(report)
    if not found:
        return ""
    groups = ", ".join(dict.fromkeys(f"{one['attribute']} “{one['group']}”" for one in found[:5]))
    return f"It chooses some groups far less often ({groups}): somebody has to sign for that with a reason."
