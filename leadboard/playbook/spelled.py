"""A condition as a person would say it: "title contains a match of “director”, and pages is known"."""

from collections.abc import Callable
from typing import Any

from leadboard.playbook.conditions import TESTS, Condition

LONGEST_LIST = 8


def spelled(condition: Condition) -> str:
    """The condition in words; conditions inside of others stand in brackets."""
    if condition.any is not None:
        return ", or ".join(map(_inner, condition.any))
    if condition.all is not None:
        return ", and ".join(map(_inner, condition.all))
    asked = {test: value for test in TESTS if (value := getattr(condition, test)) is not None}
    name = (condition.field or "").replace("_", " ")
    return f"{name} {' and '.join(SAYS[test](value) for test, value in asked.items())}"


def _inner(condition: Condition) -> str:
    words = spelled(condition)
    return f"({words})" if condition.any is not None or condition.all is not None else words


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")


def _listed(values: list[Any]) -> str:
    shown = ", ".join(map(_value, values[:LONGEST_LIST]))
    rest = len(values) - LONGEST_LIST
    return f"{shown} and {rest} more" if rest > 0 else shown


SAYS: dict[str, Callable[[Any], str]] = {
    "present": lambda asked: "is known" if asked else "is not known",
    "equals": lambda asked: f"is {_value(asked)}",
    "in_": lambda asked: f"is one of {_listed(asked)}",
    "not_in": lambda asked: f"is none of {_listed(asked)}",
    "matches": lambda asked: f"matches “{asked}”",
    "contains": lambda asked: f"contains “{asked}”",
    "at_least": lambda asked: f"is at least {_value(asked)}",
    "at_most": lambda asked: f"is at most {_value(asked)}",
}
