"""What a touch may do to a lead's place: it brings a sleeping lead to the board, and moves nobody else down.

Whoever writes to us is routed anew. Whoever only looks at a page is scored anew; the lead leaves nurture when
that was enough by the playbook's `wake` and the new score leads to the board.
"""

from typing import Any

from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook.policy import Route
from leadboard.playbook.schema import Playbook
from leadboard.tracking import behaviour
from qualification.before import Heard

ASLEEP = (Desk.NURTURE, Desk.LONG_NURTURE)
ONLY_LOOKED = ("touched", "consent_withdrawn")


def stays(lead: Lead, heard: Heard, route: Route, playbook: Playbook) -> bool:
    """Does the lead keep its place, whatever the new score says, because all it did was to look?"""
    if heard.kind not in ONLY_LOOKED:
        return False
    if route.desk != Desk.BOARD:
        return True
    return lead.desk in ASLEEP and not behaviour.is_waking(lead, playbook, heard.recorded_at)


def left_desk(lead: Lead, change: dict[str, Any]) -> dict[str, str]:
    """Return, for the event, the desk from which a lead came back to the board; nothing for other moves."""
    is_back = lead.desk in ASLEEP and change.get("desk") == Desk.BOARD
    return {"from_desk": str(lead.desk)} if is_back else {}
