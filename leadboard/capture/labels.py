"""What the labels of forms mean, in the languages of `vocabulary`, without regard to case, accents and
punctuation.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from leadboard.capture import vocabulary
from leadboard.capture.contact import folded
from leadboard.capture.vocabulary import word_set

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
WORD = re.compile(r"[^\W_]+")
E_MAIL = re.compile(r"\be (?=mail|post\b)")
NUMBERED = re.compile(r"(?:q|field|input|question|item|text)?\d+|(.*[^\W\d_])\d+")
SILENT = word_set(
    "question answer field input q untitled unnamed fld col column attr attribute cf frage feld champ campo"
)
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WEAK, TELLING, PLAIN, EXACT = range(4)
LONGEST, MOST_STEPS = 300, 6
DOTLESS = {"ä": "ae", "ö": "oe", "ü": "ue"}


class Meaning(NamedTuple):
    """Which of our fields a label means, and how sure that is: WEAK, TELLING, PLAIN or EXACT."""

    field: str
    strength: int


def spelled(words: frozenset[str]) -> frozenset[str]:
    """Return words folded, those with an umlaut also as "ae", "oe", "ue"."""
    table = str.maketrans(DOTLESS)
    return frozenset(folded(word) for word in words) | frozenset(
        folded(word.translate(table)) for word in words
    )


def _meanings_of(rows: dict[str, str], strength: int) -> dict[str, Meaning]:
    return {
        phrase: Meaning(field, strength) for field, row in rows.items() for phrase in spelled(word_set(row))
    }


MEANINGS = _meanings_of(vocabulary.WEAK_PHRASES, WEAK) | _meanings_of(vocabulary.PHRASES, EXACT)
FILLERS, NOISE = map(spelled, (vocabulary.FILLERS, vocabulary.NOISE))
OTHERS, OTHERS_IF_SHORT = map(spelled, (vocabulary.OTHERS, vocabulary.OTHERS_IF_SHORT))
THINGS, TALKS, STAFF = map(spelled, (vocabulary.THINGS, vocabulary.TALKS, vocabulary.STAFF))
NAME, FIRST, LAST = map(spelled, (vocabulary.NAME, vocabulary.FIRST, vocabulary.LAST))
EMAIL, PHONE, NUMBER = map(spelled, (vocabulary.EMAIL, vocabulary.PHONE, vocabulary.NUMBER))
COMPANY, TITLE = map(spelled, (vocabulary.COMPANY, vocabulary.TITLE))
COUNTRY, WEBSITE = map(spelled, (vocabulary.COUNTRY, vocabulary.WEBSITE))
HOLDERS = word_set("response responses submission submissions answers fields data values entry entries")
OF_A_JOB = word_set("job bezeichnung name code")
HALF_WORDS = word_set("first last given family")  # "last", but not "last contact"
OF_WORK = spelled(
    word_set(
        "work business corporate professional geschäftlich geschäftliche geschäftlicher dienstlich "
        "dienstliche beruflich pro professionnel professionnelle trabajo aziendale lavoro zakelijk"
    )
)


def words(label: str) -> tuple[str, ...]:
    """Return the words of a label: "Your e-mail:" → ("your", "email"); "jobTitle" → ("job", "title").

    Of a label that is longer than any question only the beginning is read, and remembered.
    """
    return _words(label[:LONGEST])


@lru_cache(maxsize=4_096)
def _words(label: str) -> tuple[str, ...]:
    found = WORD.findall(folded(CAMEL.sub(" ", label)))
    text = E_MAIL.sub("e", " ".join(found))
    return tuple(text.split())


def meanings(steps: tuple[str, ...]) -> tuple[Meaning, ...]:
    """Return what the path of a value can mean, each of our fields once; none for what is about others.

    The last two steps are asked together first ("name.last", "company.name"), then the last alone.
    """
    return _meanings(tuple(step[:LONGEST] for step in steps[-MOST_STEPS:]))


@lru_cache(maxsize=4_096)
def _meanings(steps: tuple[str, ...]) -> tuple[Meaning, ...]:
    parts = [words(step) for step in steps if not step.isdigit()]
    if not parts:
        return ()
    if parts[-1][-2:] == ("utm", "campaign") or parts[-1] == ("utmcampaign",):
        return (Meaning("campaign", EXACT),)
    bare = [_bare(part) for part in parts]
    if any(_is_others(part) or _is_staff(part) for part in bare[:-1]):
        return ()
    found: dict[str, int] = {}
    whole = MEANINGS.get("".join(parts[-1]))  # as it stands: "submission time"
    together = _of(bare[-2] + bare[-1]) if len(bare) > 1 and bare[-1] else []
    own = [*([whole] if whole else []), *_of(bare[-1]), *_by_question(bare[-1])]
    if any(meant.field == "company" for meant in together):  # the name of a firm is nobody's
        own = [meant for meant in own if meant.field != "name"]
    for meant in [*together, *own]:
        found[meant.field] = max(meant.strength, found.get(meant.field, WEAK))
    return tuple(Meaning(field, strength) for field, strength in found.items())


def is_about_others(steps: tuple[str, ...]) -> bool:
    """Does the path name somebody or something else than the prospect (the owner, the form, a consent)?"""
    return _is_about_others(tuple(step[:LONGEST] for step in steps[-MOST_STEPS:]))


@lru_cache(maxsize=4_096)
def _is_about_others(steps: tuple[str, ...]) -> bool:
    bare = [_bare(words(step)) for step in steps]
    return (
        any(map(_is_others, bare))
        or any(map(_is_staff, bare[:-1]))
        or (bool(bare) and _is_thing(words(steps[-1])))
    )


def is_of_a_thing(steps: tuple[str, ...]) -> bool:
    """Is it what a thing itself is called or says ("form.name", "page.title"), and no answer in it?"""
    return _is_thing(_holder(steps))


def is_of_a_talk(steps: tuple[str, ...]) -> bool:
    """Is it what a talk or a paper is called ("meeting.title", "ticket.name")?"""
    return bool(TALKS.intersection(_holder(steps)))


def is_of_work(steps: tuple[str, ...]) -> bool:
    """Does the label say that it is the address or number at work?"""
    return bool(steps) and bool(OF_WORK.intersection(words(steps[-1])))


def is_no_message(steps: tuple[str, ...]) -> bool:
    """Does a long text here come from an address, a campaign or a machine, or tell how many or when?"""
    asked = " ".join(words(steps[-1])) + " " if steps else ""
    return asked.startswith(vocabulary.NO_QUESTION) or any(
        vocabulary.NO_MESSAGE.intersection(words(step)) for step in steps
    )


def tells_nothing(steps: tuple[str, ...]) -> bool:
    """Is the label a mere number, or what a form calls a field by itself ("field_3", "question_a7Bx2")?"""
    last = words(steps[-1]) if steps else ()
    coded = all(any(sign.isdigit() for sign in word) for word in _bare(last))
    return coded or last[0] in SILENT or bool(UUID.fullmatch(steps[-1]))


def _bare(label: tuple[str, ...]) -> tuple[str, ...]:
    """Return a label without numbers and without what a form's own make-up adds ("form_fields[email_2]")."""
    if label[:2] in (("form", "fields"), ("form", "field"), ("contact", "form")):
        label = label[2:]
    if len(label) == 2 and label[0] in SILENT and NUMBERED.fullmatch(label[1]):
        return ()  # "question_3" asks nothing
    kept = []
    for word in label:
        numbered = NUMBERED.fullmatch(word)
        kept.append(word if numbered is None else numbered[1] or "")
    return tuple(word for word in kept if word and word not in NOISE)


