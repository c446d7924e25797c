"""What the page of a form draws: each question with what was typed, its error, and how it is filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import format_html

from leadboard.forms.answers import Read
from leadboard.forms.countries import countries
from leadboard.forms.schema import Definition, Question
from leadboard.forms.words import words_of

INPUTS = {"email": "email", "phone": "tel", "website": "url", "date": "date"}
# Browsers fill these in by themselves (WCAG 1.3.5).
AUTOCOMPLETE = {
    "name": "name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
    "title": "organization-title",
    "country": "country",
    "website": "url",
}


@dataclass(frozen=True)
class Asked:
    """One question on the page."""

    question: Question
    prefix: str = "q"
    typed: list[str] = field(default_factory=list)
    error: str = ""

    @property
    def id(self) -> str:
        """Return the id of its input."""
        return f"{self.prefix}-{self.question.name}"

    @property
    def focus(self) -> str:
        """Return the id of what takes the focus: of several answers the first."""
        return f"{self.id}-0" if self.question.type in ("choice", "choices") else self.id

    @property
    def called(self) -> str:
        """Return its label as part of a sentence."""
        return self.question.label.rstrip(" .:")

    @property
    def value(self) -> str:
        """Return what was typed."""
        return self.typed[0] if self.typed else ""

    @property
    def described_by(self) -> str:
        """Return the ids of its help and its error."""
        parts = [f"{self.id}-help"] if self.question.help else []
        return " ".join([*parts, f"{self.id}-error"] if self.error else parts)

    @property
    def input(self) -> str:
        """Return the type of its input."""
        return INPUTS.get(self.question.type, "text")

    @property
    def autocomplete(self) -> str:
        """Return what browsers may fill in; "off" where it is no matter of the person."""
        return AUTOCOMPLETE.get(self.question.type, "off")

    @property
    def options(self) -> list[tuple[int, str, bool]]:
        """Return (number, label, is it chosen) of the answers to choose from."""
        return [(n, c.label, c.label in self.typed) for n, c in enumerate(self.question.choices)]

    @property
    def countries(self) -> dict[str, str]:
        """Return {code: name} to choose from."""
        return countries()


def asked(questions: list[Question], read: Read | None = None, *, prefix: str = "q") -> list[Asked]:
    """Return the questions to draw; hidden ones are not among them."""
    read = read or Read()
    return [
        Asked(q, prefix, read.typed.get(q.name, []), read.errors.get(q.name, ""))
        for q in questions
        if q.type != "hidden"
    ]


def wrong(drawn: list[Asked]) -> list[Asked]:
    """Return the questions of which the answer was refused, for the summary."""
    return [one for one in drawn if one.error]


def preview(definition: Definition) -> dict[str, Any]:
    """Return the context of a form that is only looked at: as a stranger sees it."""
    questions = [question for question in definition.questions if not question.progressive]
    later = [question for question in definition.questions if question.progressive]
    said = words_of(definition.language)
    return {"definition": definition, "drawn": asked(questions, prefix="p"), "later": later, "words": said}


def best_answers(definition: Definition) -> dict[str, Any]:
    """Return answers that reach the most points, to show a marketer what follows a form."""
    found: dict[str, Any] = {}
    for question in definition.questions:
        worth = sorted(question.choices, key=lambda choice: -sum(choice.points.values()))
        if question.type == "choice":
            found[question.name] = worth[0].label
        elif question.type == "choices":
            found[question.name] = [choice.label for choice in question.choices[: len(worth) // 2 + 1]]
        elif question.type == "number":
            most, least = question.at_most, question.at_least or 0
            found[question.name] = 100.0 if most is None or least <= 100 <= most else most
    return found


def page(definition: Definition, questions: list[Question], read: Read | None = None) -> Mapping[str, Any]:
    """Return the context of a form that is filled in."""
    drawn = asked(questions, read)
    refused = wrong(drawn)
    said = words_of(definition.language)
    told = said["one_wrong"] if len(refused) == 1 else said.say("some_wrong", n=len(refused))
    return {"definition": definition, "drawn": drawn, "wrong": refused, "wrong_words": told}


def outcome(definition: Definition, shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of what follows a form: its texts, and what was reached, in the form's language."""
    said = words_of(definition.language)
    key, first = ("done_of", "ticked") if shown.get("of") else ("share", "share")
    bold = {first: format_html("<b>{}</b>", shown.get(first))}
    counted = format_html(said[key], **{"of": shown.get("of")} | bold)
    return {"definition": definition, "outcome": shown, "counted": counted, "words": said}
