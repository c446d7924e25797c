"""A mapping for a file that comes without one. It is printed, so that it can be corrected and given; where
the end of a lead cannot be told with certainty nothing is guessed, and the message says what is needed.
"""

import re
from collections import Counter

import yaml

from tests.bench.outcomes import labels, moments

MOST_ENDS, SHOWN = 30, 8
_OUTCOME = re.compile(
    r"\b(converted|conversion|won|outcome|result|target|label|churn(ed)?|purchased?|bought|subscribed|response|"
    r"responded|success|y|status|stage|customer|sale|sold|revenue|class|deposit|enrolled|signed up|ergebnis|"
    r"abschluss|ausgang|gewonnen|statut|résultat|resultado|estado)\b"
)
_SURE = re.compile(r"\b(converted|conversion|won|outcome|target|label|churn(ed)?|purchased?|subscribed|y)\b")
# Written when the lead was worked or over: sales knew the end, or was near it.
_AFTER = re.compile(
    r"\b(clos(e|ed|ing)|lost|won|deal|invoic\w*|contract\w*|signed|next step|last (activity|contact|modified|"
    r"notable activity|touch|call)|status|stage|probability|forecast|owner|assigned|sales ?(rep|person)|"
    r"(?<!user )agent(?! ip)|tags?|lead (quality|profile|score|grade)|converted|conversion|outcome|"
    r"disposition|reject\w*|"
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
    found = {name: ends for name, values in columns.items() if (ends := _ends(values))}
    best = sorted(found, key=lambda name: -_rank(name, *found[name]))
    if not best or (best[1:] and _rank(best[0], *found[best[0]]) == _rank(best[1], *found[best[1]])):
        raise SystemExit(_what_is_needed(columns, found, best))
    mapping, said = _rest_of(columns, best[0], *found[best[0]])
    return mapping, [
        *said,
        f"to correct this, write it as leads.yaml and give MAPPING=leads.yaml\n{_written(mapping)}",
    ]


def _rest_of(columns, outcome, won, lost):
    """Return (the mapping with this outcome, what was guessed in words)."""
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


def _ends(values):
    """Return (won, lost) when the labels of a column say both and hardly anything else, or None. A column
    that counts holds 0 and 1 too: other numbers among them say so.
    """
    counts = Counter(labels.plain(value) for value in values if value)
    if not 2 <= len(counts) <= MOST_ENDS:
        return None
    meant = {label: labels.means(label) for label in counts}
    if any(end is None and re.fullmatch(r"-?\d+([.,]\d+)?", label) for label, end in meant.items()):
        return None
    won, lost = ({label for label, end in meant.items() if end == which} for which in (1, 0))
    return (won, lost) if won and lost else None


def _rank(name, won, lost):
    """How surely this column is the end: by its name, and by labels that speak of winning and losing."""
    plain = _plain(name)
    by_name = 4 if _SURE.search(plain) else 3 if _OUTCOME.search(plain) else 0
    speaks = any(label not in labels.YES | labels.NO for label in won | lost)
    return by_name + 2 * speaks


def _what_is_needed(columns, found, best):
    if best:
        which = f"It could be {', '.join(best[:SHOWN])}{' …' if best[SHOWN:] else ''}."
    else:
        which = "No column holds yes and no, 1 and 0, won and lost."
    example = best[0] if best else _likeliest(columns)
    values = sorted({labels.plain(value) for value in columns[example] if value})
    if len(values) == 1:
        which += f" “{example}” says “{values[0]}” on every lead: leads of both ends are needed."
    won, lost = found.get(example, (values[-1:], values[:-1][:SHOWN]))
    mapping, _ = _rest_of(columns, example, won, lost)
    return (
        f"Which column says how a lead ended cannot be told. {which}\n"
        f"The columns are {', '.join(columns)}.\n"
        "Write a mapping, correct it where it is wrong, and give it as MAPPING=leads.yaml; only its first "
        f"two lines are needed:\n\n{_written(mapping)}\n"
        f"“{example}” holds {', '.join(values[:SHOWN]) or 'nothing'}{' …' if values[SHOWN:] else ''}."
    )


def _likeliest(columns):
    """The column to show in an example: by its name, else one with few values."""
    named = [name for name in columns if _SURE.search(_plain(name)) or _OUTCOME.search(_plain(name))]
    few = [name for name, values in columns.items() if 2 <= len(set(values)) <= MOST_ENDS]
    return next(iter([*named, *few, *columns]))


def _written(mapping):
    """A mapping as YAML, to be copied."""
    text = yaml.safe_dump(mapping, default_flow_style=None, sort_keys=False, allow_unicode=True, width=100)
    return "".join(f"    {line}\n" for line in text.splitlines())


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
