"""The agreement in plain words, for the page: sections of rows, each with the path of its clause."""

from datetime import timedelta

from leadboard.playbook import plain_frame, plain_judging
from leadboard.playbook.chapter import Chapter, Row
from leadboard.playbook.deadlines import STEP_WORDS
from leadboard.playbook.door import Door
from leadboard.playbook.qualifying import RouteClause
from leadboard.playbook.schema import Playbook, all_routes
from leadboard.playbook.values import WarnAt, say_duration, write_duration

LEADS_TO = {
    "nurture": "back to nurture",
    "disqualified": "disqualified",
    "merge": "merged with the known lead",
}
CLASS_WORDS = {
    "buying": "Buying signal",
    "information": "Information request",
    "wrong_fit": "Wrong fit",
    "non_prospect": "Not a prospect",
    "unclear": "Unclear",
}


def in_words(playbook: Playbook) -> list[Chapter]:
    """The whole agreement for a reader, in the order in which a lead meets it."""
    base, judging = playbook.scorecard.base, plain_judging
    return [
        Chapter("The agreement", "who answers for it", plain_frame.agreed(playbook)),
        Chapter("Hours", "when time counts", plain_frame.hours(playbook)),
        Chapter("What a lead came for", "the first that fits", plain_frame.lead_types(playbook)),
        Chapter("First action", "how soon somebody must act on a new lead", _first_actions(playbook)),
        Chapter("After a claim", "what the rep owes", _after_a_claim(playbook)),
        Chapter("When it is missed", "what happens by itself", _ladder(playbook)),
        Chapter("Definitions", "what a stage asks for", _definitions(playbook)),
        Chapter("Tiers", "of companies; the first that holds", judging.tiers(playbook)),
        Chapter("Scorecard", f"points for what is known; an average lead has {base}", _points(playbook)),
        Chapter("Bands and routes", "where a qualified lead goes", _routes(playbook)),
        Chapter(
            "Next best step", "what a rep is told; the first line that holds", judging.next_steps(playbook)
        ),
        Chapter("Polite answers", "to who does not fit: once, never twice", judging.answers(playbook)),
        Chapter("Learning", "which model judges, and what stops it", judging.learning(playbook)),
        Chapter("Nurture", "what is sent while nobody in sales has the lead", _tracks(playbook)),
        Chapter("Who enters which track", "the first that fits", judging.enrolments(playbook)),
        Chapter("Leads that rest", "what wakes them, what passes them on", plain_frame.resting(playbook)),
        Chapter("Reasons to refuse a lead", "they train the model", _rejections(playbook)),
        Chapter("Reasons to hand back", "to marketing", judging.hand_backs(playbook)),
        Chapter("How an action may end", "as it is logged", plain_frame.outcomes(playbook)),
        Chapter("At the door", "what is too much, and what is junk", _door(playbook)),
    ]


def _first_actions(playbook: Playbook) -> list[Row]:
    rows = []
    for name, promise in playbook.first_action.items():
        within = promise.within
        words = f"within {write_duration(within)}" if isinstance(within, timedelta) else "the same day"
        words += f", at least {write_duration(promise.at_least)}" if promise.at_least else ""
        hours = promise.calendar or playbook.default_calendar
        words += f" ({hours}), {_warned(promise.warn)}"
        rows.append(Row(playbook.lead_types[name].words, words, f"first_action.{name}"))
    begins = "when it reached us"
    if playbook.anchor.starts == "submitted":
        old = write_duration(playbook.anchor.unless_older_than)
        begins = f"when the form was sent; what is older than {old} counts from its arrival"
    return [*rows, Row("The clock begins", begins, "anchor")]


def _warned(warn: WarnAt) -> str:
    return (
        f"warned {write_duration(warn.before)} before"
        if warn.before
        else f"warned at {warn.share or 0:.0%} left"
    )


def _after_a_claim(playbook: Playbook) -> list[Row]:
    follow, effort, capacity = playbook.follow_up, playbook.effort, playbook.capacity
    contact = write_duration(playbook.contact.within)
    warned, taken = write_duration(follow.warn_after), write_duration(follow.hand_back_after)
    silent = f"warned after {warned}, handed back after {taken}"
    tried = f"{effort.attempts} attempts by {effort.channels} channels on {effort.days} days"
    most = f"{capacity.open_leads} open leads" + (
        f", {capacity.per_day} new ones a day" if capacity.per_day else ""
    )
    return [
        Row("A conversation", f"within {contact}, {_warned(playbook.contact.warn)}", "contact"),
        Row("Silence", silent, "follow_up"),
        Row("Enough effort", f"at least {tried}", "effort"),
        Row("At most", most, "capacity"),
    ]


