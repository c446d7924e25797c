"""When the machine leaves a lead to people (B6): too little is known, or it lies outside of what was
learnt.
"""

from typing import Any

from qualification.scope import Scope, outside
from qualification.score.scorer import Judgement

FEWEST_FACTS = 2
TELLING = frozenset({
    "message", "title", "company", "country", "has_phone", "employees", "industry", "tier", "visits",
    "seconds_on_site",
})  # fmt: skip


def why_abstain(
    facts: dict[str, Any], extra: dict[str, Any], judgement: Judgement, scope: Scope | None
) -> str:
    """Why this lead is left to people; empty when the machine may decide. `scope` is what the model has
    seen; None without a model: the readable card speaks about any lead of which enough is known.
    """
    told = sum(bool(facts.get(name)) for name in TELLING - extra.keys()) + sum(map(bool, extra.values()))
    if told < FEWEST_FACTS:
        return "Too little is known of this lead to judge it."
    return outside(scope, facts, judgement.unseen) if scope else ""
