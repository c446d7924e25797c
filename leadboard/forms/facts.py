"""The names of the facts that a form of ours adds to a lead, beside the answers themselves.

    budget_score, authority_score, need_score, timing_score   0 to 100: points reached of those possible
    answers_score    the same over all dimensions
    answers_result   title of the result that was shown
    utm_source …     as the address of the form said
    referrer, page   where they came from, and the page in which the form stood
    consent_to, consent_version, consent_at   the text that was agreed to, the form's version, and when

All of them may be named in the playbook, as any field of the firm.
"""

from typing import Literal

from leadboard.capture.junk import TRAP
from leadboard.tracking.tokens import FIELD

# Questions of these types fill the column of the lead that is called so.
PERSON = ("name", "email", "phone", "company", "title", "country", "website", "message")
CHOSEN = ("choice", "choices")
Dimension = Literal["budget", "authority", "need", "timing"]
DIMENSIONS: tuple[Dimension, ...] = ("budget", "authority", "need", "timing")
SCORES: dict[str, str] = {dimension: f"{dimension}_score" for dimension in DIMENSIONS}
TOTAL, RESULT = "answers_score", "answers_result"
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id")
REFERRER, PAGE = "referrer", "page"
CONSENT_TO, CONSENT_VERSION, CONSENT_AT = "consent_to", "consent_version", "consent_at"
OURS = frozenset(
    {*SCORES.values(), TOTAL, RESULT, *UTM, REFERRER, PAGE, CONSENT_TO, CONSENT_VERSION, CONSENT_AT}
)
# Fields of the page itself: its signed token, the trap for programs, a mail's link and a visitor's id.
TOKEN, LINK, VISITOR = "t", "lb", FIELD
OF_THE_PAGE = frozenset({TOKEN, TRAP, LINK, VISITOR, "embed", "theme", "parent", "fresh"})
