"""What a message says about budget, authority, urgency and timing, in its own words; and what a job
title says.
"""

import re
from typing import TypedDict

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|few|couple of"
_SPAN = rf"(?:\d+|{_SMALL}|a)"


class Reading(TypedDict):
    """What was read (a code that the scorecard may name) and the words it was read from."""

    value: str
    words: str


def _find(patterns: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {value: re.compile(pattern, re.IGNORECASE) for value, pattern in patterns.items()}


# In each group the first pattern that holds decides, so that "no budget" is never read as a budget.
_GROUPS = {
    "budget": _find({
        "none": r"\b(?:no|without (?:a|any)?|zero) ?(?:budget|money|funds)\b"
                r"|\bfor free\b|\bcannot (?:pay|afford)\b",
        "approved": r"\bbudget (?:is |has been |was )?(?:approved|signed off|released|secured|allocated)\b"
                    r"|\b(?:funded|funding is|approval from finance|approved the (?:investment|budget))\b",
        "named": r"(?:€|\$|£|\b(?:eur|usd|gbp)\b) ?\d[\d.,]*(?: ?(?:k|m)\b)?"
                 r"|\b\d[\d.,]* ?(?:k|m|tsd)?(?: |-)?(?:€|\$|£|eur(?:os?)?\b|usd\b|dollars?\b|gbp\b|pounds\b)"
                 r"|\bbudget (?:of|is|around|about) [\w.,]+|\b(?:have|got) (?:a |the )?(?:budget|money)\b",
    }),
    "authority": _find({
        "recommends": r"\b(?:my|our) (?:boss|ceo|cto|cfo|director|manager|head of \w+) (?:has )?asked me\b"
                      r"|\bon behalf of\b|\btalk to my (?:boss|manager)\b"
                      r"|\bpresent (?:it )?to (?:my|our) (?:board|boss)\b",
        "decides": r"\bi(?:'m| am) (?:the |a |an )?(?:\w+ )?(?:owner|founder|ceo|cto|cfo|coo|"
                   r"director|head of|managing|responsible for|in charge of|authori[sz]ed|vp|"
                   r"purchasing|procurement)\b"
                   r"|\b(?:i|we) (?:can )?(?:decide|sign)\b|\bdecision[- ]maker\b|\bthe board approved\b",
    }),
    "urgency": _find({
        "none": r"\b(?:no (?:rush|hurry)|not urgent|just (?:looking|browsing)|"
                r"nothing is planned|maybe next year)\b",
        "high": r"\b(?:asap|urgent(?:ly)?|immediately|right away|as soon as possible|"
                r"today|tomorrow|this week|at once|straight away|quickly|next week|"
                r"before (?:the )?(?:end of )?(?:this )?(?:week|friday|monday))\b",
    }),
    "timeline": _find({
        "named": rf"\b(?:in|within|over) (?:the next )?{_SPAN} (?:days?|weeks?|months?)\b"
                 rf"|\b(?:by|before|in|until|from|starting|start in|end of) "
                 rf"(?:the )?(?:end of )?(?:{_MONTHS})\b"
                 r"|\b(?:this|next) (?:week|month|quarter|spring|summer|autumn|fall|winter)\b"
                 r"|\b(?:in|by) q[1-4]\b"
                 r"|\b(?:this|next|the new) year\b"
                 r"|\bbefore (?:the )?(?:end of|year|peak|renewal|audit)[\w ]{0,12}",
    }),
}  # fmt: skip


def read_phrases(text: str) -> dict[str, Reading]:
    """budget, authority, urgency, timeline → what is said about them; what is not spoken of is not in it."""
    found: dict[str, Reading] = {}
    for topic, patterns in _GROUPS.items():
        for value, pattern in patterns.items():
            match = pattern.search(text)
            if match:
                found[topic] = {"value": value, "words": match.group(0).strip()[:60]}
                break
    return found


_LEVELS = _find({
    "student": r"\b(?:student|pupil|trainee|intern|apprentice|graduate)\b",
    "assistant": r"\b(?:assistant|secretary|receptionist|clerk)\b",
    "c_level": r"\bc[eftomi]o\b|\bchief\b"
               r"|\b(?:owner|founder|co-?founder|president|partner|managing director)\b"
               r"|\b(?:geschäftsführer|gérant|pdg|inhaber)(?:in)?\b",
    "vp": r"\bs?vp\b|\bvice[- ]president\b|\bevp\b",
    "director": r"\bdirector\b|\bhead\b|\b(?:leiter|direktor|directeur|director)(?:in)?\b",
    "manager": r"\b(?:manager|lead|supervisor|principal|buyer|procurement|purchasing)\b",
})  # fmt: skip
# "Vice President" is not the president.
_ORDER = ("student", "assistant", "vp", "c_level", "director", "manager")
DECIDING = frozenset({"c_level", "vp", "director"})


def title_level(title: str) -> str | None:
    """c_level, vp, director, manager, assistant, student, staff; None without a title."""
    if not title.strip():
        return None
    return next((level for level in _ORDER if _LEVELS[level].search(title)), "staff")
