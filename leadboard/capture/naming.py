"""Are two names those of one person? For comparing only; what is stored of a name stays as it was sent.

Titles do not count, nor case, accents, "ae" for "ä", an order turned by a comma; an initial stands for any
name that begins so. What tells a father from his son does count: "Hans Meier jun." is not "Hans Meier".
"""

import re
from functools import lru_cache

from leadboard.companies.names import plain

TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "sir",
        "madam",
        "dr",
        "prof",
        "professor",
        "phd",
        "msc",
        "bsc",
        "mba",
        "dipl",
        "ing",
        "herr",
        "frau",
        "mag",
        "m",
        "mme",
        "mlle",
        "monsieur",
        "madame",
        "sr",
        "sra",
        "srta",
        "senor",
        "senora",
        "don",
        "dona",
        "sig",
        "dott",
        "ir",
        "drs",
        "dhr",
        "mevr",
        "pan",
        "pani",
    ]
)
HE, SHE = (
    frozenset(["mr", "sir", "herr", "monsieur", "sr", "senor", "don", "sig"]),
    frozenset(["mrs", "ms", "miss", "madam", "frau", "mme", "mlle", "madame", "sra", "senora", "dona"]),
)
YOUNGER = frozenset(["jr", "jnr", "jun", "junior", "jnior", "fils", "hijo"])
ELDER = frozenset(["sen", "senior", "snr", "pere"])
COUNTED = frozenset(["ii", "iii", "iv"])
WORD = re.compile(r"[^\W\d_]+")
# Scripts that write a whole name without a space between its parts.
WITHOUT_SPACE = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff]{2,}")  # Hangul as taken apart by NFKD


@lru_cache(maxsize=4_096)
def words_of(name: str) -> tuple[tuple[str, ...], str]:
    """Return (the words of a name in the order first, last; which generation it names, "" for none)."""
    last, comma, first = name.partition(",")
    turned = f"{first} {last}" if comma and WORD.search(first) and not _is_added(first) else name
    words = [_one_spelling(word) for word in WORD.findall(plain(turned))]
    named = [
        word
        for word in words[1:]
        if word in YOUNGER | ELDER | COUNTED or (word == "sr" and words[-1] == "sr")
    ]
    kept = tuple(word for word in words if word not in TITLES and word not in named)
    return kept or tuple(words), _generation(named)


def key_of(name: str) -> str:
    """Return a full name in the one form that its spellings share; "" for half a name, which many bear."""
    words, generation = words_of(name)
    is_full = sum(len(word) > 1 for word in words) > 1 or bool(words and WITHOUT_SPACE.search(words[0]))
    return " ".join([*words, generation]).strip() if is_full else ""


def agree(one: str, other: str) -> bool:
    """Are both the same full name?"""
    return bool(key_of(one)) and key_of(one) == key_of(other)


def contradict(one: str, other: str) -> bool:
    """Can these two not be one person's? Half a name, initials and no name at all contradict nobody."""
    (mine, born), (theirs, begotten) = words_of(one), words_of(other)
    if not mine or not theirs:
        return False
    return born != begotten or _are_two_sexes(one, other) or not _fits(mine, theirs)


def _fits(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Does each word of the shorter name stand in the longer one, whole or by its initial?"""
    shorter, longer = sorted((one, other), key=len)
    left = list(longer)
    for word in sorted(shorter, key=len, reverse=True):
        found = next((each for each in left if each == word), None) or next(
            (each for each in left if 1 in (len(each), len(word)) and each[0] == word[0]), None
        )
        if found is None:
            return False
        left.remove(found)
    return True


def _are_two_sexes(one: str, other: str) -> bool:
    """Is one addressed as a man and the other as a woman?"""
    said = [{word for word in WORD.findall(plain(name))[:1] if word in HE | SHE} for name in (one, other)]
    return bool(said[0] & HE and said[1] & SHE) or bool(said[0] & SHE and said[1] & HE)


def _one_spelling(word: str) -> str:
    return re.sub("([aou])e", r"\1", word)


def _generation(named: list[str]) -> str:
    for words, called in ((YOUNGER, "jun"), (COUNTED, ""), (ELDER, "sen")):
        if found := next((word for word in named if word in words), None):
            return called or found
    return "sen" if "sr" in named else ""


def _is_added(text: str) -> bool:
    """Does only a title or a generation stand behind the comma ("Ann Lee, PhD", "Hans Meier, jun.")?"""
    return all(word in TITLES | YOUNGER | ELDER | COUNTED for word in WORD.findall(plain(text)))
