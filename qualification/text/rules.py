"""Clear cases that need no statistics, also in languages the shipped seed does not speak.

A rule names the label and carries the words that met it. Rules are few and narrow: where a phrase could
also be said by somebody who wants to buy, it is left to the word model.
"""

# ruff: noqa: E501 - a way to say something is read in one line

import re
from pathlib import Path
from typing import NamedTuple

from qualification.text.grams import lowered

LISTS = Path(__file__).parent / "lists"

MUCH_SPAM, NOTHING_SAID = 2, 2
_LINK = re.compile(r"https?://|www\.")
_LINK_WHOLE = re.compile(r"(?:https?://|www\.)\S{1,2000}")
_LETTER = re.compile(r"[^\W\d_]")
# "We do not want a demo" is no wish for a demo.
_DENIED = re.compile(
    r"\b(?:no|not|don't|without|never|neither|nor|kein\w*|nicht|ohne|pas|sans|sin|geen|niet|non|senza|não|nie)\b[^.,;!?\n]*$",
    re.IGNORECASE,
)


class Match(NamedTuple):
    """A rule that holds: for which label, and the words that met it."""

    label: str
    words: list[str]
    spans: list[tuple[int, int]] = []


def _any(*patterns: str) -> re.Pattern[str]:
    """One pattern for small letters; what begins at the border of a word looks for it once."""
    bordered = "|".join(pattern.removeprefix(r"\b") for pattern in patterns if pattern.startswith(r"\b"))
    rest = [f"(?:{pattern})" for pattern in patterns if not pattern.startswith(r"\b")]
    return re.compile("|".join([rf"\b(?:{bordered})", *rest]))


_RULES = {
    "job_seeker": _any(
        r"\b(?:my|attached) (?:cv|resume|résumé)\b", r"\b(?:cv|resume|résumé) (?:is )?attached\b",
        r"\bapply(?:ing)? for (?:the|a|your) (?:\w+ ){0,3}(?:position|role|job|vacancy|internship)\b",
        r"\b(?:job|my) application\b",
        r"\bopen (?:positions|vacancies)\b",
        r"\bseeking (?:employment|a job)\b",
        r"\b(?:meine bewerbung|lebenslauf|initiativbewerbung)\b", r"\bcandidature spontanée\b",
        r"\b(?:mi|mon|mijn|mio|meu) (?:currículum|curriculum)\b", r"\b(?:busco|procuro) trabajo\b",
        r"\b(?:open sollicitatie)\b", r"\bszukam pracy\b", r"\bcerco lavoro\b",
    ),
    "vendor": _any(
        r"\bguest post", r"\bback-?links?\b", r"\b(?:first|top) page of google\b", r"\blink exchange\b",
        r"\b(?:your|improve) (?:website(?:'s)? )?seo\b", r"\bseo (?:services?|agency|packages?|audit)\b",
        r"\bdomain authority\b", r"\bverified (?:leads?|contacts?|lists?)\b",
        r"\b(?:e-?mail|contact) (?:lists?|databases?) of\b",
    ),
    "spam": _any(
        r"\bviagra\b", r"\bcialis\b", r"\bcasino\b.{0,60}\b(?:bonus|spins?|deposit|jackpot)", r"\bfree spins?\b",
        r"\bclaim (?:your|it|the) .{0,30}(?:prize|now|card)", r"\bhot singles\b", r"\bt\.me/",
        r"\b(?:send|deposit) bitcoins?\b", r"\bdoubles? your money\b", r"\bwork from home and (?:get|earn)",
        r"\bmillion (?:usd|dollars).{0,80}\b(?:transfer|bank|inherit)", r"^\W*(?:test[\W\d]*)+$",
        r"\blorem ipsum\b", r"\b(?:porn|xxx)\b",
    ),
    "existing_customer": _any(
        r"\b(?:reset|forgot|forgotten) (?:my|our|the) password\b", r"\bcan(?:'|no)t log ?in\b",
        r"\b(?:my|our) (?:order|invoice|ticket|case) (?:no\.?|number|#)? ?\d{3,}",
        r"\b(?:refund|cancel) (?:my|our)\b",
        r"\b(?:my|our) account is locked\b", r"\bcharged (?:me |us )?twice\b",
        r"\b(?:meine|unsere) (?:bestellung|rechnung) (?:nr\.?|nummer)? ?\d{3,}", r"\bma commande (?:n° ?)?\d{3,}",
        r"\bmi pedido (?:n[°º.] ?)?\d{3,}",
    ),
    "other": _any(
        r"\bunsubscribe\b", r"\b(?:remove|take) me (?:from|off)\b", r"\bstop (?:sending|e-?mailing)\b",
        r"\bfor my (?:homework|thesis|school project|dissertation)\b",
        r"\bopt[- ]?out\b",
        r"\bwrong number\b",
    ),
    "buying": _any(
        r"^\W*(?:demo|pricing|price list|quote|(?:talk to|contact) sales)\W*$",
        r"\b(?:request|ask)(?:ing)? (?:for )?(?:a )?(?:quote|quotation|demo|formal offer)\b",
        r"\b(?:send|need|prepare|get|like) (?:\w+ ){0,3}(?:quote|quotation|proposal)\b",
        r"\b(?:book|schedule|arrange|want|get|see|have) (?:a |the )?(?:live |product )?demo\b",
        r"\bbudget (?:is|has been|was) (?:approved|released|signed)",
        r"\bready to (?:buy|order|sign|purchase)\b",
        r"\bpreis(?:e)? für \d+", r"\bangebot (?:für|über) \d", r"\bdevis pour \d", r"\bpresupuesto para \d",
        r"\bpreventivo per \d", r"\bofferte voor \d", r"\borçamento para \d", r"\bofert[aęy] na \d",
    ),
}  # fmt: skip


