"""In plain words: who agreed, in which hours, what a lead can be, and what happens to one that rests."""

from leadboard.playbook.chapter import Row
from leadboard.playbook.schema import Playbook
from leadboard.playbook.spelled import spelled
from leadboard.playbook.values import write_duration

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DESKS = {
    "board": "the open board",
    "sales": "sales",
    "nurture": "nurture",
    "long_nurture": "long-term nurture",
    "closed": "closed",
}


def agreed(playbook: Playbook) -> list[Row]:
    """Who signed what, and when it is looked at again."""
    return [
        Row("Agreement", playbook.name, "name"),
        Row("Owner", playbook.owner, "owner"),
        Row("Firm in letters", playbook.firm, "firm"),
        Row("Looked at again", playbook.review, "review"),
    ]


def hours(playbook: Playbook) -> list[Row]:
    """When time counts."""
    rows = [Row("Unless a clause names its own", playbook.default_calendar, "default_calendar")]
    for name, clause in playbook.calendars.items():
        open_on = clause.hours or {}
        shifts = "; ".join(f"{day} {', '.join(open_on[day])}" for day in DAYS if open_on.get(day))
        closed = f"; closed on {len(clause.holidays)} holidays" if clause.holidays else ""
        rows.append(Row(name, f"{shifts or 'around the clock'}, {clause.zone}{closed}", f"calendars.{name}"))
    return rows


def lead_types(playbook: Playbook) -> list[Row]:
    """What somebody came for: the first that fits, unless the source says it."""
    return [
        Row(clause.words, spelled(clause.when) if clause.when else "everything else", f"lead_types.{name}")
        for name, clause in playbook.lead_types.items()
    ]


def resting(playbook: Playbook) -> list[Row]:
    """What wakes a lead, and what passes it on when nothing does."""
    wake = playbook.wake
    pages = f", or a look at {', '.join(wake.pages)}" if wake.pages else ""
    woken = f"{wake.touches} touches within {write_duration(wake.within)}{pages}: scored again at once"
    rows = [Row("Wakes up", woken, "wake")]
    for desk, out in playbook.time_outs.items():
        words = f"after {write_duration(out.after)} without anybody, to {DESKS[out.to]}"
        rows.append(Row(DESKS[desk][:1].upper() + DESKS[desk][1:], words, f"time_outs.{desk}"))
    return rows


def outcomes(playbook: Playbook) -> list[Row]:
    """How an action may end, and which end counts as a conversation."""
    rows = []
    for kind, clauses in playbook.outcomes.items():
        ends = [
            f"{one.words} (a conversation)" if one.conversation else one.words for one in clauses.values()
        ]
        rows.append(Row(kind.capitalize(), ", ".join(ends), f"outcomes.{kind}"))
    return rows
