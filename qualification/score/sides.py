"""Fit or intent: which of the two a fact speaks of.

Fit is what a prospect is (firm, person, place); intent is what it does, wants and says. The firm's own
columns are told apart by the words of their names; what names nothing of behaviour describes the prospect.
"""

import re
from functools import lru_cache

FIT, INTENT = "fit", "intent"
_OF_INTENT = re.compile(
    r"(^|[^a-z])(visit|view|page|click|open|download|session|time|seconds?|minutes?|duration|dwell|touch|repl|"
    r"webinar|event|demo|trial|quote|activit|action|engag|interact|recen|last|first|days?|hour|week|month|date|"
    r"asked|need|interest|want|goal|problem|urgen|timeline|timing|budget|authority|answer|score|message|comment|"
    r"note|question|enquir|inquir|request|reason|source|channel|origin|campaign|medium|referr|heard|utm|form|"
    r"copy|newsletter|subscri|lead_type|enquiry|count|frequency|device)",
)
_OF_FIT = re.compile(
    r"(^|[^a-z])(company|firm|industry|sector|employee|seats?|headcount|revenue|turnover|tier|country|region|"
    r"city|state|title|job|role|occupation|profession|speciali|target_account|email_kind|has_phone|age|gender|"
    r"education|plan|segment|size)"
)


@lru_cache(maxsize=4096)
def side_of(field: str) -> str:
    """`fit` or `intent`."""
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", field).casefold()
    if _OF_FIT.search(name):
        return FIT
    return INTENT if _OF_INTENT.search(name) else FIT
