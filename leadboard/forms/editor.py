"""What the builder draws: one box for each thing that can be typed, with its error where there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from leadboard.forms import facts
from leadboard.forms.facts import DIMENSIONS
from leadboard.forms.options import FORMATS, KINDS, SCORES, SPOKEN, TYPES, Options
from leadboard.playbook import versions

Data = dict[str, Any]
TICKS = (
    ("required", "Required", {"kind": "check"}),
    ("progressive", "Asked later, of people we know", {"kind": "check"}),
)
BLANK_ROWS = 2


@dataclass(frozen=True)
class Box:
    """One input of the builder; `path` is its name and the place that errors name."""

    path: str
    label: str
    value: Any = ""
    kind: str = "text"
    help: str = ""
    options: Options = field(default_factory=list)
    error: str = ""

    @property
    def id(self) -> str:
        """Return its id."""
        return "b-" + self.path.replace(".", "-")

    @property
    def shown(self) -> str:
        """Return the value as it is typed: 5.0 as 5, nothing as nothing."""
        return (
            f"{self.value:g}"
            if isinstance(self.value, float)
            else str(self.value if self.value is not None else "")
        )

    @property
    def described_by(self) -> str:
        """Return the ids of its help and its error."""
        return " ".join(
            filter(None, (f"{self.id}-help" if self.help else "", f"{self.id}-error" if self.error else ""))
        )


@dataclass(frozen=True)
class Card:
    """One question in the builder."""

    number: int
    type: str
    type_label: str
    is_first: bool
    is_last: bool
    main: list[Box]
    more: list[Box]
    choices: list[tuple[Box, list[Box]]]
    has_points: bool
    error: str = ""


class Editor:
    """Draws a definition, right or wrong; `errors` are {place: sentence}."""

    def __init__(self, data: Data, errors: Mapping[str, str], *, name: str, slug: str):
        self.data, self.errors = data, errors
        self.form_name, self.slug = name, slug

    def box(self, path: str, label: str, value: Any, **more: Any) -> Box:
        """Return the box of a place."""
        return Box(path, label, value, error=self.errors.get(path, ""), **more)

    def rows(self, prefix: str, data: Data, *columns: tuple) -> list[Box]:
        """Return boxes for some keys of a part of the data: (key, label, what else)."""
        return [self.box(f"{prefix}{key}", label, data.get(key, ""), **more) for key, label, more in columns]

    def head(self) -> list[Box]:
        """Return what the form is and says first."""
        own = [
            self.box(
                "form.name", "Name", self.form_name, help="For you; it is also the source of its leads."
            ),
            self.box("form.slug", "Address", self.slug, help="The page is at /f/<address>/."),
        ]
        return own + self.rows(
            "",
            self.data,
            (
                "language",
                "Language",
                {
                    "kind": "select",
                    "options": SPOKEN,
                    "help": "Of what the page says by itself, and of its numbers.",
                },
            ),
            ("title", "Title", {}),
            ("intro", "Introduction", {"kind": "area"}),
            ("button", "Text of the button", {}),
        )

    def kind(self) -> Box:
        """Return the choice of the kind."""
        return self.box("kind", "Kind", self.data.get("kind", "form"), kind="select", options=KINDS)

    def end(self) -> list[Box]:
        """Return what is said afterwards."""
        return self.rows(
            "thanks.",
            self.data.get("thanks", {}),
            ("title", "Title", {}),
            ("text", "Text", {"kind": "area"}),
            ("link", "Address of a button", {"help": "A download or a calendar. Empty: no button."}),
            ("link_label", "Text of that button", {}),
            ("at_once", "Lead there at once, without this page", {"kind": "check"}),
        )

    def where(self) -> list[Box]:
        """Return what becomes of it."""
        types = versions.active().lead_types
        known: Options = [(name, clause.words) for name, clause in types.items()]
        lead_types: Options = [("", "What the playbook reads in it"), *known]
        sites = {
            "kind": "area",
            "help": "One a line, like https://www.example.com. Empty: any site may show it.",
        }
        later = {"help": "How many of the questions asked later somebody known gets per visit (0 to 5)."}
        return [
            *self.rows(
                "",
                self.data,
                ("lead_type", "Its leads come for", {"kind": "select", "options": lead_types}),
                ("campaign", "Campaign", {"help": "Unless the address says one (utm_campaign)."}),
                ("progressive", "Questions later", later),
            ),
            self.box(
                "sites", "Sites that may show it", "\n".join(map(str, self.data.get("sites", []))), **sites
            ),
        ]

    def cards(self) -> list[Card]:
        """Return the questions."""
        questions = self.data["questions"]
        return [self._card(number, question, len(questions)) for number, question in enumerate(questions)]

    def _card(self, number: int, question: Data, count: int) -> Card:
        prefix, kind = f"questions.{number}.", question["type"]
        main = self.rows(
            prefix,
            question,
            ("label", *(("Text to agree to", {"kind": "area"}) if kind == "consent" else ("Question", {}))),
        )
        ticks = () if kind == "hidden" else TICKS[:1] if kind == "consent" else TICKS
        main += self.rows(prefix, question, *ticks)
        choices = [
            self._choice(f"{prefix}choices.{n}.", choice) for n, choice in enumerate(self._choices(question))
        ]
        given = question.get("choices") or []
        return Card(
            number,
            kind,
            str(dict(TYPES).get(kind, kind)),
            number == 0,
            number == count - 1,
            main,
            self._more(prefix, question),
            choices,
            any(choice.get("points") or choice.get("advice") for choice in given),
            " ".join(
                self.errors[path] for path in (f"{prefix}choices", f"{prefix}type") if path in self.errors
            ),
        )

    def _more(self, prefix: str, question: Data) -> list[Box]:
        kind: str = question["type"]
        columns: list[tuple[str, str, dict[str, Any]]] = []
        if kind != "hidden":
            columns.append(("help", "Help below the question", {}))
        if kind == "number":
            columns += [
                ("at_least", "Least", {"kind": "small"}),
                ("at_most", "Most", {"kind": "small"}),
                ("unit", "Unit", {"kind": "small"}),
            ]
        if kind == "hidden":
            columns.append(("default", "Value when the address says none", {}))
        if kind not in facts.PERSON:
            told = "The fact it becomes; scorecard and formulas call it so."
            told = "Filled from the address: ?name=value." if kind == "hidden" else told
            columns.append(("name", "Name", {"help": told}))
        return self.rows(prefix, question, *columns)

    def _choices(self, question: Data) -> list[Data]:
        given = question.get("choices") or []
        return [*given, *[{} for _ in range(BLANK_ROWS)]][:30] if question["type"] in facts.CHOSEN else []

    def _choice(self, prefix: str, choice: Data) -> tuple[Box, list[Box]]:
        said = str(choice.get("label", "")) or "a new answer"
        label = self.box(f"{prefix}label", f"Answer: {said}", choice.get("label", ""))
        points = [
            self.box(
                f"{prefix}points.{name}",
                f"{name.capitalize()}, {said}",
                choice.get("points", {}).get(name, ""),
                kind="small",
            )
            for name in DIMENSIONS
        ]
        return label, [*points, self.box(f"{prefix}advice", f"Advice, {said}", choice.get("advice", ""))]

    def results(self) -> list[list[Box]]:
        """Return the texts by range, with empty rows to add some."""
        given = [*self.data.get("results", []), *[{"at_least": ""} for _ in range(BLANK_ROWS)]]
        return [
            self.rows(
                f"results.{n}.",
                row,
                ("of", "Score", {"kind": "select", "options": SCORES}),
                ("at_least", "From", {"kind": "small"}),
                ("title", "Title", {}),
                ("text", "Text", {"kind": "area"}),
            )
            for n, row in enumerate(given)
        ]

    def figures(self) -> list[list[Box]]:
        """Return what is worked out, with empty rows to add some."""
        given = [*self.data.get("figures", []), *[{} for _ in range(BLANK_ROWS)]]
        return [
            self.rows(
                f"figures.{n}.",
                row,
                ("label", "What", {}),
                ("formula", "Formula", {"kind": "wide"}),
                ("format", "Shown as", {"kind": "select", "options": FORMATS}),
                ("unit", "Unit", {"kind": "small"}),
                ("places", "Decimals", {"kind": "small"}),
                ("text", "Explained", {"kind": "wide"}),
                ("name", "Name", {}),
            )
            for n, row in enumerate(given)
        ]

    def live(self) -> Box:
        """Return whether figures are shown while people type."""
        return self.box(
            "live",
            "Show the figures while people type, before they send",
            self.data.get("live", True),
            kind="check",
        )

    def numbers(self) -> str:
        """Return the names that formulas may use."""
        asked = [question["name"] for question in self.data["questions"] if question["type"] == "number"]
        return ", ".join([*asked, *(figure.get("name", "") for figure in self.data.get("figures", []))])

    def wrong(self) -> list[tuple[str, str]]:
        """Return (id of the box, sentence) for the summary."""
        return [(Box(path, "").id, f"{_place(path)}{words}") for path, words in self.errors.items()]


def _place(path: str) -> str:
    """Return a place as a person says it: "Question 3, label: "."""
    parts = [f"{part[:-1].capitalize()} {int(number) + 1}" for part, number in _pairs(path)]
    last = path.rpartition(".")[2]
    names = [*parts, *([last.replace("_", " ")] if last and not last.isdigit() else [])]
    return f"{', '.join(names)}: " if names else ""


def _pairs(path: str) -> list[tuple[str, str]]:
    parts = path.split(".")
    return [(name, number) for name, number in pairwise(parts) if number.isdigit()]
