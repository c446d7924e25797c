"""The clauses about time and people: who owes what to a lead, until when, and what follows when it is
missed.
"""

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from leadboard.playbook.calendar import Calendar, CalendarError
from leadboard.playbook.conditions import Condition
from leadboard.playbook.values import Code, Duration, Line, Section, Warn, WarnAt

MOST_CLOSED_DAYS = 60
SAME_DAY = "same_day"
# Reasons that the product itself gives when a clock or the effort meter takes a lead back.
OWN_REASONS = ("sla_missed", "silent", "meager")


class CalendarClause(Section):
    """A named calendar; `calendar` is the one to ask."""

    zone: Any = "UTC"
    hours: Any = None
    holidays: Any = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_a_calendar(self) -> "CalendarClause":
        if self.calendar.longest_closure() > MOST_CLOSED_DAYS:
            message = (
                f"more than {MOST_CLOSED_DAYS} days in a row without an open minute: no promise could be kept"
            )
            raise CalendarError([("holidays", message)])
        return self

    @property
    def calendar(self) -> Calendar:
        """The calendar; CalendarError when it is none."""
        return Calendar(self.zone, self.hours, self.holidays)


class LeadType(Section):
    """What a lead came for. The first type whose `when` holds is it; the last has no `when` and takes the
    rest.
    """

    words: Line
    when: Condition | None = None


class FirstAction(Section):
    """How soon somebody must act on a new lead of one type."""

    within: Duration | Literal["same_day"]
    at_least: Duration | None = None
    warn: Warn = WarnAt(None, 0.4)
    calendar: Code | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_kind_of_promise(cls, given: Any) -> Any:
        if isinstance(given, dict) and given.get("at_least") is not None and given.get("within") != SAME_DAY:
            raise PydanticCustomError("promise", "at_least belongs to same_day only")
        return given


class Anchor(Section):
    """From when the first action is timed: when the form was sent, or when it reached us.

    What was sent longer ago than `unless_older_than` (an old list, a stuck vendor) counts from its arrival.
    """

    starts: Literal["submitted", "received"]
    unless_older_than: Duration


class Contact(Section):
    """How soon after a claim the rep must have talked to the person."""

    within: Duration
    warn: Warn
    calendar: Code | None = None


class FollowUp(Section):
    """How long a claimed lead may stay silent: warned after `warn_after`, handed back after
    `hand_back_after`.
    """

    warn_after: Duration
    hand_back_after: Duration
    calendar: Code | None = None

    @model_validator(mode="after")
    def _warns_before_it_takes(self) -> "FollowUp":
        if self.warn_after >= self.hand_back_after:
            raise PydanticCustomError("order", "warn_after must be shorter than hand_back_after")
        return self


class EscalationClause(Section):
    """One rung of the ladder; `within` is how long it has before the next one."""

    do: Literal["reassign", "manager", "hand_back"]
    within: Duration | None = None


class Effort(Section):
    """The least that counts as having tried before a lead may be given up."""

    attempts: Annotated[int, Field(ge=1, le=50)]
    channels: Annotated[int, Field(ge=1, le=6)]
    days: Annotated[int, Field(ge=1, le=60)]


class TimeOut(Section):
    """A desk on which nothing happened for `after` passes its lead on."""

    after: Duration
    to: Literal["nurture", "long_nurture", "closed"]


class Capacity(Section):
    """How many leads one rep may hold, and take a day (none: as many as come)."""

    open_leads: Annotated[int, Field(ge=1, le=10_000)]
    per_day: Annotated[int, Field(ge=1, le=10_000)] | None = None


class Wake(Section):
    """What in a nurtured lead's behaviour makes it worth scoring again."""

    touches: Annotated[int, Field(ge=1, le=1000)]
    within: Duration
    pages: Annotated[list[Line], Field(max_length=100)] = []


class OutcomeClause(Section):
    """How an action may end; `conversation` is what the contact clock waits for."""

    words: Line
    conversation: bool = False


class RejectionClause(Section):
    """Why a rep may refuse a lead, and where it goes then. `teaches`: whether it counts as a loss for the
    score or says nothing about the lead's worth (left out: nothing where it leads to a merge, else a loss).
    """

    words: Line
    leads_to: Literal["nurture", "disqualified", "merge"]
    track: Code | None = None
    teaches: Literal["loss", "nothing"] | None = None

    @model_validator(mode="after")
    def _track_only_in_nurture(self) -> "RejectionClause":
        if self.track and self.leads_to != "nurture":
            raise PydanticCustomError("track", "only a lead that goes to nurture has a track")
        return self
