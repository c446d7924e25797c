"""The clauses about judgement: what each stage asks for, what speaks for a lead, and where it goes."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from leadboard.playbook.conditions import Condition
from leadboard.playbook.letters import Letter
from leadboard.playbook.values import Code, Duration, Line, Section

Percent = Annotated[int, Field(ge=0, le=100)]
Points = Annotated[int, Field(ge=-100, le=100)]
BANDS = ("high", "medium", "low")


class Requirement(Section):
    """A condition, and the words that tell a person what is missing while it does not hold."""

    needs: Condition
    words: Line


class StageContract(Section):
    """What a lead must have for a stage; `threshold` is the least score, `icp` asks for the ideal customer
    too.
    """

    words: Line
    requires: Annotated[list[Requirement], Field(max_length=50)] = []
    threshold: Percent | None = None
    icp: bool = False


class Stages(Section):
    """The definitions that both teams signed."""

    mql: StageContract
    sal: StageContract
    sql: StageContract


class IdealCustomer(Section):
    """Whom the firm sells to."""

    words: Line
    requires: Annotated[list[Requirement], Field(max_length=50)] = []


class TierRule(Section):
    """The tier of a company of which this holds; the first rule that does decides."""

    tier: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    when: Condition


class PointClause(Section):
    """So many points when this holds, and the reason that a rep reads."""

    when: Condition
    points: Points
    because: Line

    @model_validator(mode="after")
    def _counts_for_something(self) -> "PointClause":
        if self.points == 0:
            raise PydanticCustomError("points", "0 points say nothing")
        return self


class ScorecardClause(Section):
    """Points for what is known; `base` is what an average lead has before anything is known."""

    base: Percent
    points: Annotated[list[PointClause], Field(min_length=1, max_length=200)]


class Bands(Section):
    """From which score on a lead is high or medium; below it is low."""

    high: Percent
    medium: Percent

    @model_validator(mode="after")
    def _are_in_order(self) -> "Bands":
        if not 0 < self.medium < self.high:
            raise PydanticCustomError("order", "must be 0 < medium < high")
        return self


class RouteClause(Section):
    """Where a qualified lead goes; `tier`: whom it is given to, pre-sales falling through to sales.

    `assign_after`: for so long it lies on the board first, for whoever claims it.
    """

    desk: Literal["board", "nurture", "long_nurture", "closed"]
    stage: Literal["mql", "disqualified"] | None = None
    assign: bool = False
    assign_after: Duration | None = None
    tier: Literal["sales", "presales"] = "sales"
    track: Code | None = None
    answer: Code | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> "RouteClause":
        if (self.desk == "closed") != (self.stage == "disqualified"):
            raise PydanticCustomError(
                "route", "the desk is closed when, and only when, the stage is disqualified"
            )
        if (self.desk in ("nurture", "long_nurture")) != (self.track is not None):
            raise PydanticCustomError(
                "route", "a track belongs to nurture and long_nurture, and each of them needs one"
            )
        if self.assign and self.desk != "board":
            raise PydanticCustomError("route", "only a lead on the board can be assigned")
        if self.assign_after is not None and not self.assign:
            raise PydanticCustomError("route", "assign_after belongs to a lead that is assigned")
        if self.tier != "sales" and not self.assign:
            raise PydanticCustomError("route", "a tier belongs to a lead that is assigned")
        return self


class BandRoutes(Section):
    """The routes of one class of enquiry: one for `every` band, or one for each."""

    every: RouteClause | None = None
    high: RouteClause | None = None
    medium: RouteClause | None = None
    low: RouteClause | None = None

    @model_validator(mode="after")
    def _is_complete(self) -> "BandRoutes":
        given = [name for name in BANDS if getattr(self, name) is not None]
        if (self.every is not None and given) or (self.every is None and len(given) < len(BANDS)):
            raise PydanticCustomError("route", "needs either every, or high, medium and low")
        return self

    def of(self, band: str) -> tuple[str, RouteClause]:
        """(the name under which it is written, the route) for a band."""
        name = "every" if self.every is not None else band
        route: Any = getattr(self, name)
        return name, route


class Routes(Section):
    """A route for each class of enquiry, and one for leads that the machine leaves to people."""

    buying: BandRoutes
    information: BandRoutes
    wrong_fit: BandRoutes
    non_prospect: BandRoutes
    unclear: BandRoutes
    abstained: RouteClause


class NextStep(Section):
    """What to do next with a lead for which `when` holds; the first that holds is said.

    `do` puts the act beside it as a button: call, write, or classify (say what the enquiry is).
    """

    when: Condition
    say: Line
    do: Literal["call", "write", "classify"] | None = None


class Step(Letter):
    """One letter of a track, so many business days after the one before (the first: after the beginning)."""

    after: Annotated[int, Field(ge=0, le=365)]


class Track(Section):
    """A nurture programme."""

    words: Line
    calendar: Code | None = None
    steps: Annotated[list[Step], Field(min_length=1, max_length=50)]


class EnrolRule(Section):
    """Which track a lead of these types and bands enters; empty lists fit all."""

    lead_types: list[Code] = []
    bands: list[Literal["high", "medium", "low"]] = []
    track: Code
