"""The kinds of event and the one sentence of each; timeline, feed and mails read it here.

A sentence may use the actor (`who`), the rep or lead named by id in the facts through the words
that `facts` carries as codes, and never personal data of the prospect.
"""

from dataclasses import dataclass
from string import Formatter

PROSPECT, PERSON, MACHINE = "prospect", "person", "machine"
FORMATTER = Formatter()


@dataclass(frozen=True)
class Kind:
    """What an event of this kind says: whose doing it was, its icon, its sentence."""

    by: str
    icon: str
    sentence: str
    detail: str = ""


KINDS = {
    "captured": Kind(PROSPECT, "form", "Came in by {source}", "{lead_type}"),
    "joined": Kind(PROSPECT, "form", "Wrote again by {source}", "joined to this lead, nothing was doubled"),
    "details_arrived": Kind(PROSPECT, "form", "The details arrived from {source}"),
    "touched": Kind(PROSPECT, "eye", "Was active", "{touches} new touches"),
    "consent_withdrawn": Kind(
        PROSPECT, "off", "Does not want to be followed", "{deleted} touches were deleted"
    ),
    "woke": Kind(MACHINE, "sun", "Woke up: from nurture to the board", "scores {score} {band}"),
    "qualified": Kind(MACHINE, "bolt", "Scored {score} {band}", "{enquiry_class}; {route}"),
    "rescored": Kind(MACHINE, "bolt", "Scored again: {score} {band}", "the model or the playbook changed"),
    "all_rescored": Kind(MACHINE, "bolt", "Scored again with all open leads", "{leads} were scored again"),
    "score_overridden": Kind(PERSON, "pen", "{who} set the score to {score} {band}", "{reason}; {route}"),
    "class_corrected": Kind(PERSON, "pen", "{who} said it is: {class}", "the machine had read {was}"),
    "correction_undone": Kind(PERSON, "undo", "{who} took back: {class}", "the machine reads it again"),
    "automatic_again": Kind(PERSON, "undo", "{who} gave the score back to the machine"),
    "target_marked": Kind(MACHINE, "target", "Marked as a target account"),
    "target_unmarked": Kind(MACHINE, "target", "No target account any more"),
    "enriched": Kind(MACHINE, "link", "{provider} told about the company", "{fields}"),
    "clock_started": Kind(MACHINE, "clock", "{clock} clock began", "due {due}; rule {rule}"),
    "clock_met": Kind(MACHINE, "check", "{clock} was in time"),
    "clock_cancelled": Kind(MACHINE, "x", "{clock} clock ended", "{reason}"),
    "warned": Kind(MACHINE, "warn", "{clock} is nearly due", "{rep} was warned"),
    "breached": Kind(MACHINE, "over", "{clock} was missed", "due {due}, recorded {late} late; step {level}"),
    "escalated": Kind(MACHINE, "route", "Step {level}: {step}", "{rep}"),
    "claimed": Kind(PERSON, "check", "Claimed by {rep}", "contact by {due}"),
    "assigned": Kind(PERSON, "route", "Assigned to {rep}", "by {who}"),
    "rerouted": Kind(MACHINE, "route", "Offered to {rep}", "{reason}"),
    "released": Kind(PERSON, "undo", "{who} released the lead", "{reason}"),
    "accepted": Kind(PERSON, "check", "Accepted as SAL by {who}"),
    "rejected": Kind(PERSON, "x", "Rejected by {who}: {reason}", "{attempts} attempts"),
    "handed_back": Kind(
        MACHINE, "undo", "Handed back to marketing: {reason}", "{attempts} attempts by {rep}"
    ),
    "timed_out": Kind(MACHINE, "clock", "Nobody engaged for too long", "passed on: {desk}"),
    "action": Kind(PERSON, "phone", "{who}: {action}", "{outcome}"),
    "enrolled": Kind(MACHINE, "leaf", "Track “{track}” began"),
    "nurture_paused": Kind(MACHINE, "pause", "Track “{track}” paused at step {step}", "{reason}"),
    "nurture_resumed": Kind(MACHINE, "play", "Track “{track}” goes on at step {step}"),
    "nurture_sent": Kind(MACHINE, "mail", "Step {step} of “{track}” was sent"),
    "nurture_failed": Kind(MACHINE, "warn", "Step {step} of “{track}” did not go out", "{reason}"),
    "nurture_done": Kind(MACHINE, "check", "Track “{track}” is finished"),
    "nurture_stopped": Kind(MACHINE, "x", "Track “{track}” stopped", "{reason}"),
    "nurture_taken": Kind(PERSON, "leaf", "{who} took the lead into “{track}”"),
    "promoted": Kind(PERSON, "up", "{who} put the lead on the board"),
    "unsubscribed": Kind(PROSPECT, "mail", "Unsubscribed"),
    "suppressed": Kind(PERSON, "x", "Must not be contacted: {reason}"),
    "parked": Kind(PERSON, "snooze", "{who} parked the lead", "review {due}"),
    "sql_reached": Kind(PERSON, "up", "Became SQL"),
    "won": Kind(PERSON, "check", "Won"),
    "lost": Kind(PERSON, "x", "Lost: {reason}"),
    "disqualified": Kind(PERSON, "x", "Disqualified: {reason}"),
    "reopened": Kind(PERSON, "undo", "Reopened by {who}"),
    "repeated": Kind(PROSPECT, "form", "Wrote again by {source}", "one of many: nobody was woken"),
    "duplicate_suspected": Kind(MACHINE, "copy", "May be the same person as another lead"),
    "duplicate_dismissed": Kind(PERSON, "copy", "{who} said that another lead is somebody else"),
    "merged": Kind(PERSON, "copy", "Went into another lead of the same person"),
    "absorbed": Kind(PERSON, "copy", "Another lead of the same person went into this one", "merged by {who}"),
    "unmerged": Kind(PERSON, "undo", "{who} undid the merge with another lead"),
    "marked": Kind(MACHINE, "mail", "The contact data were checked", "{reason}"),
    "junked": Kind(PERSON, "off", "{who} put the lead on the junk desk"),
    "dropped": Kind(PERSON, "x", "{who} looked at it: it is junk", "off the junk desk; it can be rescued"),
    "rescued": Kind(PERSON, "undo", "{who} rescued the lead from the junk desk"),
    "erased": Kind(PERSON, "off", "The person was erased", "{reason}"),
    "answered": Kind(MACHINE, "mail", "A polite answer was sent"),
    "answer_spared": Kind(MACHINE, "mail", "No polite answer", "this address had one before"),
    "answer_failed": Kind(MACHINE, "warn", "The polite answer did not go out", "{reason}"),
}


class Words(dict):
    """Facts for a sentence; what is not known reads as nothing."""

    def __missing__(self, key):
        """Return an empty text for a fact that the event does not carry."""
        return ""


def sentence(event, words=None):
    """Return (headline, detail) of an event; `words` overrides facts by readable text (names, times).

    A clause of the detail of which a fact is not known is left out: nobody reads "was warned" of nobody.
    """
    kind = KINDS[event.kind]
    known = Words(event.facts | (words or {}))
    clauses = [clause.format_map(known) for clause in kind.detail.split("; ") if _is_known(clause, known)]
    return kind.sentence.format_map(known).strip(" ,;:"), "; ".join(clauses)


def _is_known(clause, known):
    """Is there a value for everything that a clause names?"""
    return all(known[name] not in ("", None) for _, name, _, _ in FORMATTER.parse(clause) if name)
