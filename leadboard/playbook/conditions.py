"""Conditions on the facts about a lead.

Facts are a dict, all of them optional; a firm's own mapped fields stand beside ours. A fact that is
unknown, or of another kind than the condition expects, makes the condition false and never an error; only
`not_in` and `present: false` hold for an unknown fact. Text is compared without case.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from leadboard.playbook.patterns import check_pattern, is_found
from leadboard.playbook.values import Line, Section

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,59}$")]
Plain = str | bool | int | float
Choices = Annotated[list[Plain], Field(min_length=1, max_length=500)]
TESTS = ("present", "equals", "in_", "not_in", "matches", "contains", "at_least", "at_most")


class Condition(Section):
    """One test of one fact (`field` and a test), or `any` / `all` of several conditions."""

    field: FieldName | None = None
    present: bool | None = None
    equals: Plain | None = None
    in_: Choices | None = Field(None, alias="in")
    not_in: Choices | None = None
    matches: Annotated[str, AfterValidator(check_pattern)] | None = None
    contains: Line | None = None
    at_least: int | float | None = None
    at_most: int | float | None = None
    any: Annotated[list["Condition"], Field(min_length=1, max_length=50)] | None = None
    all: Annotated[list["Condition"], Field(min_length=1, max_length=50)] | None = None

    @model_validator(mode="after")
    def _is_one_question(self) -> "Condition":
        groups = [name for name in ("any", "all") if getattr(self, name) is not None]
        tests = [name for name in TESTS if getattr(self, name) is not None]
        if groups and (len(groups) > 1 or tests or self.field):
            raise ValueError("either a field with a test, or any, or all")
        if not groups and (self.field is None or not tests):
            raise ValueError(
                "needs a field and a test: present, equals, in, not_in, matches, contains, at_least, at_most"
            )
        return self

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the facts fulfil every test of this condition."""
        if self.any is not None:
            return any(condition.holds(facts) for condition in self.any)
        if self.all is not None:
            return all(condition.holds(facts) for condition in self.all)
        value = facts.get(self.field or "")
        return all(HOLDS[test](value, asked) for test in TESTS if (asked := getattr(self, test)) is not None)

    def fields(self) -> list[str]:
        """The facts it looks at, in order, each once."""
        nested = [name for condition in [*(self.any or ()), *(self.all or ())] for name in condition.fields()]
        return list(dict.fromkeys([self.field, *nested] if self.field else nested))


def is_known(value: Any) -> bool:
    """Whether a fact says anything; False and 0 do, blank text and empty lists do not."""
    return (
        value is not None
        and value != []
        and value != {}
        and not (isinstance(value, str) and not value.strip())
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _same(value: Any, asked: Plain) -> bool:
    if isinstance(value, str) and isinstance(asked, str):
        return value.strip().casefold() == asked.strip().casefold()
    if isinstance(value, bool) or isinstance(asked, bool):
        return value is asked
    return _is_number(value) and _is_number(asked) and value == asked


def _texts(value: Any) -> list[str]:
    return [text for text in (value if isinstance(value, list | tuple) else [value]) if isinstance(text, str)]


def _is_among(value: Any, asked: list[Plain]) -> bool:
    values = value if isinstance(value, list | tuple) else [value]
    return any(_same(one, choice) for one in values for choice in asked)


HOLDS = {
    "present": lambda value, asked: is_known(value) is asked,
    "equals": _same,
    "in_": _is_among,
    "not_in": lambda value, asked: not _is_among(value, asked),
    "matches": lambda value, asked: any(is_found(asked, text) for text in _texts(value)),
    "contains": lambda value, asked: any(asked.casefold() in text.casefold() for text in _texts(value)),
    "at_least": lambda value, asked: _is_number(value) and value >= asked,
    "at_most": lambda value, asked: _is_number(value) and value <= asked,
}
