"""Formulas agree with Python's own arithmetic, and nothing but their own error ever comes out."""

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from leadboard.forms.figures import written
from leadboard.forms.formula import FormulaError, parse
from leadboard.forms.schema import Figure

VALUES = {"hours": 12.5, "rate": 80.0, "zero": 0.0, "people_2": 3.0}


def half_up(value, places=0):
    """Round as people do, by way of Decimal."""
    if not math.isfinite(value):
        raise OverflowError
    exact = Decimal(repr(float(value)))
    step = Decimal(1).scaleb(-int(places))
    return (
        float(exact.quantize(step, rounding=ROUND_HALF_UP))
        if abs(exact) < Decimal(10) ** 15
        else float(value)
    )


def together(parts):
    """Return strategies of bigger expressions made of smaller ones."""
    binary = st.tuples(parts, st.sampled_from("+-*/"), parts).map(" ".join)
    grouped = parts.map(lambda text: f"({text})")
    signed = parts.map(lambda text: f"-({text})")
    least = st.lists(parts, min_size=2, max_size=3).map(lambda all_: f"min({', '.join(all_)})")
    most = st.lists(parts, min_size=2, max_size=3).map(lambda all_: f"max({', '.join(all_)})")
    rounding = st.tuples(parts, st.integers(0, 3)).map(lambda pair: f"round({pair[0]}, {pair[1]})")
    return st.one_of(binary, grouped, signed, least, most, rounding)


NUMBERS = st.decimals(0, 9999, places=2, allow_nan=False).map(lambda number: f"{number:f}")
EXPRESSIONS = st.recursive(st.one_of(NUMBERS, st.sampled_from(sorted(VALUES))), together, max_leaves=12)


@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS.filter(lambda text: len(text) <= 500))
def test_a_formula_gives_what_python_gives(text):
    names = VALUES | {"min": min, "max": max, "round": half_up, "__builtins__": {}}
    try:
        expected = eval(text, names)
    except (ZeroDivisionError, OverflowError):
        expected = None
    if expected is None or not math.isfinite(expected):
        with pytest.raises(FormulaError):
            parse(text).value(VALUES)
    else:
        assert parse(text).value(VALUES) == expected
        assert parse(text.replace("*", "×").replace("/", "÷").replace("-", "−")).value(VALUES) == expected


@settings(max_examples=500, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text("()+-*/×÷−,. 0123456789abcmaxinroud_", max_size=600)))
@example("(" * 500)
@example("-" * 499 + "1")
@example("max(" * 100)
@example("round(1, 0.5)")
@example("round(1, 1/3)")
@example("9" * 400)
@example("__import__('os')")
@example("１+1")
def test_whatever_is_written_only_a_formula_error_comes_out(text):
    try:
        value = parse(text).value(VALUES)
    except FormulaError as refusal:
        value = refusal.place
        assert value <= 502
    assert math.isfinite(value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("1 +", 4),
        ("(1", 3),
        ("1 2", 3),
        ("2 ** 3", 4),
        ("a.b", 2),
        ("sum(1)", 1),
        ("min", 1),
        ("1 $", 3),
    ],
)
def test_an_error_says_where(text, place):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert caught.value.place == place


@pytest.mark.parametrize(
    ("figure", "value", "shown"),
    [
        ({"format": "money", "unit": "€", "places": 2}, 1234.5, "€1,234.50"),
        ({"format": "money", "unit": "CHF"}, -1234.5, "−CHF 1,235"),
        ({"format": "percent"}, 0.125, "13 %"),
        ({"unit": "hours"}, -0.4, "0 hours"),
        ({}, 1e15, "1,000,000,000,000,000"),
    ],
)
def test_results_are_written_as_people_read_them(figure, value, shown):
    assert (
        written(Figure.model_validate({"name": "f", "label": "F", "formula": "1"} | figure), value) == shown
    )
