"""Into which groups the fairness report divides leads, read from the facts of a decision."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from qualification.score.values import as_number, as_word

Facts = Mapping[str, Any]
SIZES = ((10, "1 to 10 people"), (50, "11 to 50"), (250, "51 to 250"), (1000, "251 to 1,000"))
MAILBOXES = {
    "free": "free mail",
    "work": "work address",
    "role": "shared mailbox",
    "disposable": "throw-away",
}
# The commonest short words tell the language of a message of a few words; ties and strangers are not told.
_SMALL_WORDS = {
    "English": "the and you we our for with are have is would like please can your this",
    "German": "und wir der die das ist für mit nicht ein eine haben sie bitte uns ich",
    "French": "le la les nous vous pour avec est une des je votre notre bonjour merci sur",
    "Spanish": "el los las para con una por que nuestro hola gracias es nos su queremos",
    "Italian": "il per con una che siamo vorrei grazie di della nostro buongiorno non sono",
    "Dutch": "het een wij van voor met zijn graag ik onze niet en jullie bedankt",
    "Portuguese": "para com uma não nossa obrigado você nós os gostaria da do em",
    "Polish": "i w nie na się jest dla czy proszę dzień dobry mamy jak",
    "Swedish": "och vi att är för med inte en ett har oss hej kan",
}
_LANGUAGES = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
LEAST_LEAD = 2


def size_of(facts: Facts) -> str | None:
    """The size of the company, in the classes of the EU's definition of small and medium firms."""
    number = as_number(facts.get("employees"))
    if number is None:
        return as_word(facts.get("company_size"))
    return next((words for most, words in SIZES if number <= most), "over 1,000")


def language_of(facts: Facts) -> str | None:
    """The language of the message; None without one, and "other or too short" when the words do not tell."""
    said = as_word(facts.get("language"))
    if said:
        return said
    words = _WORD.findall(str(facts.get("message") or "").casefold())
    if not words:
        return None
    counts = sorted(((sum(word in small for word in words), name) for name, small in _LANGUAGES.items()))
    (second, _), (first, name) = counts[-2:]
    return name if first >= LEAST_LEAD and first > second else "other or too short"


def _plain(name: str) -> Callable[[Facts], str | None]:
    return lambda facts: as_word(facts.get(name))


def _mailbox(facts: Facts) -> str | None:
    kind = as_word(facts.get("email_kind"))
    return MAILBOXES.get(kind or "", kind)


def _country(facts: Facts) -> str | None:
    word = as_word(facts.get("country"))
    return word.upper() if word else None


def _title(facts: Facts) -> str:
    return (as_word(facts.get("title_level")) or "no title").replace("_", " ")


ATTRIBUTES: dict[str, Callable[[Facts], str | None]] = {
    "country": _country,
    "region": _plain("region"),
    "company size": size_of,
    "language": language_of,
    "source": _plain("source"),
    "mailbox": _mailbox,
    "title level": _title,
}
# Fields from which a group is read: that they predict it is no finding.
MADE_FROM = {
    "country": {"country", "region"},
    "region": {"region", "country"},
    "company size": {"employees", "company_size"},
    "language": {"message", "language"},
    "source": {"source"},
    "mailbox": {"email_kind"},
    "title level": {"title_level", "title"},
}


def attributes(own: Iterable[str]) -> dict[str, Callable[[Facts], str | None]]:
    """Name → how to read the group of a lead; `own` are the firm's own fields."""
    return ATTRIBUTES | {name: _plain(name) for name in own}
