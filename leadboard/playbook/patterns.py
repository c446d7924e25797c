"""Regular expressions that cannot hang: a pattern from a playbook is judged before it is ever used.

Python's `re` goes back and tries again, so "(a+)+$" on forty letters takes for ever. Here a pattern may
only repeat a bounded number of times, and the ways through it are counted beforehand: time per place in the
text has a limit.
"""

import re
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]  # the only parser that agrees with `re`; there is no public one

LONGEST_PATTERN = 200
LONGEST_TEXT = 4000
MOST_WAYS = 2000
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
PLAIN = (op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN, op.AT, op.CATEGORY)


def check_pattern(pattern: str) -> str:
    """The pattern itself; ValueError when it is none, too long, or could take long."""
    if not 0 < len(pattern) <= LONGEST_PATTERN:
        raise ValueError(f"a pattern has 1 to {LONGEST_PATTERN} characters")
    try:
        parsed = _parser.parse(pattern, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a pattern: {error}") from error
    if _ways(parsed) > MOST_WAYS:
        raise ValueError("a pattern with too many ways to match; make the repeats shorter")
    return pattern


def _ways(sequence) -> int:
    """An upper bound of the ways to go through this sequence from one place."""
    ways = 1
    for kind, argument in sequence:
        ways = min(ways * _ways_of(kind, argument), MOST_WAYS + 1)
    return ways


def _ways_of(kind, argument) -> int:
    if kind in PLAIN:
        return 1
    if kind in REPEATS:
        fewest, most, inner = argument
        if most is op.MAXREPEAT or most > 100:
            raise ValueError("repeats without end (*, +) are not allowed; write {0,30}")
        return min((most - fewest + 1) * _ways(inner) ** most, MOST_WAYS + 1)
    if kind is op.SUBPATTERN:
        return _ways(argument[3])
    if kind is op.BRANCH:
        return sum(_ways(branch) for branch in argument[1])
    raise ValueError("a pattern may use letters, classes, groups, |, ?, {0,30}, ^, $ and \\b only")


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def is_found(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the first 4,000 characters, in upper or lower case."""
    return _compiled(pattern).search(text[:LONGEST_TEXT]) is not None
