"""Who is chosen how often (P37): selection rates by group, the four-fifths rule, and whether chance
explains it.

A group is compared with the most favoured one of its kind: the ratio of both rates with a 95 % interval
(Katz, log ratio, half a lead added where a group has none). Fisher's exact test is made against that group
and against all others together (the most favoured may be too small to prove anything). Because the most
favoured is picked by looking, every pair counts as a test, and the p-values are adjusted together (Holm): a
fair model is flagged by chance in at most one report of twenty. Below 30 leads nothing is said about a group
but that it is small.

A difference of more than a fifth that chance does not explain is a breach. Where outcomes are known, it is
held against them: a group that really buys less often, and of which the model promises just that, differs
for a reason. A breach blocks unless at least 30 outcomes of that group bear it out.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple, TypedDict

Facts = Mapping[str, Any]
FOUR_FIFTHS = 0.8
SURE = 0.05
SMALLEST = 30
MOST_GROUPS = 12
SELECTIONS = {"board": "reach the board", "high": "are rated high", "mql": "become an MQL"}
SMALL, FAIR, CHANCE, BORNE_OUT, BREACH = "small", "fair", "chance", "borne_out", "breach"


class Decided(NamedTuple):
    """One lead and what was decided of it: which selections took it, the chance it was given, and how it
    ended (None: not known).
    """

    facts: Facts
    selected: frozenset[str]
    chance: float | None
    won: int | None


class Finding(TypedDict):
    """One group under one selection. `ratio` is to the most favoured group `to`; `state` is what it means."""

    attribute: str
    group: str
    selection: str
    n: int
    chosen: int
    share: float
    to: str
    ratio: float
    low: float
    high: float
    p: float
    outcomes: int
    came: float | None
    promised: float | None
    state: str
    blocks: bool


def findings(
    leads: Sequence[Decided],
    attributes: Mapping[str, Callable[[Facts], str | None]],
    every_breach: bool = False,
) -> list[Finding]:
    """All groups under all selections, by attribute and then by size; `every_breach`: outcomes excuse
    nothing.
    """
    found: list[Finding] = []
    tests = 0
    for attribute, read in attributes.items():
        groups = _divided(leads, read)
        judged = [members for members in groups.values() if len(members) >= SMALLEST]
        k = len(judged)
        tests += len(SELECTIONS) * (k * (k - 1) // 2 + (k if k > 2 else 0))
        for selection in SELECTIONS:
            found += _compared(attribute, selection, groups)
    _adjust(found, tests)
    _hold_against_outcomes(found, every_breach)
    return found


def _divided(leads: Sequence[Decided], read: Callable[[Facts], str | None]) -> dict[str, list[Decided]]:
    groups: defaultdict[str, list[Decided]] = defaultdict(list)
    for lead in leads:
        group = read(lead.facts)
        if group is not None:
            groups[group].append(lead)
    largest = sorted(groups, key=lambda name: (-len(groups[name]), name))[:MOST_GROUPS]
    return {name: groups[name] for name in largest}


def _compared(attribute: str, selection: str, groups: Mapping[str, list[Decided]]) -> list[Finding]:
    chosen = {name: sum(selection in lead.selected for lead in members) for name, members in groups.items()}
    judged = [name for name, members in groups.items() if len(members) >= SMALLEST]
    best = max(judged, key=lambda name: (chosen[name] / len(groups[name]), len(groups[name])), default="")
    return [_finding(attribute, selection, name, best, groups, chosen) for name in groups]


def _finding(
    attribute: str,
    selection: str,
    name: str,
    best: str,
    groups: Mapping[str, list[Decided]],
    chosen: Mapping[str, int],
) -> Finding:
    members = groups[name]
    ended = [lead for lead in members if lead.won is not None and lead.chance is not None]
    ratio, low, high, p = 1.0, 1.0, 1.0, 1.0
    if best and name != best:
        ratio, low, high = ratio_of(chosen[name], len(members), chosen[best], len(groups[best]))
        p = min(
            fisher(chosen[name], len(members), chosen[best], len(groups[best])),
            _fisher_against_the_rest(name, groups, chosen),
        )
    return {
        "attribute": attribute, "group": name, "selection": selection, "n": len(members),
        "chosen": chosen[name], "share": chosen[name] / len(members), "to": best, "ratio": ratio,
        "low": low, "high": high, "p": p, "outcomes": len(ended),
        "came": sum(lead.won or 0 for lead in ended) / len(ended) if ended else None,
        "promised": sum(lead.chance or 0.0 for lead in ended) / len(ended) if ended else None,
        "state": FAIR if len(members) >= SMALLEST else SMALL, "blocks": False,
    }  # fmt: skip


def ratio_of(chosen: int, n: int, best: int, of: int) -> tuple[float, float, float]:
    """(ratio of two rates, 95 % interval). Without any choice on a side half a lead is added to each."""
    if not best:
        return 1.0, 0.0, 1.0
    ratio = chosen / n / (best / of)
    a, b = (chosen, best) if chosen else (0.5, best + 0.5)
    error = math.sqrt(max(0.0, 1 / a - 1 / (n + 0.5 * (not chosen)) + 1 / b - 1 / (of + 0.5 * (not chosen))))
    middle = a / n / (b / of)
    z = NormalDist().inv_cdf(0.975)
    return ratio, middle * math.exp(-z * error), middle * math.exp(z * error)


def fisher(chosen: int, n: int, best: int, of: int) -> float:
    """Fisher's exact test of two shares, both sides: how probable are tables no likelier than it."""
    both = chosen + best
    whole = _log_ways(n + of, both)
    chances = [
        math.exp(_log_ways(n, one) + _log_ways(of, both - one) - whole)
        for one in range(max(0, both - of), min(n, both) + 1)
    ]
    seen = chances[chosen - max(0, both - of)]
    return min(1.0, sum(chance for chance in chances if chance <= seen * (1 + 1e-7)))


