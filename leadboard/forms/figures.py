"""The numbers of a calculator: worked out from the answers, and written as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadboard.forms.formula import FormulaError, parse, rounded
from leadboard.forms.schema import Definition, Figure
from leadboard.forms.words import Words, words_of

PREFIXES = ("$", "€", "£", "¥", "CHF")
ENGLISH = (",", ".")


@dataclass(frozen=True)
class Shown:
    """A figure as the prospect sees it; `value` is None when these answers have no result."""

    name: str
    label: str
    value: float | None
    shown: str
    text: str


def work_out(definition: Definition, answers: Mapping[str, Any]) -> list[Shown]:
    """Return the figures in their order. One without a result (a question left open, ÷ 0) says so, and so do
    those that build on it.
    """
    if definition.kind != "calculator":
        return []
    words = words_of(definition.language)
    values = {
        question.name: float(answers[question.name])
        for question in definition.asks("number")
        if isinstance(answers.get(question.name), int | float)
    }
    shown = []
    for figure in definition.figures:
        try:
            values[figure.name] = rounded(parse(figure.formula).value(values), 10)
        except (FormulaError, OverflowError):
            shown.append(Shown(figure.name, figure.label, None, "–", words["no_result"]))
        else:
            value = values[figure.name]
            shown.append(Shown(figure.name, figure.label, value, written(figure, value, words), figure.text))
    return shown


def written(figure: Figure, value: float, words: Words | None = None) -> str:
    """Return a value as text: 1234.5 as "€1,234.50", "1,235 hours" or "12 %" (0.12 as percent); with words of
    another language by its signs, and money with its unit behind.
    """
    words = words or words_of("en")
    value = value * 100 if figure.format == "percent" else value
    number = f"{rounded(value, figure.places):,.{figure.places}f}"
    number = number.removeprefix("-") if not number.strip("-0.,") else number
    if figure.format == "percent":
        return f"{words.written(number)} %"
    if figure.format == "money" and figure.unit in PREFIXES and words.signs == ENGLISH:
        sign, digits = ("−", number[1:]) if number.startswith("-") else ("", number)
        return f"{sign}{figure.unit}{' ' if figure.unit.isalpha() else ''}{digits}"
    return f"{words.written(number)} {figure.unit}".strip().replace("-", "−", 1)


def while_typing(definition: Definition) -> dict[str, Any]:
    """Return what the browser needs to work the figures out while people type: formulas as steps, how results
    are written, how numbers are read.
    """
    if definition.kind != "calculator" or not definition.live:
        return {}
    words = words_of(definition.language)
    return {
        "signs": words.signs,
        "inputs": [question.name for question in definition.asks("number")],
        "figures": [
            {"name": figure.name, "steps": parse(figure.formula).steps, "format": figure.format,
             "unit": figure.unit, "places": figure.places,
             "before": figure.format == "money" and figure.unit in PREFIXES and words.signs == ENGLISH}
            for figure in definition.figures
        ],
    }  # fmt: skip
