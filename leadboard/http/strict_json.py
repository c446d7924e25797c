"""The one JSON parser for what comes from outside: RFC 8259 and nothing beside it, in bounded depth and
time.
"""

import json
import math
import re
from collections import Counter
from typing import Any

from leadboard.http.problems import Problem

DEEPEST = 64
LONGEST_NUMBER = 300
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# A string is taken whole even when its end is missing, so that the scan stays linear for any input.
STRING_OR_BRACKET = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)
SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def loads(data: bytes) -> Any:
    """Return the value of a JSON document in UTF-8 (a byte order mark is skipped).

    Raises Problem(400, "malformed_json") with the place and the reason for everything else: other
    encodings, more than 64 levels, a key twice in one object, NaN and Infinity, numbers that
    overflow or have over 300 characters, NUL characters, half surrogate pairs. `__proto__` and
    the like are plain keys.
    """
    text = _decode(data)
    _refuse_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _malformed(
            f"It is no JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from None
    if SUSPICIOUS_ESCAPE.search(text):
        _refuse_unstorable(value)
    return value


def _malformed(detail: str) -> Problem:
    return Problem(400, "malformed_json", detail)


def _decode(data: bytes) -> str:
    try:
        text = data.removeprefix(BYTE_ORDER_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"The body is not UTF-8: byte {error.start} cannot be read.") from None
    if "\x00" in text:
        raise _malformed("The body has a NUL character; JSON is read as UTF-8, not UTF-16 or UTF-32.")
    return text


def _refuse_depth(text: str) -> None:
    """Count the open brackets before the parser, which recurses, gets to see them."""
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    depth = 0
    for found in STRING_OR_BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > DEEPEST:
                raise _malformed(f"More than {DEEPEST} levels are nested, at character {found.start()}.")
        elif found[0] in "]}":
            depth -= 1


def _refuse_unstorable(value: Any) -> None:
    """Refuse texts that PostgreSQL cannot store: they can only have come from \\u escapes."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case str(text):
                if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
                    raise _malformed("A text has a NUL character or half a surrogate pair.")
            case dict(members):
                waiting += [*members.keys(), *members.values()]
            case list(items):
                waiting += items


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise _malformed(f"The key {twice[:100]!r} is there twice in one object.")
    return members


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise _malformed(f"A number has more than {LONGEST_NUMBER} characters.")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits) if len(digits) <= LONGEST_NUMBER else math.inf
    if math.isinf(number):
        raise _malformed(f"The number {digits[:40]} is too large or too long.")
    return number


def _constant(name: str) -> None:
    raise _malformed(f"{name} is not a JSON value.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_constant
)
