"""The numbers of a calculator: worked out from the answers, and written as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadboard.forms.formula import FormulaError, parse, rounded
from leadboard.forms.schema import Definition, Figure

PREFIXES = ("$", "€", "£", "¥", "CHF")


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
            shown.append(Shown(figure.name, figure.label, None, "–", "These answers give no result here."))
        else:
            value = values[figure.name]
            shown.append(Shown(figure.name, figure.label, value, written(figure, value), figure.text))
    return shown


def written(figure: Figure, value: float) -> str:
    """Return a value as text: 1234.5 as "€1,234.50", "1,235 hours" or "12 %" (0.12 as percent)."""
    value = value * 100 if figure.format == "percent" else value
    number = f"{rounded(value, figure.places):,.{figure.places}f}"
    number = number.removeprefix("-") if not number.strip("-0.,") else number
    if figure.format == "percent":
        return f"{number} %"
    if figure.format == "money" and figure.unit in PREFIXES:
        sign, digits = ("−", number[1:]) if number.startswith("-") else ("", number)
        return f"{sign}{figure.unit}{' ' if figure.unit.isalpha() else ''}{digits}"
    return f"{number} {figure.unit}".strip().replace("-", "−", 1)