def _ladder(playbook: Playbook) -> list[Row]:
    rows, after = [], timedelta()
    for number, rung in enumerate(playbook.escalation):
        label = f"{write_duration(after)} later" if after else "At once"
        rows.append(Row(label, STEP_WORDS[rung.do], f"escalation.{number}"))
        after += rung.within or timedelta()
    return rows


def _definitions(playbook: Playbook) -> list[Row]:
    rows = [
        Row(
            "Ideal customer",
            "; ".join([playbook.icp.words, *(r.words for r in playbook.icp.requires)]),
            "icp",
        )
    ]
    for stage in ("mql", "sal", "sql"):
        contract = getattr(playbook.stages, stage)
        asked = [requirement.words for requirement in contract.requires]
        asked += ["the ideal customer profile"] if contract.icp else []
        asked += [f"a score of at least {contract.threshold}"] if contract.threshold is not None else []
        rows.append(
            Row(
                stage.upper(),
                f"{contract.words}. Needs {'; '.join(asked) or 'nothing more'}",
                f"stages.{stage}",
            )
        )
    return rows


def _routes(playbook: Playbook) -> list[Row]:
    cuts = f"high from {playbook.bands.high}, medium from {playbook.bands.medium}, low below"
    rows = [Row("Bands", cuts, "bands")]
    for path, route in all_routes(playbook):
        band = "" if path[-1] in ("every", "abstained") else f", {path[-1]}"
        label = CLASS_WORDS.get(str(path[1]), "Left to people")
        rows.append(Row(label + band, _route(route), ".".join(map(str, path))))
    return rows


def route_in_words(playbook: Playbook, rule: str) -> str:
    """Where the route of this clause ("routes.buying.high") leads; empty for a clause that is no route."""
    found = (route for path, route in all_routes(playbook) if ".".join(map(str, path)) == rule)
    return next(map(_route, found), "")


def _route(route: RouteClause) -> str:
    words = plain_frame.DESKS[route.desk]
    if route.assign:
        wait = f"the board for {say_duration(route.assign_after)}, then" if route.assign_after else "at once"
        words = f"{wait} to a suitable rep"
    words += " of pre-sales, else of sales" if route.tier == "presales" else ""
    words += f", on the track {route.track}" if route.track else ""
    return words + (", with a polite answer" if route.answer else "")


def _points(playbook: Playbook) -> list[Row]:
    lines = enumerate(playbook.scorecard.points)
    return [Row(line.because, f"{line.points:+d}", f"scorecard.points.{number}") for number, line in lines]


def _tracks(playbook: Playbook) -> list[Row]:
    rows = []
    for name, track in playbook.tracks.items():
        days = ", ".join(str(step.after) for step in track.steps)
        rows.append(
            Row(
                name,
                f"{track.words}; {len(track.steps)} letters, after {days} business days",
                f"tracks.{name}",
            )
        )
    return rows


def _rejections(playbook: Playbook) -> list[Row]:
    return [
        Row(clause.words, LEADS_TO[clause.leads_to], f"rejection_reasons.{code}")
        for code, clause in playbook.rejection_reasons.items()
    ]


def _door(playbook: Playbook) -> list[Row]:
    door = playbook.door
    own = f"{len(door.sources)} with limits of their own" if door.sources else "all alike"
    return [
        Row("One source", f"{door.source} at most" if door.source else "no limit", "door.source"),
        Row("One address", f"{door.address} from browsers" if door.address else "no limit", "door.address"),
        Row("One person", f"heard {door.repeats}; more is kept and wakes nobody", "door.repeats"),
        Row("The same text", f"{door.alike}; more is junk", "door.alike"),
        Row("Hidden fields", ", ".join(door.honeypots) or "the usual ones", "door.honeypots"),
        Row("A form of our own", f"filled in for {_filled(door)}", "door.form"),
        Row("Stop words", ", ".join(door.stop_words) or "none", "door.stop_words"),
        Row("Stop words beside a foreign link", ", ".join(door.link_words) or "none", "door.link_words"),
        Row("Sources", own, "door.sources"),
    ]


def _filled(door: Door) -> str:
    return f"{write_duration(door.form.youngest)} to {write_duration(door.form.oldest)}, else junk"