def clear_case(text: str) -> Match | None:
    """The label that rules give this text; None when none or more than one holds."""
    small = lowered(text)
    met = {label: list(pattern.finditer(small)) for label, pattern in _RULES.items()}
    met = {label: found for label, found in met.items() if found}
    if len(_LINK.findall(text)) > MUCH_SPAM and "buying" not in met:
        return Match("spam", ["many links"])
    if any(
        _DENIED.search(text, max(0, match.start() - 30), match.start())
        for found in met.values()
        for match in found
    ):
        return None
    if len(met) != 1:
        return None
    label, found = met.popitem()
    spans = [match.span() for match in found[:3]]
    return Match(label, [text[start:end].strip() for start, end in spans], spans)


def says_nothing(text: str) -> bool:
    """Whether there is no word in it at all, but perhaps an address of a page."""
    return len(_LETTER.findall(_LINK_WHOLE.sub(" ", text))) <= NOTHING_SAID


# The small words of English.
SMALL_WORDS = frozenset({
    "the", "and", "for", "you", "your", "are", "our", "have", "with", "this", "that", "would",
    "what", "can", "from", "need", "how", "please", "not", "we", "is", "to", "of", "my", "it", "in",
    "do", "does", "any", "who", "where", "when", "could", "a", "an", "i", "me", "us", "be", "want",
    "like", "will", "which", "send",
})  # fmt: skip
_FOREIGN = frozenset((LISTS / "small_words_of_other_languages.txt").read_text().split()) - SMALL_WORDS
# Words of all these languages that say nothing to a reader who asks why.
EMPTY_WORDS = SMALL_WORDS | _FOREIGN | frozenset((LISTS / "small_words.txt").read_text().split())
_UNSPOKEN = frozenset((LISTS / "small_words_not_in_the_seed.txt").read_text().split())


def is_foreign(text: str) -> bool:
    """Whether this is clearly not English: more small words of other languages than of English, or
    another script.
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    latin = sum(word.isascii() or any(letter < "ɐ" for letter in word) for word in words)
    if words and latin < len(words) / 2:
        return True
    own, foreign = sum(word in SMALL_WORDS for word in words), sum(word in _FOREIGN for word in words)
    return foreign > own and foreign >= min(2, len(words))


def is_unspoken(text: str) -> bool:
    """Whether this is clearly in a language in which the seed has no enquiries."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    latin = sum(word.isascii() or any(letter < "ɐ" for letter in word) for word in words)
    met = {word for word in words if word in _UNSPOKEN}
    return latin < len(words) / 2 or (len(met) > 1 and len(met) * 8 >= len(words))
