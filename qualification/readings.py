"""What a message says about budget, authority, urgency and timing, in its own words; and what a job
title says.
"""

# ruff: noqa: E501 - a way to say something is read in one line

import re
from typing import TypedDict

_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec"
)
_MONEY = (
    r"(?:€|\$|£|zł|kr|\b(?:eur(?:os?)?|usd|gbp|chf|pln|sek|nok|dkk|aud|cad|inr|rs|dollars?|pounds|francs)\b)"
)
_NUMBER = r"\d[\d.,' ]{0,14}"
_MANY = r"(?: ?(?:k|m|mio|million|thousand|tsd|lakh)\b)?"
_SMALL = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|few|couple of"
_SPAN = rf"(?:\d+|{_SMALL}|a)"


class Reading(TypedDict):
    """What was read (a code that the scorecard may name), the words it was read from, where they stand."""

    value: str
    words: str
    at: list[int]


def _find(patterns: dict[str, str]) -> dict[str, re.Pattern[str]]:
    return {value: re.compile(pattern, re.IGNORECASE) for value, pattern in patterns.items()}


# In each group the first pattern that holds decides, so that "no budget" is never read as a budget.
_GROUPS = {
    "budget": _find({
        "none": r"\b(?:no|without (?:a|any)?|zero) ?(?:budget|money|funds|funding)\b(?! (?:limit|constraint|issue|problem))"
                r"|\b(?:do not|don't|does not|doesn't) have (?:a |any |the |much )?(?:budget|money|funds)\b"
                r"|\bfor (?:free|nothing)\b|\b(?:cannot|can't|can not) (?:pay|afford)\b|\bbudget (?:was|is) (?:cut|frozen)\b",
        "open": r"\bbudget (?:is |has |still |to |be |been )*(?:not|yet|needs|pending)\b"
                r"|\b(?:not|no) (?:yet )?(?:approved|signed off)\b",
        "approved": r"\bbudget (?:is |has been |was |already )*(?:approved|signed off|released|secured|allocated|there|set aside)\b"
                    r"|\b(?:funded|funding is|approval from finance|approved (?:the |our |a )?(?:investment|budget))\b"
                    r"|\b(?:finance|the board|cfo|management) (?:has |have )?(?:approved|signed off|agreed)\b",
        "named": rf"{_MONEY} ?{_NUMBER}{_MANY}|(?<!\w){_NUMBER}{_MANY}[ -]?{_MONEY}"
                 rf"|\bbudget[\w ]{{0,20}}[:=]? ?{_NUMBER}{_MANY}|\bbudget (?:of|around|about) [\w.,]+"
                 r"|\b\d+ ?k (?:to spend|set aside|budget|available)|\b(?:have|got) (?:a |the |some )?(?:budget|money)\b",
    }),
    "authority": _find({
        "recommends": r"\b(?:my|our) (?:boss|ceo|cto|cfo|director|manager|head of \w+) (?:has )?asked me\b"
                      r"|\bon behalf of\b|\b(?:talk to|ask|convince|check with) my (?:boss|manager|director|management)\b"
                      r"|\b(?:not|isn't|am not) (?:the |a )?(?:decision[- ]maker|in charge)\b"
                      r"|\bi (?:do not|don't|cannot|can't) (?:decide|sign)\b"
                      r"|\bpresent (?:it )?to (?:my|our) (?:board|boss)\b",
        "shares": r"\b(?:i|we) (?:will |can )?decide (?:this |it )?(?:together|jointly|with)\b"
                  r"|\b(?:my|our) (?:cfo|ceo|cto|board|partner|co-?founder|boss|director) and (?:i|me)\b"
                  r"|\b(?:together|jointly) with (?:my|our) (?:cfo|ceo|cto|board|partner|director|boss)\b",
        "decides": r"\bi(?:'m| am) (?:the |a |an )?(?:\w+ )?(?:owner|founder|ceo|cto|cfo|coo|"
                   r"director|head of|managing|responsible for|in charge of|authori[sz]ed|vp|"
                   r"purchasing|procurement)\b"
                   r"|\b(?:i|we) (?:can )?(?:decide|sign)\b|\bdecision[- ]makers?\b|\bthe board approved\b"
                   r"|\bi (?:run|own|manage|head|lead) (?:the |our |a |an |my |it\b)"
                   r"|\bmy decision\b|\bi have sign-?off\b",
    }),
    "urgency": _find({
        "none": r"\b(?:no (?:particular |real |great )?(?:rush|hurry)|not (?:\w+ )?urgent|isn't urgent|"
                r"just (?:looking|browsing|exploring|curious)|nothing is planned|maybe next year|whenever (?:you|it)|"
                r"no plans|take your time)\b",
        "high": r"\b(?:asap|a\.s\.a\.p|urgent(?:ly)?|immediately|right away|as soon as possible|at (?:your|the) earliest|"
                r"today|tomorrow|this week|at once|straight away|quickly|next week|by (?:monday|tuesday|"
                r"wednesday|thursday|friday)|emergency|deadline|"
                r"before (?:the )?(?:end of )?(?:this |the )?(?:week|friday|monday))\b",
    }),
    "timeline": _find({
        "none": r"\b(?:no (?:fixed |specific |particular )?(?:timeline|time ?frame|date|schedule)|not (?:this|before next) year|"
                r"some ?day|no plans)\b",
        "named": rf"\b(?:in|within|over) (?:the next )?{_SPAN}(?: ?(?:-|to|or) ?{_SPAN})? (?:days?|weeks?|months?)\b"
                 rf"|\b(?:by|before|in|until|from|starting|start in|as of|early|mid|late|end of)[ -]"
                 rf"(?:the )?(?:end of |beginning of |\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)?(?:{_MONTHS})\b"
                 rf"|\b(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?\b|\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS})\b"
                 r"|\b(?:by|before|until|on) (?:the )?\d{1,2}(?:st|nd|rd|th)\b|\b\d{4}-\d\d-\d\d\b|\b\d{1,2}\.\d{1,2}\.\d{2,4}\b"
                 r"|\b(?:this|next|coming) (?:week|month|quarter|spring|summer|autumn|fall|winter)\b"
                 r"|\b(?:in|by|during|before|for|end of|start of)(?: the)?(?: end of)? q[1-4]\b|\bq[1-4]\b(?= |\W|$)"
                 r"|\b(?:this|next|the new) year\b"
                 r"|\bbefore (?:the )?(?:christmas|easter|summer|end of|year|peak|renewal|audit)[\w ]{0,12}",
    }),
}  # fmt: skip


def read_phrases(text: str) -> dict[str, Reading]:
    """budget, authority, urgency, timeline → what is said about them; what is not spoken of is not in it."""
    found: dict[str, Reading] = {}
    for topic, patterns in _GROUPS.items():
        for value, pattern in patterns.items():
            match = pattern.search(text)
            if match:
                words = match.group(0).strip()[:60]
                start = text.index(words, match.start())
                found[topic] = {"value": value, "words": words, "at": [start, start + len(words)]}
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
