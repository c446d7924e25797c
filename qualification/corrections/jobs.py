"""What the job runner calls; safe to run twice."""

import logging

from qualification.corrections import firm_words

log = logging.getLogger(__name__)


def refit() -> None:
    """Learn from the corrections so far."""
    found = firm_words.refit()
    if found:
        verdict = "is live" if found.is_live else "is not used"
        log.info(
            "word model %s %s: %s of %s new corrections right, %s before",
            found.number, verdict, found.right, found.held_out, found.right_before,
        )  # fmt: skip


def forget(lead_id: int) -> None:
    """Learn anew after a person was erased: without their text, if it had taught anything."""
    refit()


def sweep() -> None:
    """Learn what a lost job would have: the queue is no truth."""
    refit()
