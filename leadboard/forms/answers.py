"""What was typed into the questions: read strictly, kept as typed, refused with a sentence beside it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from leadboard.capture import contact
from leadboard.forms.countries import countries
from leadboard.forms.schema import Question

LONGEST_LINE, LONGEST_TEXT, LONGEST_HIDDEN = 200, 5_000, 500
NUMBER = re.compile(r"[+\-−]?(?:\d{1,13}(?:[.,]\d{0,10})?|[.,]\d{1,10})", re.ASCII)
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
DIGITS = range(5, 21)


@dataclass
class Read:
    """`answers` by name (what was left open is not in it), `errors` by name, `typed` to show again."""

    answers: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)


class Refused(Exception):
    """What is wrong with an answer, in a sentence for its sender."""


def texts(value: Any) -> list[str]:
    """Return the texts in a value of a body; anything else (a file, an object) says nothing."""
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def read(questions: list[Question], fields: Mapping[str, Any]) -> Read:
    """Return what the fields of a body answer to these questions."""
    result = Read()
    for question in questions:
        typed = result.typed[question.name] = texts(fields.get(question.name))
        given = [text.strip() for text in typed if text.strip()]
        try:
            answer = _answer(question, given)
        except Refused as refusal:
            result.errors[question.name] = str(refusal)
        else:
            if answer is not None:
                result.answers[question.name] = answer
    return result


def _answer(question: Question, given: list[str]) -> Any:
    """Return the answer, None when it was left open and may be; raises Refused."""
    if question.type == "hidden":
        return (CONTROL.sub("", given[0])[:LONGEST_HIDDEN] if given else question.default) or None
    if question.type == "choices":
        return _several(question, given)
    if not given:
        if question.required:
            raise Refused(MISSING.get(question.type, "Please fill this in."))
        return None
    return READERS.get(question.type, _line)(question, given[0])


MISSING = {
    "email": "Please enter your e-mail address.",
    "phone": "Please enter your phone number.",
    "name": "Please enter your name.",
    "choice": "Please choose one answer.",
    "country": "Please choose a country.",
    "consent": "Please tick this box to go on.",
}


def _several(question: Question, given: list[str]) -> list[str] | None:
    labels = [choice.label for choice in question.choices]
    if any(text not in labels for text in given):
        raise Refused("Please choose from the answers shown.")
    if not given and question.required:
        raise Refused("Please choose one answer at least.")
    return [label for label in labels if label in given]


def _line(question: Question, text: str) -> str:
    if len(text) > LONGEST_LINE:
        raise Refused(f"At most {LONGEST_LINE} characters, please.")
    if CONTROL.search(text) or "\n" in text or "\r" in text:
        raise Refused("One line without special signs, please.")
    return text


def _text(question: Question, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Refused(f"At most {LONGEST_TEXT:,} characters, please.")
    return CONTROL.sub("", text)


def _email(question: Question, text: str) -> str:
    if len(text) > 254 or contact.canonical_email(text) is None:
        raise Refused("Please enter an address like name@company.com.")
    return text


def _phone(question: Question, text: str) -> str:
    """Be content with what people write; whether it can be called is marked on the lead, not refused here."""
    if len(text) > 60 or sum(letter.isdigit() for letter in text) not in DIGITS or CONTROL.search(text):
        raise Refused("Please enter a number like +49 3641 123456.")
    return text


def _country(question: Question, text: str) -> str:
    if text not in countries():
        raise Refused("Please choose a country from the list.")
    return text


def _choice(question: Question, text: str) -> str:
    if text not in [choice.label for choice in question.choices]:
        raise Refused("Please choose from the answers shown.")
    return text


def _number(question: Question, text: str) -> float | int:
    """Take a decimal comma too; 1,234.5 with both signs is refused, for it is read in two ways."""
    if not NUMBER.fullmatch(text):
        raise Refused("Please enter a number such as 12 or 12.5.")
    value = float(text.replace(",", ".").replace("−", "-"))
    if question.at_least is not None and value < question.at_least:
        raise Refused(f"At least {question.at_least:g}, please.")
    if question.at_most is not None and value > question.at_most:
        raise Refused(f"At most {question.at_most:g}, please.")
    return int(value) if value.is_integer() else value


def _date(question: Question, text: str) -> str:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise Refused("Please enter a date as year-month-day, such as 2026-11-25.")
    return text


def _consent(question: Question, text: str) -> bool:
    return True


READERS: dict[str, Callable[[Question, str], Any]] = {
    "email": _email, "phone": _phone, "country": _country, "message": _text, "choice": _choice,
    "number": _number, "date": _date, "consent": _consent,
}  # fmt: skip
