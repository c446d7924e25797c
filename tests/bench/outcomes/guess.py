"""A mapping for a file that comes without one. It is printed, so that it can be corrected and given; where
the end of a lead cannot be told with certainty nothing is guessed, and the message says what is needed.
"""

import re
from collections import Counter

from tests.bench.outcomes import labels, moments

MOST_ENDS = 30
_OUTCOME = re.compile(
    r"\b(converted|conversion|won|outcome|result|target|label|churn(ed)?|purchased?|bought|subscribed|response|"
    r"responded|success|y|status|stage|customer|sale|sold|revenue|class|deposit|enrolled|signed up)\b"
)
_SURE = re.compile(r"\b(converted|conversion|won|outcome|target|label|churn(ed)?|purchased?|subscribed|y)\b")
# Written when the lead was worked or over: sales knew the end, or was near it.
_AFTER = re.compile(
    r"\b(clos(e|ed|ing)|lost|won|deal|invoic\w*|contract\w*|signed|next step|last (activity|contact|modified|"
    r"notable activity|touch|call)|status|stage|probability|forecast|owner|assigned|sales ?(rep|person)|"
    r"agent|tags?|lead (quality|profile|score|grade)|converted|conversion|outcome|disposition|reject\w*|"
    r"asymmetrique \w+ \w+)\b"
)
_CREATED = re.compile(
    r"\b(creat\w+|submit\w+|received|captured|registered|arriv\w+|inquir\w+|enquir\w+|added|opened|date|erstellt|eingegangen|datum|fecha)\b"
)
_COUNTED = re.compile(r"\b(lead|record|row|case|customer|prospect)? ?(id|no|nr|number)\b")
_TEXT = re.compile(r"\b(message|enquiry|inquiry|question|comments?|description|request|body|text)\b")


def mapping_of(lines):
    """Return (mapping, sentences that say what was guessed); SystemExit says what is needed instead."""
    columns = {name: [line[name] for line in lines] for name in lines[0]}
    outcome, won, lost = _outcome(columns)
    rest = [name for name in columns if name != outcome]
    mapping = {"outcome": outcome, "won": sorted(won), "lost": sorted(lost)}
    said = [f"“{outcome}” is the end of a lead: won is {_quoted(won)}, lost is {_quoted(lost)}"]
    if order := next((name for name in rest if _is_order(name, columns[name])), None):
        mapping["order"] = order
        said.append(f"“{order}” says what is older")
    else:
        said.append("no column says what is older: the file is taken to begin with the oldest lead")
    if drop := [name for name in rest if _AFTER.search(_plain(name)) and name != order]:
        mapping["drop"] = drop
        said.append(
            f"left out, because by their names they were written after the contact: {', '.join(drop)}"
        )
    texts = [name for name in rest if name not in (order, *drop) and _is_text(name, columns[name])]
    if texts:
        mapping["text"] = texts[0]
        said.append(f"“{texts[0]}” is what they wrote")
    return mapping, said


def _outcome(columns):
    """Return (column, its labels that mean won, those that mean lost)."""
    found = {name: ends for name, values in columns.items() if (ends := _ends(values))}
    for form in (_SURE, _OUTCOME):
        named = [name for name in found if form.search(_plain(name))]
        if len(named) == 1 or (named and named[-1] == list(columns)[-1]):
            return (named[-1], *found[named[-1]])
    if len(found) == 1:
        return next((name, *ends) for name, ends in found.items())
    raise SystemExit(_what_is_needed(columns, found))


def _ends(values):
    """Return (won, lost) when the labels of a column say both and hardly anything else, or None."""
    counts = Counter(labels.plain(value) for value in values if value)
    if not 2 <= len(counts) <= MOST_ENDS:
        return None
    meant = {label: labels.means(label) for label in counts}
    won, lost = ({label for label, end in meant.items() if end == which} for which in (1, 0))
    return (won, lost) if won and lost else None


def _what_is_needed(columns, found):
    which = (
        f"It could be {', '.join(found)}." if found else "No column holds yes and no, 1 and 0, won and lost."
    )
    few = [name for name, values in columns.items() if 2 <= len(set(values)) <= MOST_ENDS]
    example = next(iter(found or few or columns))
    values = sorted({value for value in columns[example] if value})[:6]
    return (
        f"Which column says how a lead ended cannot be told. {which}\n"
        "Write a mapping and give it as MAPPING=leads.yaml; two lines are enough:\n\n"
        f"    outcome: {example}\n    won: [{values[-1] if values else '…'}]    # of {', '.join(values)}\n\n"
        f"Columns with few values: {', '.join(few) or 'none'}."
    )


def _is_order(name, values):
    said = [value for value in values if value]
    if len(said) < 0.9 * len(values):
        return False
    if _CREATED.search(_plain(name)) and not _AFTER.search(_plain(name)):
        return moments.date_reader(said) is not None
    is_counted = _COUNTED.fullmatch(_plain(name)) and all(value.isdigit() for value in said)
    return bool(is_counted) and len(set(said)) == len(said)


def _is_text(name, values):
    said = [value for value in values if value]
    spaces = sum(value.count(" ") for value in said) / max(1, len(said))
    return bool(_TEXT.search(_plain(name))) and spaces >= 4 and len(set(said)) > 0.3 * len(said)


def _plain(name):
    """Words of a column's name: "LeadStatus" and "lead_status" are both "lead status"."""
    return re.sub(r"[^\w]+|_+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).strip().casefold()


def _quoted(words):
    return ", ".join(f"“{word}”" for word in sorted(words))