def _log_ways(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _fisher_against_the_rest(
    name: str, groups: Mapping[str, list[Decided]], chosen: Mapping[str, int]
) -> float:
    """Against all other leads together; 1.0 when the group is chosen no less often than they."""
    n, of = len(groups[name]), sum(map(len, groups.values())) - len(groups[name])
    best = sum(chosen.values()) - chosen[name]
    return fisher(chosen[name], n, best, of) if chosen[name] * of < best * n else 1.0


def _adjust(found: Iterable[Finding], tests: int) -> None:
    """Holm over all tests there could have been; sets `p` and the state of each judged group."""
    compared = sorted((one for one in found if one["state"] != SMALL and one["group"] != one["to"]),
                      key=lambda one: one["p"])  # fmt: skip
    worst = 0.0
    for rank, one in enumerate(compared):
        worst = max(worst, min(1.0, one["p"] * max(1, tests - rank)))
        one["p"] = worst
        if one["ratio"] < FOUR_FIFTHS:
            one["state"] = BREACH if worst < SURE else CHANCE


def _hold_against_outcomes(found: Iterable[Finding], every_breach: bool) -> None:
    breaches = [one for one in found if one["state"] == BREACH]
    for one in breaches:
        if _is_borne_out(one, SURE / len(breaches)):
            one["state"] = BORNE_OUT
        one["blocks"] = one["state"] == BREACH or every_breach


def _is_borne_out(one: Finding, level: float) -> bool:
    """Whether the outcomes of this group are no better than it was promised: then it is not held down."""
    if one["outcomes"] < SMALLEST or one["came"] is None or one["promised"] is None:
        return False
    came, promised = one["came"], one["promised"]
    error = math.sqrt(max(1e-9, promised * (1 - promised)) / one["outcomes"])
    return came - promised <= NormalDist().inv_cdf(1 - level) * error


def association(pairs: Sequence[tuple[str, str]]) -> float:
    """Cramér's V of two groupings, corrected for chance (Bergsma 2013): 0 nothing, 1 one tells the other."""
    n, both = len(pairs), Counter(pairs)
    rows, columns = Counter(row for row, _ in pairs), Counter(column for _, column in pairs)
    if min(len(rows), len(columns)) < 2:
        return 0.0
    phi = sum(count * count / (rows[row] * columns[column]) for (row, column), count in both.items()) - 1
    r, k = len(rows), len(columns)
    phi = max(0.0, phi - (r - 1) * (k - 1) / (n - 1))
    r_free, k_free = r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)
    return math.sqrt(phi / max(1e-9, min(r_free, k_free) - 1)) if min(r_free, k_free) > 1 else 0.0
