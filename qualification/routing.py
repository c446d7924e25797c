"""From a route to a change of the lead, and to the facts of the event that others react to."""

from datetime import datetime
from typing import Any

from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk, Stage
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification.models import Verdict
from qualification.thinking import Thought

# A lead that sales had accepted or taken further is neither made an MQL again nor closed by a machine.
EARLY = (Stage.RAW, Stage.MQL)


def change_of(
    lead: Lead, thought: Thought, playbook: Playbook, closing: datetime | None
) -> tuple[dict[str, Any], list[str]]:
    """(columns to change, what the stage contract still asks for). Without its contract a stage is not
    given. `closing` is when a lead that is over was closed.
    """
    route = thought.route
    change: dict[str, Any] = {"desk": route.desk}
    if lead.stage not in EARLY:
        return ({} if route.desk == Desk.CLOSED else change), []
    if route.stage is None:
        return change, []
    missing = policy.missing_for(playbook, route.stage, thought.facts | {"score": thought.judgement.score})
    if not missing:
        change["stage"] = route.stage
    if route.desk == Desk.CLOSED:
        change["closed_at"] = closing
    return change, [lack.field for lack in missing]


def facts_of_event(
    thought: Thought, verdict: Verdict, change: dict[str, Any], missing: list[str]
) -> dict[str, Any]:
    """Codes and numbers only, never what the prospect wrote; `desk` and `stage` only where they change.
    Without a change there is no route to follow.
    """
    judgement, route = thought.judgement, thought.route
    facts = {
        "score": judgement.score,
        "band": thought.band_shown,
        "enquiry_class": thought.facts["enquiry_class"],
        "kind": thought.classified.kind,
        "verdict": verdict.pk,
        "method": judgement.method,
        "model": thought.model_id,
        "abstained": bool(thought.abstained),
        "flags": len(thought.flags),
        "missing": missing,
    }
    if change:
        facts |= {name: str(change[name]) for name in ("desk", "stage") if name in change}
        facts |= {
            "route": route.desk,
            "rule": route.rule,
            "track": route.track,
            "polite_answer": route.polite_answer,
            "assign": route.assign,
            "assign_after": route.assign_after,
            "tier": route.tier,
        }
    return facts