def _is_others(label: tuple[str, ...]) -> bool:
    is_short = len(label) < vocabulary.MANY_WORDS
    if OTHERS.intersection(label) or "".join(label) in OTHERS:
        return True
    return is_short and bool(OTHERS_IF_SHORT.intersection(label))


def _holder(steps: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of the object in which a value stands."""
    named = [step for step in steps if not step.isdigit()]
    return words(named[-2]) if len(named) > 1 else ()


def _is_staff(label: tuple[str, ...]) -> bool:
    return bool(STAFF.intersection(label)) or label[-1:] == ("by",)


def _is_thing(label: tuple[str, ...]) -> bool:
    """Is a label of few words about a thing? What answers are wrapped in ("form_response") is none."""
    return (
        len(label) < vocabulary.MANY_WORDS and bool(THINGS.intersection(label)) and label[-1] not in HOLDERS
    )


def _of(label: tuple[str, ...]) -> list[Meaning]:
    """Return what one label can mean, the surest first."""
    joined = "".join(label)
    if joined in MEANINGS:
        return [MEANINGS[joined]]
    if joined in OTHERS:
        return []
    left = tuple(word for word in label if word not in FILLERS)
    if len(left) == 1 and left[0] in HALF_WORDS and label[-1] != left[0]:
        return []
    known = MEANINGS.get("".join(left)) if left else None
    if known:
        return [Meaning(known.field, min(known.strength, PLAIN))]
    return [] if _is_others(label) or _is_thing(label) else _by_words(frozenset(left))


def _by_words(left: frozenset[str]) -> list[Meaning]:
    """Return the meaning of the words that are left when those that add nothing are gone, in any order."""
    if left & EMAIL and not left & PHONE:
        return [Meaning("email", PLAIN if left <= EMAIL | COMPANY else TELLING)]
    if left & PHONE:
        return [Meaning("phone", PLAIN if left <= PHONE | NUMBER | COMPANY else TELLING)]
    rules = (
        ("title", TITLE | {"job"}, TITLE | COMPANY | OF_A_JOB),
        ("company", COMPANY, COMPANY | NAME),
        ("website", WEBSITE, WEBSITE | COMPANY),
        ("first_name", FIRST, FIRST | {"name"}),
        ("last_name", LAST, LAST | {"name", "nom"}),
        ("name", NAME, NAME | FIRST | LAST),
        ("phone", word_set("number nummer numero"), NUMBER),
    )
    found = [Meaning(field, PLAIN) for field, some, all_of in rules if left & some and left <= all_of][:1]
    return found or ([Meaning("country", TELLING)] if left & COUNTRY else [])


def _by_question(label: tuple[str, ...]) -> list[Meaning]:
    """Return whether a label of some words asks for a free text."""
    if "".join(label) in MEANINGS or _is_others(label) or _is_thing(label):
        return []
    text = " ".join(label) + " "
    asks = len(label) > 1 and not text.startswith(vocabulary.NO_QUESTION)
    return [Meaning("message", TELLING)] if asks and any(p in text for p in vocabulary.MESSAGE) else []
