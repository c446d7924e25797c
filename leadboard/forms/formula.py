"""Arithmetic that a marketer writes: + - × ÷, parentheses, min, max, round and the names of numbers.

`parse()` reads a formula and says where it is wrong; `Formula.value()` works it out. Nothing else is ever
raised than FormulaError, and nothing of the text is run as code.

    (hours * rate) × 12          names are those of the questions that ask for a number
    max(0, round(x ÷ 3, 2))      round(x) or round(x, places), halves away from zero, as people round
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

LONGEST, DEEPEST = 500, 40
MOST_PLACES = 10
LARGEST = 1e300
TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/(),×÷−]))", re.ASCII)
SIGNS = {"×": "*", "÷": "/", "−": "-"}
Values = Mapping[str, float]
Node = Callable[[Values], float]


class FormulaError(Exception):
    """What is wrong, and at which character of the formula (1 is the first; 0: not in the text)."""

    def __init__(self, words: str, place: int = 0):
        super().__init__(f"{words} (at character {place})" if place else words)
        self.words, self.place = words, place


@dataclass(frozen=True)
class Formula:
    """A formula that was read: `names` are the numbers it needs; `steps` are the same in postfix order for
    the browser: a number, "=name", one of + - * /, "neg", or a function and how many it takes ("min 2").
    """

    names: tuple[str, ...]
    node: Node
    steps: tuple[float | str, ...] = ()

    def value(self, values: Values) -> float:
        """Return the result, a finite number; FormulaError when there is none (÷ 0, too large, unknown)."""
        try:
            result = float(self.node(values))
        except KeyError as missing:
            raise FormulaError(f"{missing.args[0]} is not known") from None
        except OverflowError:
            raise FormulaError("the result is too large") from None
        if not math.isfinite(result):
            raise FormulaError("the result is too large")
        return result


def parse(text: str) -> Formula:
    """Return the formula written in `text`; FormulaError names the first place that is wrong."""
    if len(text) > LONGEST:
        raise FormulaError(f"a formula has at most {LONGEST} characters", LONGEST + 1)
    reader = _Reader(_tokens(text), len(text) + 1)
    node = reader.sum(0)
    sign, place = reader.peek()
    if sign:
        raise FormulaError(f"{sign} is not expected", place)
    return Formula(tuple(dict.fromkeys(reader.names)), node, tuple(reader.steps))


def rounded(value: float, places: float = 0) -> float:
    """Return a number with so many decimals, halves away from zero: 2.5 → 3, -2.5 → -3."""
    if not math.isfinite(value) or abs(value) > LARGEST:
        raise OverflowError
    if not 0 <= places <= MOST_PLACES or places != int(places):
        raise FormulaError(f"round takes 0 to {MOST_PLACES} places")
    step = Decimal(1).scaleb(-int(places))
    exact = Decimal(repr(float(value)))
    digits = exact.adjusted() + int(places) + 2
    if digits > 27:  # a float has no more than 17 digits: nothing to round so far to the left
        return float(value)
    return float(exact.quantize(step, rounding=ROUND_HALF_UP))


def _divide(left: float, right: float) -> float:
    if right == 0:
        raise FormulaError("divided by zero")
    return left / right


FUNCTIONS: dict[str, tuple[int, int, Callable[..., float]]] = {
    "min": (1, 20, lambda *values: min(values)),
    "max": (1, 20, lambda *values: max(values)),
    "round": (1, 2, rounded),
}
OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
}


def _tokens(text: str) -> list[tuple[str, int]]:
    """Return (sign, name or number; place) for each part of the text."""
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if match is None:
            place = at + len(text[at:]) - len(text[at:].lstrip())
            raise FormulaError(f"{text[place]!r} cannot stand in a formula", place + 1)
        part = match[1] or match[2] or SIGNS.get(match[3], match[3])
        found.append((part, match.start(match.lastindex or 0) + 1))
        at = match.end()
    return found


class _Reader:
    """Reads from left to right; each method takes one kind of thing and how deep it lies."""

    def __init__(self, tokens: list[tuple[str, int]], end: int):
        self.tokens, self.end, self.at = tokens, end, 0
        self.names: list[str] = []
        self.steps: list[float | str] = []

    def peek(self) -> tuple[str, int]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", self.end)

    def take(self) -> tuple[str, int]:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, sign: str) -> None:
        found, place = self.take()
        if found != sign:
            raise FormulaError(f"{sign} is missing", place)

    def sum(self, depth: int) -> Node:
        return self._chain(("+", "-"), self.product, depth)

    def product(self, depth: int) -> Node:
        return self._chain(("*", "/"), self.signed, depth)

    def _chain(self, signs: tuple[str, ...], operand: Callable[[int], Node], depth: int) -> Node:
        """Fold to the left in one loop, so that a long sum is no deep one."""
        first, rest = operand(depth), []
        while self.peek()[0] in signs:
            sign, _ = self.take()
            rest.append((OPERATIONS[sign], operand(depth)))
            self.steps.append(sign)

        def chain(values: Values) -> float:
            result = first(values)
            for operation, other in rest:
                result = operation(result, other(values))
            return result

        return chain if rest else first

    def signed(self, depth: int) -> Node:
        negative = False
        while self.peek()[0] in ("+", "-"):
            negative ^= self.take()[0] == "-"
        node = self.atom(depth)
        self.steps += ["neg"] if negative else []
        return (lambda values: -node(values)) if negative else node

    def atom(self, depth: int) -> Node:
        part, place = self.take()
        if depth > DEEPEST:
            raise FormulaError(f"more than {DEEPEST} parentheses are nested", place)
        if not part:
            raise FormulaError("a number or a name is missing", place)
        if part == "(":
            node = self.sum(depth + 1)
            self.expect(")")
            return node
        if part[0].isdigit() or part[0] == ".":
            return self._number(part, place)
        if part[0].isalpha() or part[0] == "_":
            return self._call(part, place, depth) if self.peek()[0] == "(" else self._name(part, place)
        raise FormulaError(f"{part} is not expected", place)

    def _number(self, part: str, place: int) -> Node:
        number = float(part)
        if number > LARGEST:
            raise FormulaError("the number is too large", place)
        self.steps.append(number)
        return lambda values: number

    def _name(self, name: str, place: int) -> Node:
        if name in FUNCTIONS:
            raise FormulaError(f"{name} needs parentheses", place)
        self.names.append(name)
        self.steps.append(f"={name}")
        return lambda values: values[name]

    def _call(self, name: str, place: int, depth: int) -> Node:
        if name not in FUNCTIONS:
            raise FormulaError(f"there is no {name}(); there are {', '.join(FUNCTIONS)}", place)
        least, most, function = FUNCTIONS[name]
        self.expect("(")
        given = [self.sum(depth + 1)]
        while self.peek()[0] == ",":
            self.take()
            given.append(self.sum(depth + 1))
        self.expect(")")
        if not least <= len(given) <= most:
            raise FormulaError(f"{name} takes {least} to {most} numbers", place)
        self.steps.append(f"{name} {len(given)}")
        return lambda values: function(*(node(values) for node in given))
