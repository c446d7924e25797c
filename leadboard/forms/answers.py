"""What was typed into the questions: read strictly, kept as typed, refused with a sentence beside it, in the
language of the form.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from leadboard.capture import contact
from leadboard.forms.countries import countries
from leadboard.forms.schema import Question
from leadboard.forms.words import Words, words_of

LONGEST_LINE, LONGEST_TEXT, LONGEST_HIDDEN = 200, 5_000, 500
NUMBER = re.compile(r"[+\-−]?(?:\d{1,13}(?:[.,]\d{0,10})?|[.,]\d{1,10})", re.ASCII)
GROUPED = r"[+\-−]?\d{{1,3}}(?:{0}\d{{3}}){{1,4}}(?:{1}\d{{0,10}})?"
SPACES = re.compile("(?<=\\d)[ '’\u00a0\u2009\u202f](?=\\d{3}(?!\\d))")
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
    """What is wrong with an answer: a key of `words`, and what stands in braces there."""

    def __init__(self, key: str, **values: object):
        super().__init__(key)
        self.key, self.values = key, values


def texts(value: Any) -> list[str]:
    """Return the texts in a value of a body; anything else (a file, an object) says nothing."""
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def read(questions: list[Question], fields: Mapping[str, Any], language: str = "en") -> Read:
    """Return what the fields of a body answer to these questions."""
    result, words = Read(), words_of(language)
    for question in questions:
        typed = result.typed[question.name] = texts(fields.get(question.name))
        given = [text.strip() for text in typed if text.strip()]
        try:
            answer = _answer(question, given, words)
        except Refused as refusal:
            result.errors[question.name] = words.say(refusal.key, **refusal.values)
        else:
            if answer is not None:
                result.answers[question.name] = answer
    return result


def _answer(question: Question, given: list[str], words: Words) -> Any:
    """Return the answer, None when it was left open and may be; raises Refused."""
    if question.type == "hidden":
        return (CONTROL.sub("", given[0])[:LONGEST_HIDDEN] if given else question.default) or None
    if question.type == "choices":
        return _several(question, given)
    if not given:
        if question.required:
            missing = f"missing_{question.type}"
            raise Refused(missing if missing in words else "missing")
        return None
    if question.type == "number":
        return _number(question, given[0], words)
    return READERS.get(question.type, _line)(question, given[0])


def _several(question: Question, given: list[str]) -> list[str] | None:
    labels = [choice.label for choice in question.choices]
    if any(text not in labels for text in given):
        raise Refused("not_shown")
    if not given and question.required:
        raise Refused("missing_choices")
    return [label for label in labels if label in given]


def _line(question: Question, text: str) -> str:
    if len(text) > LONGEST_LINE:
        raise Refused("too_long", most=LONGEST_LINE)
    if CONTROL.search(text) or "\n" in text or "\r" in text:
        raise Refused("one_line")
    return text


def _text(question: Question, text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise Refused("too_long", most=LONGEST_TEXT)
    return CONTROL.sub("", text)


def _email(question: Question, text: str) -> str:
    if len(text) > 254 or contact.canonical_email(text) is None:
        raise Refused("email")
    return text


def _phone(question: Question, text: str) -> str:
    """Be content with what people write; whether it can be called is marked on the lead, not refused here."""
    if len(text) > 60 or sum(letter.isdigit() for letter in text) not in DIGITS or CONTROL.search(text):
        raise Refused("phone")
    return text


def _country(question: Question, text: str) -> str:
    if text not in countries():
        raise Refused("country")
    return text


def _choice(question: Question, text: str) -> str:
    if text not in [choice.label for choice in question.choices]:
        raise Refused("not_shown")
    return text


def _number(question: Question, text: str, words: Words) -> float | int:
    """Take a number as the form's language writes it, and a decimal point or comma in any: "1,234" is 1234 in
    English and 1.234 in German, "1.5" and "1,5" are one and a half in both.
    """
    value = float(_plain_number(text, words))
    if question.at_least is not None and value < question.at_least:
        raise Refused("at_least", least=_spelled(question.at_least, words))
    if question.at_most is not None and value > question.at_most:
        raise Refused("at_most", most=_spelled(question.at_most, words))
    return int(value) if value.is_integer() else value


def _spelled(value: float, words: Words) -> str:
    return words.written(f"{value:,.10f}".rstrip("0").rstrip("."))


def _plain_number(text: str, words: Words) -> str:
    thousands, point = words.signs
    text = SPACES.sub("", text)
    if re.fullmatch(GROUPED.format(re.escape(thousands), re.escape(point)), text, re.ASCII):
        text = text.replace(thousands, "")
    if not NUMBER.fullmatch(text):
        raise Refused("number_wrong")
    return text.replace(",", ".").replace("−", "-")


def _date(question: Question, text: str) -> str:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        day = None
    if day is None or not EARLIEST <= day <= LATEST:
        raise Refused("date")
    return text


def _consent(question: Question, text: str) -> bool:
    return True


READERS: dict[str, Callable[[Question, str], Any]] = {
    "email": _email, "phone": _phone, "country": _country, "message": _text, "choice": _choice,
    "date": _date, "consent": _consent,
}  # fmt: skip
