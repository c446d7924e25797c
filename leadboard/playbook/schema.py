"""The agreement between marketing and sales as one validated document.

`load()` is the way in. Whatever is wrong comes back as a PlaybookError with the place
("first_action.demo.within"), the line and a sentence for each problem; a Playbook that exists is whole, and
every name in it leads somewhere.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, PrivateAttr, ValidationError

from leadboard.playbook.calendar import Calendar
from leadboard.playbook.clauses import (
    OWN_REASONS,
    Anchor,
    CalendarClause,
    Capacity,
    Contact,
    Effort,
    EscalationClause,
    FirstAction,
    FollowUp,
    LeadType,
    OutcomeClause,
    RejectionClause,
    TimeOut,
    Wake,
)
from leadboard.playbook.door import Door
from leadboard.playbook.governing import Learning
from leadboard.playbook.letters import Letter
from leadboard.playbook.qualifying import (
    Bands,
    EnrolRule,
    IdealCustomer,
    NextStep,
    RouteClause,
    Routes,
    ScorecardClause,
    Stages,
    TierRule,
    Track,
)
from leadboard.playbook.reading import Path, PlaybookError, Problem, read_document, spell
from leadboard.playbook.values import Code, Line, Section
from leadboard.playbook.wording import problems_of

Desk = Literal["board", "sales", "nurture", "long_nurture"]
ActionKind = Literal["call", "email", "text", "linkedin", "meeting"]


class Playbook(Section):
    """One version of the agreement. `version` is 0 until it is stored."""

    name: Line
    owner: Line
    firm: Line
    review: Literal["monthly", "quarterly", "yearly"]
    default_calendar: Code
    calendars: Annotated[dict[Code, CalendarClause], Field(min_length=1, max_length=50)]
    lead_types: Annotated[dict[Code, LeadType], Field(min_length=1, max_length=30)]
    anchor: Anchor
    first_action: dict[Code, FirstAction]
    contact: Contact
    follow_up: FollowUp
    escalation: Annotated[list[EscalationClause], Field(min_length=1, max_length=10)]
    effort: Effort
    time_outs: dict[Desk, TimeOut] = {}
    capacity: Capacity
    stages: Stages
    icp: IdealCustomer
    tiers: Annotated[list[TierRule], Field(max_length=20)] = []
    scorecard: ScorecardClause
    bands: Bands
    routes: Routes
    answers: Annotated[dict[Code, Letter], Field(max_length=30)] = {}
    tracks: Annotated[dict[Code, Track], Field(min_length=1, max_length=50)]
    default_track: Code
    enrol: Annotated[list[EnrolRule], Field(max_length=50)] = []
    wake: Wake
    next_steps: Annotated[list[NextStep], Field(max_length=60)] = []
    rejection_reasons: Annotated[dict[Code, RejectionClause], Field(min_length=1, max_length=50)]
    door: Door = Door()
    hand_back_reasons: Annotated[dict[Code, Line], Field(min_length=1, max_length=50)]
    learning: Learning = Learning()
    outcomes: dict[ActionKind, Annotated[dict[Code, OutcomeClause], Field(min_length=1, max_length=30)]]
    _version: int = PrivateAttr(0)

    @property
    def version(self) -> int:
        """The number under which it is stored."""
        return self._version

    def numbered(self, number: int) -> "Playbook":
        """The same agreement as version `number`."""
        copy = self.model_copy()
        copy._version = number
        return copy

    @cached_property
    def _built(self) -> dict[str, Calendar]:
        return {name: clause.calendar for name, clause in self.calendars.items()}

    def calendar(self, name: str | None = None) -> Calendar:
        """The calendar of this name, or the default one."""
        return self._built[name or self.default_calendar]


def load(text: str | bytes) -> Playbook:
    """The agreement written in `text` (YAML, or JSON); raises PlaybookError with everything that is wrong."""
    document = read_document(text)
    if not isinstance(document.data, dict):
        raise PlaybookError([Problem("", 1, "must be a playbook: names with values")])
    try:
        playbook = Playbook.model_validate(document.data)
    except ValidationError as error:
        found = problems_of(error, document.data)
    else:
        found = list(_dangling(playbook))
    if found:
        problems = [Problem(spell(path), document.line(path), message) for path, message in found]
        raise PlaybookError(sorted(problems, key=lambda problem: problem.line or 0))
    return playbook


def _dangling(playbook: Playbook) -> Iterator[tuple[Path, str]]:
    """Names that lead nowhere, and clauses that contradict each other."""
    yield from _unknown_names(playbook)
    yield from _wrong_types(playbook)
    yield from _wrong_ladder(playbook)
    for code in OWN_REASONS:
        if code not in playbook.hand_back_reasons:
            yield ("hand_back_reasons", code), "is missing; the product gives this reason itself"


def _unknown_names(playbook: Playbook) -> Iterator[tuple[Path, str]]:
    known: dict[str, Mapping[str, object]] = {
        "calendar": playbook.calendars,
        "track": playbook.tracks,
        "answer": playbook.answers,
    }
    for path, kind, name in _references(playbook):
        if name is not None and name not in known[kind]:
            yield path, f"there is no {kind} {name!r}; there are {', '.join(known[kind]) or 'none'}"


def _references(playbook: Playbook) -> Iterator[tuple[Path, str, str | None]]:
    """(path, kind of thing, name) of everything that names a calendar, a track or an answer."""
    yield ("default_calendar",), "calendar", playbook.default_calendar
    yield ("default_track",), "track", playbook.default_track
    for section in ("contact", "follow_up"):
        yield (section, "calendar"), "calendar", getattr(playbook, section).calendar
    for name, promise in playbook.first_action.items():
        yield ("first_action", name, "calendar"), "calendar", promise.calendar
    for name, track in playbook.tracks.items():
        yield ("tracks", name, "calendar"), "calendar", track.calendar
    for name, reason in playbook.rejection_reasons.items():
        yield ("rejection_reasons", name, "track"), "track", reason.track
    for number, rule in enumerate(playbook.enrol):
        yield ("enrol", number, "track"), "track", rule.track
    for path, route in all_routes(playbook):
        yield (*path, "track"), "track", route.track
        yield (*path, "answer"), "answer", route.answer


def all_routes(playbook: Playbook) -> Iterator[tuple[Path, RouteClause]]:
    """(path, route) of every route that is written down."""
    for enquiry_class in ("buying", "information", "wrong_fit", "non_prospect", "unclear"):
        routes = getattr(playbook.routes, enquiry_class)
        for band in ("every", "high", "medium", "low"):
            if getattr(routes, band) is not None:
                yield ("routes", enquiry_class, band), getattr(routes, band)
    yield ("routes", "abstained"), playbook.routes.abstained


def _wrong_types(playbook: Playbook) -> Iterator[tuple[Path, str]]:
    *others, last = playbook.lead_types
    if playbook.lead_types[last].when is not None:
        yield ("lead_types", last, "when"), "the last lead type takes all the rest and has no when"
    for name in others:
        if playbook.lead_types[name].when is None:
            yield ("lead_types", name), "needs a when; only the last lead type takes all the rest"
    for name in playbook.lead_types:
        if name not in playbook.first_action:
            yield ("first_action", name), "is missing; every lead type needs one"
    for name in playbook.first_action:
        if name not in playbook.lead_types:
            yield (
                ("first_action", name),
                f"there is no lead type {name!r}; there are {', '.join(playbook.lead_types)}",
            )
    for number, rule in enumerate(playbook.enrol):
        for place, name in enumerate(rule.lead_types):
            if name not in playbook.lead_types:
                yield ("enrol", number, "lead_types", place), f"there is no lead type {name!r}"


def _wrong_ladder(playbook: Playbook) -> Iterator[tuple[Path, str]]:
    *rungs, last = playbook.escalation
    if last.do != "hand_back":
        yield (
            ("escalation", len(rungs), "do"),
            "the last step must be hand_back, or a lead could be forgotten",
        )
    if last.within is not None:
        yield ("escalation", len(rungs), "within"), "nothing follows the last step"
    for number, rung in enumerate(rungs):
        if rung.do == "hand_back":
            yield ("escalation", number, "do"), "hand_back is the last step; the lead has left by then"
        if rung.within is None:
            yield ("escalation", number, "within"), "is missing: how long has this step before the next one?"
