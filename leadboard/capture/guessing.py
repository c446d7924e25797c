"""Which value of a payload is which of our fields, where no mapping says so: by labels, then by values."""

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from leadboard.capture import consents as agreed
from leadboard.capture import contact, labels, moments, numbers, vocabulary
from leadboard.capture.labels import EXACT
from leadboard.capture.leaves import Leaf

LONGEST_BASIS = 40
DIALLED = re.compile(r"[+(0-9][\d\s()/.\-–]{5,28}")
DATE = re.compile(r"\d{1,4}([/.-])\d{1,2}\1\d{1,4}")
ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[^\W\d_]{2,24}(?:[:/?#]\S*)?", re.IGNORECASE)
# What "url" alone means of a person; else it is the page on which a form stood.
HOME_PAGE = re.compile(r"(?:https?://)?(?:[\w-]+\.)+[^\W\d_]{2,24}/?", re.IGNORECASE)
RANGE = re.compile(r"[\d\s.,+<>–-]+")
# What a form or a page may have itself; its e-mail address would be that of the prospect.
OF_A_THING = frozenset(["name", "company", "title", "country", "website", "message", "submitted_at"])
JOBS, LEGAL_FORMS = labels.spelled(vocabulary.JOBS), vocabulary.LEGAL_FORMS


def guess(
    leaves: list[Leaf], taken: Collection[str], now: datetime | None = None, address: str = ""
) -> dict[str, Leaf]:
    """Return {our field: the value that means it} for the fields that are not taken.

    A valid address before an invalid one and that of work before another, then the surest label, then what
    stands nearest to the e-mail address (an object that has one is about the person), the longest text for
    the message, else what stands first. A value is one field's at most. `address` is the e-mail address
    where it is known already.
    """
    found: dict[str, Leaf] = {}
    home = _home(leaves)
    for _, field, leaf in sorted(_by_label(leaves, taken, home, now), key=lambda guessed: guessed[0]):
        if field not in found and not _is_used(leaf, found):
            found[field] = leaf
    _by_value(leaves, taken, found, address)
    return found


def consents(leaves: list[Leaf]) -> bool:
    """Did the person tick that they agree to be contacted?"""
    return any((agreed.asks(leaf.steps) and _is_ticked(leaf)) or agreed.agrees(leaf.text) for leaf in leaves)


def _home(leaves: list[Leaf]) -> tuple[str, ...]:
    """Return the steps of the object that holds the e-mail address of the prospect: the first there is."""
    mine = (leaf for leaf in leaves if is_email(leaf.text) and not labels.is_about_others(leaf.steps))
    first = next(mine, None)
    return first.steps[:-1] if first else ()


def _by_label(
    leaves: list[Leaf], taken: Collection[str], home: tuple[str, ...], now: datetime | None
) -> list[tuple[tuple[int, ...], str, Leaf]]:
    """Return every guess of the fields that are not taken with its rank: the lower, the surer."""
    return [
        (_rank(meant, leaf, place, home), meant.field, leaf)
        for place, leaf in enumerate(leaves)
        for meant in labels.meanings(leaf.steps)
        if meant.field not in taken and _fits(meant, leaf, now) and _is_answer(meant.field, leaf, home)
    ]


def _is_answer(field: str, leaf: Leaf, home: tuple[str, ...]) -> bool:
    """Is it no name or text of a thing ("form.name"), unless the e-mail address stands there as well?"""
    if field not in OF_A_THING or (home and leaf.steps[:-1] == home):
        return True
    is_called = field in ("name", "title", "website") and labels.is_of_a_talk(leaf.steps)
    return not (is_called or labels.is_of_a_thing(leaf.steps))


def _rank(meant: labels.Meaning, leaf: Leaf, place: int, home: tuple[str, ...]) -> tuple[int, ...]:
    valid, work = 1, int(meant.field == "email" and labels.is_of_work(leaf.steps))
    if meant.field in ("email", "phone"):
        valid = int(is_email(leaf.text) if meant.field == "email" else _is_number(leaf.text))
    length = min(len(leaf.text), 1_000) if meant.field == "message" else 0
    return (1 - valid, -work, -meant.strength, -_nearness(leaf, home), -length, place)


def _nearness(leaf: Leaf, home: tuple[str, ...]) -> int:
    """Return how many steps a value shares with the home of the e-mail address."""
    return next(
        (depth for depth, (one, other) in enumerate(zip(leaf.steps, home, strict=False)) if one != other),
        min(len(leaf.steps), len(home)),
    )


def _fits(meant: labels.Meaning, leaf: Leaf, now: datetime | None) -> bool:
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
            is_bare = labels.words(leaf.steps[-1]) in (("url",), ("link",))
            return bool(HOME_PAGE.fullmatch(text)) if is_bare else is_exact or bool(ADDRESS.fullmatch(text))
        case "title":
            return text.casefold().strip(". ") not in vocabulary.SALUTATIONS | vocabulary.NO_JOBS
        case "company":
            return is_exact or not (
                is_email(text) or RANGE.fullmatch(text) or text.casefold() in vocabulary.YES
            )
        case "name" | "first_name" | "last_name" | "nom":
            return not is_email(text)
        case "message":
            return not is_email(text) and (
                is_exact or not (isinstance(leaf.value, list) or _is_short_code(text))
            )
        case "basis":
            return len(text) <= LONGEST_BASIS
        case "submitted_at":
            return is_exact or moments.is_recent(text, now)
    return True


def _by_value(leaves: list[Leaf], taken: Collection[str], found: dict[str, Leaf], address: str) -> None:
    """Take an e-mail address, an international number or a long text wherever it stands; and more where the
    label tells nothing.
    """
    anywhere: dict[str, Callable[[Leaf], bool]] = {
        "email": lambda leaf: is_email(leaf.text),
        "phone": lambda leaf: leaf.text[:1] == "+" and numbers.canonical_phone(leaf.text) is not None,
    }
    for field, looks in anywhere.items():
        _take(field, looks, (leaf for leaf in leaves if not labels.is_about_others(leaf.steps)), taken, found)
    address = found["email"].text if "email" in found else address
    where_silent: dict[str, Callable[[Leaf], bool]] = {
        "phone": lambda leaf: bool(DIALLED.fullmatch(leaf.text)) and not DATE.fullmatch(leaf.text),
        "website": lambda leaf: leaf.text.startswith(("http://", "https://", "www.")),
        "country": lambda leaf: len(leaf.text) > 3 and contact.country_code(leaf.text) is not None,
        "title": lambda leaf: _is_job(leaf.text),
        "company": lambda leaf: _is_company(leaf.text, address),
        "name": lambda leaf: _is_name(leaf.text, address),
    }
    silent = [leaf for leaf in leaves if where_silent.keys() - taken and labels.tells_nothing(leaf.steps)]
    for field, looks in where_silent.items():
        if field != "name" or not {"first_name", "last_name", "nom"} & {*found, *taken}:
            _take(field, looks, silent, taken, found)
    if "message" not in taken and "message" not in found:
        long = sorted(filter(_is_long_text, leaves), key=lambda leaf: -len(leaf.text))
        _take("message", lambda leaf: True, long, taken, found)


def _take(
    field: str,
    looks: Callable[[Leaf], bool],
    leaves: Iterable[Leaf],
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
    steps = leaf.steps
    quiet = labels.is_about_others(steps) or labels.is_no_message(steps) or labels.is_of_a_thing(steps)
    return leaf.text.count(" ") >= 4 and not quiet and not agreed.agrees(leaf.text)


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
    undotted = together.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return fits and any(len(word) > 2 and (word in together or word in undotted) for word in words)


def _is_ticked(leaf: Leaf) -> bool:
    if leaf.value is True:
        return True
    text = " ".join(labels.words(leaf.text))
    return text in vocabulary.YES or any(
        text.startswith(p) for p in ("i agree", "yes", "ja ", "oui", "ich stimme")
    )
