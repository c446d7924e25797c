"""Junk is kept apart: a lead on the quarantine desk that no clock, mail or rep sees until it is rescued."""

from leadboard.capture import making
from leadboard.capture.junk import Sign
from leadboard.capture.mapping import Person
from leadboard.capture.models import Submission
from leadboard.capture.screening.models import Junk
from leadboard.leads.models import Lead
from leadboard.leads.stages import Desk
from leadboard.playbook.schema import Playbook


def keep_apart(submission: Submission, person: Person, sign: Sign, playbook: Playbook) -> Lead:
    """Return the lead of a delivery with a sign of junk. It has no keys: nobody joins it, it joins nobody."""
    lead = making.capture(submission, person, playbook, desk=Desk.QUARANTINE, told={"junk": str(sign.reason)})
    Junk.objects.create(lead=lead, reason=sign.reason, detail=sign.detail, at=submission.received_at)
    return lead
