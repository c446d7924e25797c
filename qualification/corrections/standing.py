"""What a person said about a lead and still holds, for whoever judges it."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection

from leadboard.leads.models import Lead
from leadboard.playbook import policy
from leadboard.playbook.schema import Playbook
from qualification.corrections.firm_words import text_hash, words_in_use
from qualification.corrections.models import Correction, Label, Override
from qualification.text.answers import by_answers
from qualification.text.classify import Classified, classify, readings_of

# Asked for each lead, so in plain SQL: half the price of the same by the ORM.
SAID = "SELECT lead_id, text_hash, label FROM corrections_correction WHERE lead_id = ANY(%s)"


def reader_of(leads: Sequence[Lead]) -> Callable[[Lead], Classified]:
    """Return what says of each of these leads what its message is: a person's word for this text before the
    machine's, which reads each different text once, and where it decides nothing the answers of the form.
    Raises WordsRefused.
    """
    model, version = words_in_use()
    with connection.cursor() as cursor:
        cursor.execute(SAID, [[lead.pk for lead in leads]])
        said = {(lead, text): Label(label) for lead, text, label in cursor.fetchall()}
    by_machine = cache(lambda text: classify(text, model, version))

    def read(lead: Lead) -> Classified:
        label = said.get((lead.pk, text_hash(lead.message))) if said else None
        found = by_answers(by_machine(lead.message), lead.extra)
        return _as_said(found, label, lead.message) if label else found

    return read


def _as_said(found: Classified, label: Label, text: str) -> Classified:
    """The machine's words stay where it had read the same, so that the page still shows what made the
    case.
    """
    if (found.enquiry_class, found.kind) != (label.enquiry_class, label.kind):
        found = found._replace(evidence=[], spans=[], readings=readings_of(text))
    return found._replace(enquiry_class=label.enquiry_class, kind=label.kind, confidence=1.0)


def correction_of(lead: Lead) -> Correction | None:
    """What a person said of the lead's message as it is now."""
    return (
        Correction.objects.select_related("by").filter(lead=lead, text_hash=text_hash(lead.message)).first()
    )


def is_about_the_text(said: Correction) -> bool:
    """Was it said of the message as it is now, so that it still counts?"""
    return said.text_hash == text_hash(said.lead.message)


def seen(lead: Lead) -> str:
    """A mark of what stands about the lead's text: whoever acts on a page says by it what they had read."""
    said = correction_of(lead)
    return _mark(lead, said.pk if said else 0)


def unsaid(lead: Lead) -> str:
    """The same mark of a page on which nobody had said anything yet."""
    return _mark(lead, 0)


def _mark(lead: Lead, said: int) -> str:
    return f"{said}-{text_hash(lead.message)[:16]}"


def override_of(lead: Lead) -> Override | None:
    """The override that holds."""
    return Override.objects.select_related("by").filter(lead=lead, ended_at__isnull=True).first()


def overrides_of(leads: Sequence[Lead]) -> dict[int, Override]:
    """{lead id: the override that holds}."""
    held = Override.objects.filter(lead__in=[lead.pk for lead in leads], ended_at__isnull=True)
    return {one.lead_id: one for one in held}


def held_columns(held: Override | None, playbook: Playbook) -> dict[str, Any]:
    """The columns of the lead that no verdict may change while this override holds."""
    if held is None or held.score is None:
        return {}
    return {"score": held.score, "band": policy.band(playbook, held.score)}
