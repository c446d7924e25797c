"""A person arrives: a lead is made, or the open one is joined; people are told what else may be theirs."""

from leadboard.capture import identity, junk, making
from leadboard.capture.duplicates import linking, suspicions
from leadboard.capture.mapping import Person
from leadboard.capture.models import Submission, SubmissionState
from leadboard.leads.models import Lead
from leadboard.playbook.schema import Playbook


def take_in(
    submission: Submission, person: Person, found: identity.Found, playbook: Playbook
) -> tuple[Lead, SubmissionState]:
    """Return the lead of a person who was looked up in this transaction, and whether it was made or joined.

    Two leads that this delivery shows to be one person's are one before it joins. Whoever objected under
    another of their keys is not contacted under a new one either.
    """
    if found.lead is None:
        objected = any(lead.do_not_contact for lead in found.others)
        lead = making.capture(submission, person, playbook, do_not_contact=objected)
        identity.point(found, lead)
        for other in found.others:
            suspicions.note(lead, other, suspicions.why(other))
        return lead, SubmissionState.CAPTURED
    lead = linking.link(person, found.lead, found.others)
    is_quiet = junk.is_heard_enough(lead, submission, playbook.door)
    lead = making.join(submission, person, lead, playbook, quiet=is_quiet)
    identity.point(found, lead)
    return lead, SubmissionState.JOINED
