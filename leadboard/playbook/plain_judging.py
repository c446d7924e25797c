"""In plain words: tiers, next steps, answers, which track a lead enters, and how the machine may learn."""

from leadboard.playbook.chapter import Row
from leadboard.playbook.schema import Playbook
from leadboard.playbook.spelled import spelled

ACTS = {"call": "call", "write": "write", "classify": "say what it is"}
PROMOTION = {
    "automatic": "by itself, once later outcomes prove it better; never over an unsigned breach of fairness",
    "by_hand": "when a manager says so, after later outcomes proved it better",
}
BLOCKS = {
    "unexplained": "breaches of the four-fifths rule that outcomes do not bear out, until somebody signs",
    "every": "every breach of the four-fifths rule, until somebody signs",
}
LOOKED_AT = "country, region, company size, language, source, mailbox and title"


def tiers(playbook: Playbook) -> list[Row]:
    """The tier of a company: the first rule that holds."""
    return [Row(one.tier, spelled(one.when), f"tiers.{n}") for n, one in enumerate(playbook.tiers)]


def next_steps(playbook: Playbook) -> list[Row]:
    """What a rep is told to do next: the first line that holds."""
    return [
        Row(line.say + (f" [{ACTS[line.do]}]" if line.do else ""), spelled(line.when), f"next_steps.{n}")
        for n, line in enumerate(playbook.next_steps)
    ]


def answers(playbook: Playbook) -> list[Row]:
    """The polite answers: each address gets one, once."""
    return [Row(name, f"“{letter.subject}”", f"answers.{name}") for name, letter in playbook.answers.items()]


def enrolments(playbook: Playbook) -> list[Row]:
    """Which track a lead enters."""
    rows = []
    for number, rule in enumerate(playbook.enrol):
        who = " and ".join(filter(None, (", ".join(rule.lead_types), ", ".join(rule.bands)))) or "every lead"
        rows.append(Row(who.replace("_", " "), f"enters {rule.track}", f"enrol.{number}"))
    return [*rows, Row("Anybody else", f"enters {playbook.default_track}", "default_track")]


def hand_backs(playbook: Playbook) -> list[Row]:
    """Why a lead returns to marketing."""
    return [
        Row(words, "returns with all that was tried", f"hand_back_reasons.{code}")
        for code, words in playbook.hand_back_reasons.items()
    ]


def learning(playbook: Playbook) -> list[Row]:
    """Who lets a model judge, and what stops it."""
    clause = playbook.learning
    groups = f"{LOOKED_AT}; and {', '.join(clause.own_groups)}" if clause.own_groups else LOOKED_AT
    return [
        Row("A better model judges", PROMOTION[clause.promotion], "learning.promotion"),
        Row("What holds it back", BLOCKS[clause.blocks], "learning.blocks"),
        Row("Groups that are compared", groups, "learning.own_groups"),
    ]
