"""What chosen answers are worth: shares of the possible points per dimension, and the texts they lead to.

A question counts as far as it was asked and answered; ticking nothing of several is an answer, leaving one of
several open is none: what is unknown speaks against nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leadboard.forms import facts
from leadboard.forms.schema import Choice, Definition, Question, Result

Answers = Mapping[str, Any]  # {name: text, list of texts, number, True}; what was not answered is not in it
TOTAL = "total"


@dataclass(frozen=True)
class Scored:
    """`shares` of 0 to 100 by dimension and for the total, the texts for them, and what is advised."""

    shares: dict[str, int] = field(default_factory=dict)
    results: tuple[Result, ...] = ()
    advice: tuple[str, ...] = ()
    ticked: int = 0
    of: int = 0

    def facts(self) -> dict[str, Any]:
        """Return what qualification gets to know."""
        known: dict[str, Any] = {
            facts.SCORES[name]: share for name, share in self.shares.items() if name != TOTAL
        }
        if TOTAL in self.shares:
            known[facts.TOTAL] = self.shares[TOTAL]
        if self.results:
            known[facts.RESULT] = self.results[0].title
        return known


def score(definition: Definition, answers: Answers) -> Scored:
    """Return what the answers are worth."""
    counted = [question for question in definition.asks(*facts.CHOSEN) if _counts(question, answers)]
    shares = _shares(counted, answers)
    if definition.kind == "checklist":
        ticked, of = _ticked(counted, answers)
        shares.setdefault(TOTAL, round(100 * ticked / of) if of else 0)
    else:
        ticked = of = 0
    texts = (
        tuple(_texts(definition.results, shares)) if definition.kind in ("checklist", "assessment") else ()
    )
    return Scored(shares, texts, tuple(_advice(definition, counted, answers)), ticked, of)


def _counts(question: Question, answers: Answers) -> bool:
    return question.name in answers


def _is_chosen(question: Question, choice: Choice, answers: Answers) -> bool:
    given = answers[question.name]
    return choice.label in given if isinstance(given, list) else choice.label == given


def _shares(counted: list[Question], answers: Answers) -> dict[str, int]:
    """Return points reached of those possible, in percent, for each dimension that was asked about."""
    reached, possible = dict.fromkeys(facts.DIMENSIONS, 0), dict.fromkeys(facts.DIMENSIONS, 0)
    for question in counted:
        for dimension in facts.DIMENSIONS:
            each = [choice.points.get(dimension, 0) for choice in question.choices]
            possible[dimension] += sum(each) if question.type == "choices" else max(each, default=0)
            reached[dimension] += sum(
                choice.points.get(dimension, 0)
                for choice in question.choices
                if _is_chosen(question, choice, answers)
            )
    shares = {name: round(100 * reached[name] / most) for name, most in possible.items() if most}
    return shares | ({TOTAL: round(100 * sum(reached.values()) / sum(possible.values()))} if shares else {})


def _ticked(counted: list[Question], answers: Answers) -> tuple[int, int]:
    """Return how many of the answers to tick are ticked, and of how many."""
    lists = [question for question in counted if question.type == "choices"]
    return sum(len(answers[question.name]) for question in lists), sum(len(q.choices) for q in lists)


def _texts(results: list[Result], shares: dict[str, int]):
    """Yield the highest text that each score reaches, that of the whole first."""
    for name in (TOTAL, *facts.DIMENSIONS):
        fitting = [
            result for result in results if result.of == name and result.at_least <= shares.get(name, -1)
        ]
        if fitting:
            yield fitting[-1]


def _advice(definition: Definition, counted: list[Question], answers: Answers):
    """Yield what is advised: in a checklist for what is not ticked, else for what was chosen."""
    for question in counted:
        for choice in question.choices:
            chosen = _is_chosen(question, choice, answers)
            if choice.advice and chosen != (definition.kind == "checklist" and question.type == "choices"):
                yield choice.advice
