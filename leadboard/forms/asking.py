"""Which questions somebody is asked: what is known is not asked again, the next of the queue is. Pure."""

from typing import Any

from leadboard.forms.facts import PERSON
from leadboard.forms.schema import Definition, Question
from leadboard.leads.models import Lead
from leadboard.playbook.conditions import is_known

# What is said anew each time, whoever comes.
EACH_TIME = ("message", "consent", "hidden")
SUBSTANCE = ("choice", "choices", "number")


def questions_for(definition: Definition, lead: Lead | None) -> list[Question]:
    """Return what this person is asked, in the form's order.

    A stranger is asked all that is not marked for later. Of somebody known nothing is asked twice; instead
    come the next questions of the queue, so many per visit. What an assessment, checklist or calculator is
    made of is always asked.
    """
    if lead is None:
        return [question for question in definition.questions if not question.progressive]
    open_ones = [question for question in definition.questions if _is_open(definition, question, lead)]
    queue = [question.name for question in open_ones if question.progressive][: definition.progressive]
    return [question for question in open_ones if not question.progressive or question.name in queue]


def _is_open(definition: Definition, question: Question, lead: Lead) -> bool:
    if question.type in EACH_TIME:
        return True
    if definition.kind != "form" and question.type in SUBSTANCE and not question.progressive:
        return True
    return not is_known(_known(question, lead))


def _known(question: Question, lead: Lead) -> Any:
    if question.type not in PERSON:
        return lead.extra.get(question.name)
    if any(mark["mark"] == f"{question.type}_invalid" for mark in lead.marks):
        return None
    return getattr(lead, question.type)
