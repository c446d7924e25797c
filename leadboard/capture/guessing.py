"""Which value of a payload is which of our fields, where no mapping says so: by labels, then by values."""

import re
from collections.abc import Callable, Collection

from leadboard.capture import contact, labels, vocabulary
from leadboard.capture.labels import EXACT
from leadboard.capture.leaves import Leaf

LONGEST_BASIS = 40
DIALLED = re.compile(r"[+(0-9][\d\s()/.\-–]{5,28}")
DATE = re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}")
ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[^\W\d_]{2,24}(?:[:/?#]\S*)?", re.IGNORECASE)
RANGE = re.compile(r"[\d\s.,+<>–-]+")
JOBS, LEGAL_FORMS = labels.spelled(vocabulary.JOBS), vocabulary.LEGAL_FORMS


def guess(leaves: list[Leaf], taken: Collection[str]) -> dict[str, Leaf]:
    """Return {our field: the value that means it} for the fields that are not taken.

    The surest label wins, a valid address before an invalid one, the longest text for the message, else what
    stands first. A value is one field's at most.
    """
    found: dict[str, Leaf] = {}
    for _, field, leaf in sorted(_by_label(leaves), key=lambda guessed: guessed[0]):
        if field not in taken and field not in found and not _is_used(leaf, found):
            found[field] = leaf
    _by_value(leaves, taken, found)
    return found


def consents(leaves: list[Leaf]) -> bool:
    """Did the person tick that they agree to be contacted?"""
    return any(labels.asks_consent(leaf.steps) and _is_ticked(leaf) for leaf in leaves)


def _by_label(leaves: list[Leaf]) -> list[tuple[tuple[int, ...], str, Leaf]]:
    """Return every guess with its rank: the lower, the surer."""
    return [
        (_rank(meant, leaf, place), meant.field, leaf)
        for place, leaf in enumerate(leaves)
        for meant in labels.meanings(leaf.steps)
        if _fits(meant, leaf)
    ]


def _rank(meant: labels.Meaning, leaf: Leaf, place: int) -> tuple[int, ...]:
    valid = 1
    if meant.field in ("email", "phone"):
        valid = int(is_email(leaf.text) if meant.field == "email" else _is_number(leaf.text))
    length = min(len(leaf.text), 1_000) if meant.field == "message" else 0
    return (1 - valid, -meant.strength, -length, place)


def _fits(meant: labels.Meaning, leaf: Leaf) -> bool:
    """Can this value be that? Where the label is not exact, the value has to look like it."""
    text, is_exact = leaf.text, meant.strength == EXACT
    if not text:
        return False
    match meant.field:
        case "email":
            return is_exact or "@" in text
        case "phone":
            return is_exact or _is_number(text)
        case "country":
            return contact.country_code(text) is not None
        case "website":
            return is_exact or bool(ADDRESS.fullmatch(text))
        case "title":
            return text.casefold().strip(". ") not in vocabulary.SALUTATIONS
        case "company":
            return is_exact or not (
                is_email(text) or RANGE.fullmatch(text) or text.casefold() in vocabulary.YES
            )
        case "name" | "first_name" | "last_name" | "nom":
            return not is_email(text)
        case "message":
            return is_exact or not (isinstance(leaf.value, list) or _is_short_code(text))
        case "basis":
            return len(text) <= LONGEST_BASIS
    return True


def _by_value(leaves: list[Leaf], taken: Collection[str], found: dict[str, Leaf]) -> None:
    """Take an e-mail address, an international number or a long text wherever it stands; and more where the
    label tells nothing.
    """
    anywhere: dict[str, Callable[[Leaf], bool]] = {
        "email": lambda leaf: is_email(leaf.text),
        "phone": lambda leaf: leaf.text[:1] == "+" and contact.canonical_phone(leaf.text) is not None,
    }
    for field, looks in anywhere.items():
        _take(field, looks, [leaf for leaf in leaves if not labels.is_about_others(leaf.steps)], taken, found)
    address = found["email"].text if "email" in found else ""
    silent = [leaf for leaf in leaves if labels.tells_nothing(leaf.steps)]
    where_silent: dict[str, Callable[[Leaf], bool]] = {
        "phone": lambda leaf: bool(DIALLED.fullmatch(leaf.text)) and not DATE.fullmatch(leaf.text),
        "website": lambda leaf: leaf.text.startswith(("http://", "https://", "www.")),
        "country": lambda leaf: len(leaf.text) > 3 and contact.country_code(leaf.text) is not None,
        "title": lambda leaf: _is_job(leaf.text),
        "company": lambda leaf: _is_company(leaf.text, address),
        "name": lambda leaf: _is_name(leaf.text, address),
    }
    for field, looks in where_silent.items():
        if field != "name" or not {"first_name", "last_name", "nom"} & {*found, *taken}:
            _take(field, looks, silent, taken, found)
    long = sorted(filter(_is_long_text, leaves), key=lambda leaf: -len(leaf.text))
    _take("message", lambda leaf: True, long, taken, found)


def _take(
    field: str,
    looks: Callable[[Leaf], bool],
    leaves: list[Leaf],
    taken: Collection[str],
    found: dict[str, Leaf],
) -> None:
    if field in taken or field in found:
        return
    leaf = next((leaf for leaf in leaves if not _is_used(leaf, found) and looks(leaf)), None)
    if leaf:
        found[field] = leaf


def _is_used(leaf: Leaf, found: dict[str, Leaf]) -> bool:
    return any(leaf is other for other in found.values())


def is_email(text: str) -> bool:
    """Is it an e-mail address?"""
    return "@" in text and contact.canonical_email(text) is not None


def _is_number(text: str) -> bool:
    """Has it the digits of a telephone number, and no more letters than an extension needs?"""
    digits = sum(sign.isdigit() for sign in text)
    return 5 <= digits <= 20 and sum(sign.isalpha() for sign in text) <= 6 and not DATE.fullmatch(text)


def _is_short_code(text: str) -> bool:
    """Is it a yes, a number, or an address: nothing that a person wrote freely?"""
    coded = text.casefold() in vocabulary.YES or is_email(text) or RANGE.fullmatch(text)
    return bool(coded or ADDRESS.fullmatch(text))


def _is_long_text(leaf: Leaf) -> bool:
    quiet = labels.is_about_others(leaf.steps) or labels.is_no_message(leaf.steps)
    return leaf.text.count(" ") >= 4 and not quiet


def _is_job(text: str) -> bool:
    words = labels.words(text)
    return 0 < len(words) <= 6 and bool(JOBS.intersection(words)) and not LEGAL_FORMS.intersection(words)


def _is_company(text: str, address: str) -> bool:
    """Has it a legal form ("Halden Optik GmbH"), or is it in the domain of the e-mail address?"""
    words = labels.words(text)
    if not 0 < len(words) <= 8 or text.count(" ") > 7:
        return False
    domain = contact.company_domain(contact.canonical_email(address)) or ""
    host = domain.partition(".")[0].replace("-", "")
    return (len(words) > 1 and words[-1] in LEGAL_FORMS) or (
        len(host) > 2 and "".join(words).startswith(host)
    )


def _is_name(text: str, address: str) -> bool:
    """Are there two to four words, one of them in the e-mail address before the @?"""
    words = labels.words(text)
    local = labels.words(address.partition("@")[0].replace(".", " "))
    together = "".join(local)
    fits = 2 <= len(words) <= 4 and all(word.isalpha() for word in words)
    return fits and any(len(word) > 2 and word in together for word in words)


def _is_ticked(leaf: Leaf) -> bool:
    if leaf.value is True:
        return True
    text = " ".join(labels.words(leaf.text))
    return text in vocabulary.YES or any(
        text.startswith(p) for p in ("i agree", "yes", "ja ", "oui", "ich stimme")
    )
