"""From a route to a change of the lead, and to the facts of the event that others react to."""

from typing import TYPE_CHECKING, Any

from leadboard.leads.models import Lead
from leadboard.leads.stages import Stage
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification.models import Verdict

if TYPE_CHECKING:
    from qualification.pipeline import Thought

# A lead that sales had accepted or taken further is not made an MQL again by a machine.
EARLY = (Stage.RAW, Stage.MQL)


def change_of(lead: Lead, thought: "Thought", playbook: Playbook) -> tuple[dict[str, Any], list[str]]:
    """(columns to change, what the stage contract still asks for). Without its contract a stage is not given."""
    route, change = thought.route, {"desk": thought.route.desk}
    if route.stage is None or lead.stage not in EARLY:
        return change, []
    missing = policy.missing_for(playbook, route.stage, thought.facts | {"score": thought.judgement.score})
    if not missing:
        change["stage"] = route.stage
    return change, [lack.field for lack in missing]


def facts_of_event(
    thought: "Thought", verdict: Verdict, change: dict[str, Any], missing: list[str], may_route: bool
) -> dict[str, Any]:
    """Codes and numbers only, never what the prospect wrote. Without `may_route` there is no route to follow."""
    judgement, route = thought.judgement, thought.route
    facts = {
        "score": judgement.score, "band": thought.band, "enquiry_class": thought.facts["enquiry_class"],
        "kind": thought.classified.kind, "verdict": verdict.pk, "method": judgement.method, "model": thought.model_id,
        "abstained": bool(thought.abstained), "flags": len(thought.flags), "missing": missing,
    }  # fmt: skip
    if may_route:
        facts |= {
            "route": route.desk,
            "rule": route.rule,
            "desk": change["desk"],
            "stage": change.get("stage"),
            "track": route.track,
            "polite_answer": route.polite_answer,
            "assign": route.assign,
        }
    return facts
