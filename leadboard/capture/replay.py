"""Quarantine: try again what could not be understood, once the mapping is right; or put it away."""

from leadboard.capture.digest import AlreadyDigested, digest, discard
from leadboard.capture.models import Source, Submission, SubmissionState
from leadboard.http.problems import Problem

MOST_AT_ONCE = 1_000


def replay(submission: Submission) -> None:
    """Digest a quarantined submission again; bring the object up to date. Problem 409 unless it waits
    there.
    """
    _refuse_unless_waiting(submission)
    try:
        digest(submission)
    except AlreadyDigested:
        raise _not_waiting() from None


def replay_all(source: Source) -> tuple[int, int]:
    """Replay the oldest 1,000 of a source's quarantine; return how many became leads or joined, and how
    many stay.
    """
    waiting = Submission.objects.filter(source=source, state=SubmissionState.QUARANTINED).select_related(
        "source"
    )
    out = stay = 0
    for submission in waiting.order_by("received_at")[:MOST_AT_ONCE]:
        try:
            digest(submission)
        except AlreadyDigested:
            continue
        stay += submission.state == SubmissionState.QUARANTINED
        out += submission.state != SubmissionState.QUARANTINED
    return out, stay


def put_away(submission: Submission) -> None:
    """Take a submission out of the quarantine without making a lead; its raw body stays. Problem 409 as
    above.
    """
    _refuse_unless_waiting(submission)
    try:
        discard(submission)
    except AlreadyDigested:
        raise _not_waiting() from None


def _refuse_unless_waiting(submission: Submission) -> None:
    if submission.state != SubmissionState.QUARANTINED:
        raise _not_waiting()


def _not_waiting() -> Problem:
    return Problem(409, "not_waiting", "This submission is not in quarantine any more.")
