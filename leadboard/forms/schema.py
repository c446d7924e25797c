"""What a form asks and says, as one validated document. `load()` is the way in.

Whatever is wrong comes back as a DefinitionError with the place ("questions.2.choices.0.points.budget") and
a sentence for each problem. The parts:

    kind        form, checklist, assessment or calculator
    questions   in their order; those of a PERSON type fill the column of the lead that is called so
    progressive how many of the questions marked `progressive` somebody known is asked per visit
    results     texts by range of a score (0 to 100): of the whole (`of: total`) or of one dimension
    figures     what a calculator works out, in order; a formula may use the figures before it
    live        whether its figures are shown while people type, too
    language    of what the page says by itself (words.yaml), and of its numbers
"""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from leadboard.forms.facts import Dimension
from leadboard.forms.words import Language
from leadboard.forms.wrong import wrong_in
from leadboard.playbook.values import Code, Line, Section
from leadboard.playbook.wording import problems_of

MOST_QUESTIONS = 40
HOST = re.compile(r"https?://(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?", re.ASCII)
LINK = re.compile(r"https?://[^\s\\]+", re.ASCII)


def _site(text: str) -> str:
    if not HOST.fullmatch(text):
        raise ValueError("a site is written like https://www.example.com, without a path")
    return text


def _link(text: str) -> str:
    if text and not LINK.fullmatch(text):
        raise ValueError("an address begins with https:// or http://")
    return text


Type = Literal[
    "name", "email", "phone", "company", "title", "country", "website", "message",
    "text", "choice", "choices", "number", "date", "consent", "hidden",
]  # fmt: skip
Kind = Literal["form", "checklist", "assessment", "calculator"]
Share = Annotated[int, Field(ge=0, le=100)]
Note = Annotated[str, StringConstraints(max_length=500)]
Passage = Annotated[str, StringConstraints(max_length=3000)]
Short = Annotated[str, StringConstraints(max_length=20, pattern=r"^[^\r\n]*$")]
Word = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\r\n]*$")]
Address = Annotated[str, StringConstraints(max_length=500), AfterValidator(_link)]
Site = Annotated[str, StringConstraints(max_length=200), AfterValidator(_site)]
Number = Annotated[float, Field(ge=-1e12, le=1e12)]


class Choice(Section):
    """One answer to choose: its points per dimension, and what to advise whoever chose it (in a checklist:
    whoever did not tick it).
    """

    label: Line
    points: dict[Dimension, Share] = {}
    advice: Note = ""


class Question(Section):
    """One question. `name` is the fact that the answer becomes (a PERSON type fills that column)."""

    name: Code
    type: Type
    label: Line
    help: Note = ""
    required: bool = False
    progressive: bool = False
    choices: Annotated[list[Choice], Field(max_length=30)] = []
    at_least: Number | None = None
    at_most: Number | None = None
    unit: Short = ""
    default: Word = ""

    @property
    def is_scored(self) -> bool:
        """Does any of its answers carry points?"""
        return any(choice.points for choice in self.choices)


class Result(Section):
    """A text for everybody whose score (of the whole, or of a dimension) is at least this."""

    of: Literal["total", "budget", "authority", "need", "timing"] = "total"
    at_least: Share
    title: Line
    text: Passage = ""


class Figure(Section):
    """A number that a calculator works out and shows; `text` explains how."""

    name: Code
    label: Line
    formula: Line
    format: Literal["number", "money", "percent"] = "number"
    unit: Short = ""
    places: Annotated[int, Field(ge=0, le=4)] = 0
    text: Note = ""


class Thanks(Section):
    """What is shown afterwards; with `link` a button leads on (the download, the calendar), with `at_once`
    the browser goes there by itself.
    """

    title: Line = "Thank you"
    text: Passage = "It reached us. We shall get back to you shortly."
    link: Address = ""
    link_label: Word = ""
    at_once: bool = False


class Definition(Section):
    """All that a form asks and says."""

    kind: Kind = "form"
    language: Language = "en"
    title: Line
    intro: Passage = ""
    questions: Annotated[list[Question], Field(min_length=1, max_length=MOST_QUESTIONS)]
    button: Annotated[Line, StringConstraints(max_length=60)] = "Send"
    thanks: Thanks = Thanks()
    results: Annotated[list[Result], Field(max_length=40)] = []
    figures: Annotated[list[Figure], Field(max_length=20)] = []
    live: bool = True
    progressive: Annotated[int, Field(ge=0, le=5)] = 2
    lead_type: Code | Literal[""] = ""
    campaign: Word = ""
    sites: Annotated[list[Site], Field(max_length=20)] = []

    def asks(self, *types: str) -> list[Question]:
        """Return the questions of these types, in their order."""
        return [question for question in self.questions if question.type in types]


class DefinitionError(Exception):
    """What is wrong with a definition: [(place, sentence)], each place once."""

    def __init__(self, problems: list[tuple[str, str]]):
        super().__init__("\n".join(f"{place}: {words}" for place, words in problems))
        self.problems = problems


def load(data: Any) -> Definition:
    """Return the definition that plain data describes; raises DefinitionError with everything wrong."""
    if not isinstance(data, dict):
        raise DefinitionError([("", "must be names with values")])
    try:
        definition = Definition.model_validate(data)
    except ValidationError as error:
        found = problems_of(error, data)
    else:
        found = list(wrong_in(definition))
    if found:
        problems = {".".join(map(str, path)): words for path, words in reversed(found)}
        raise DefinitionError(list(reversed(problems.items())))
    return definition
