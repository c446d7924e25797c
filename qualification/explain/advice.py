"""The next best step: one sentence of the playbook, and the act that goes with it."""

from typing import NamedTuple

from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification.models import Verdict


class Advice(NamedTuple):
    """What to do (`say`), and by which act: call, write, classify or "" for none that is a button."""

    say: str
    do: str


def next_step(lead: Lead, verdict: Verdict, playbook: Playbook) -> Advice:
    """The advice for this lead as it lies now; empty where the playbook has none. An act that cannot be done
    (no number, no address, no text to read) is left out.
    """
    here = {
        "desk": lead.desk, "stage": lead.stage, "band": lead.band, "is_held": lead.owner_id is not None,
        "enquiry_class": lead.enquiry_class, "abstained": bool(verdict.abstained), "score": lead.score,
        "talked": lead.conversation_at is not None, "acted": lead.first_action_at is not None,
        "due_state": lead.due_state,
    }  # fmt: skip
    line = policy.next_step(playbook, verdict.features | here)
    if line is None:
        return Advice("", "")
    means = {"call": lead.phone, "write": lead.email, "classify": lead.message}
    possible = line.do and means[line.do] and lead.desk != Desk.QUARANTINE
    return Advice(line.say, line.do or "" if possible else "")
