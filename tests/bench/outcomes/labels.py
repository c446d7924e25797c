"""Which words of an outcome column mean won, which lost: "1", "Yes", "TRUE", "Closed Won", "gewonnen" …"""

import re

YES = frozenset({"1", "yes", "y", "true", "t", "ja", "oui", "si", "sí"})
NO = frozenset({"0", "-1", "no", "n", "false", "f", "nein", "non"})
_LOST = re.compile(
    r"\b(lost|loss|lose|not? ?(converted|interested|qualified|won|sold|purchased?)|unqualified|disqualified|"
    r"un(converted|successful|subscribed)|dead|rejected|refused|declined|denied|failed|failure|junk|dropped|"
    r"cold|verloren|perdu|perdido)\b"
)
_WON = re.compile(
    r"\b(won|win|converted|conversion|success(ful)?|sold|sale|purchased?|bought|customer|client|subscribed|"
    r"signed|accepted|approved|enrolled|paid|gewonnen|gagné|ganado)\b"
)


def plain(value):
    """Return a label as it is compared: case folded, "1.0" as "1"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).strip().casefold()
    return text[:-2] if re.fullmatch(r"-?\d+\.0", text) else text


def matching(wanted, values):
    """Return those of `values` (as plain labels) that a mapping's `wanted` list names. What YAML makes of
    `yes` or `true` is any yes of the file.
    """
    found = set()
    for one in wanted:
        alike = (YES if one else NO) if isinstance(one, bool) else {plain(one)}
        found |= {value for value in values if value in alike}
    return found


def means(value):
    """Return 1 for a label that means won, 0 for lost, None for any other."""
    label = plain(value)
    if label in YES or label in NO:
        return int(label in YES)
    words = re.sub(r"[_/-]+", " ", label)
    if _LOST.search(words):
        return 0
    return 1 if _WON.search(words) else None
