"""Where the fact behind a reason came from, and when: what the prospect said or did, what was found out, what
was read in the text, what a person said.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from leadboard.leads.models import Lead, LeadEvent
from leadboard.tracking import behaviour
from qualification.corrections.models import Correction
from qualification.explain.said import QUOTED_FOR, quoted
from qualification.models import Enrichment, Verdict

GAVE = ("captured", "joined", "details_arrived", "absorbed")
DID = frozenset(behaviour.MOST) | {
    "days_since_touch", "usual_hour", "device", "pages", "first_page", "last_page", "pages_per_visit",
}  # fmt: skip
# Facts that were worked out of a column of the lead: show the column, "yes" says less.
COLUMN = {
    "has_phone": "phone", "email_kind": "email", "title_level": "title", "message_words": "message",
    "target_account": "company",
}  # fmt: skip
GIVEN = ("source", "campaign", "title", "company", "country", "message", "website")
WORKED_OUT = {"hour": "when it came in", "weekday": "when it came in"}
SAYS_NOTHING = {"yes", "no", ""}
LONGEST = 48


class Whence(NamedTuple):
    """A fact for people: the value ("" where the reason says it all), where it came from, when."""

    value: str
    source: str
    at: datetime | None


class Facts:
    """The facts of one verdict, each with where it came from. Two queries, whatever is asked of it."""

    def __init__(self, lead: Lead, verdict: Verdict, correction: Correction | None) -> None:
        self._lead, self._verdict, self._correction = lead, verdict, correction
        gave = LeadEvent.objects.filter(lead=lead, kind__in=GAVE).order_by("-version")
        self._gave_at = gave.values_list("at", flat=True).first() or lead.created_at
        self._found: dict[str, list[Enrichment]] = {}
        for row in Enrichment.objects.filter(lead=lead).order_by("id"):
            self._found.setdefault(row.field, []).append(row)

    def behind(self, reason: Mapping[str, Any]) -> Whence:
        """The fact behind a reason."""
        field, fact = reason.get("field", ""), str(reason.get("fact") or "")
        value = self._value(field, fact)
        if value.casefold() in reason["words"].casefold():
            value = ""
        source, at = self._source(field, fact)
        return Whence(value if len(value) <= LONGEST else f"{value[:LONGEST].rstrip()}…", source, at)

    def _value(self, field: str, fact: str) -> str:
        if field in QUOTED_FOR and (words := quoted(self._verdict.evidence, field)):
            return words
        if field in COLUMN:
            return "" if field == "message_words" else str(getattr(self._lead, COLUMN[field]))
        return "" if fact in SAYS_NOTHING else fact.replace("_", " ")

    def _source(self, field: str, fact: str) -> tuple[str, datetime | None]:
        if not fact:
            return "nothing is known of it", None
        if field in QUOTED_FOR:
            return self._of_text(field)
        if field in DID or field.endswith("_views"):
            return "what they did on site and in mails", self._lead.last_touch_at
        if field in WORKED_OUT:
            return WORKED_OUT[field], self._gave_at
        return self._of_lead(field)

    def _of_text(self, field: str) -> tuple[str, datetime | None]:
        said = self._correction
        if said and field in ("enquiry_class", "enquiry_kind"):
            return f"said {said.by.name}", said.at
        return ("their message" if self._lead.message else "the form they sent"), self._gave_at

    def _of_lead(self, field: str) -> tuple[str, datetime | None]:
        if field == "lead_type":
            named = "declared by the source" if self._lead.lead_type else "the playbook, from what they sent"
            return named, self._gave_at
        if field == "target_account":
            return "your list of target accounts", None
        column = COLUMN.get(field, field)
        if column in (*GIVEN, "phone", "email") and getattr(self._lead, column, None):
            return (f"by {self._lead.source}" if self._lead.source else "said by them"), self._gave_at
        return self._found_out(field)

    def _found_out(self, field: str) -> tuple[str, datetime | None]:
        """From whoever told just this value; what nobody found out the prospect filled in."""
        used = self._verdict.features.get(field)
        rows = self._found.get(field, [])
        row = next((one for one in rows if one.value == used), None)
        if row is None:
            return ("the playbook" if field == "tier" else "filled in by them"), self._gave_at
        return f"{row.source}, {row.method}", row.at
