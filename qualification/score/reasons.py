"""What speaks for and against a lead, in the words of a rep."""

from collections.abc import Callable, Mapping
from typing import Any, TypedDict

from qualification.score.ends import told
from qualification.score.sides import side_of
from qualification.score.values import as_number, as_word

MOST = 5
LEAST_POINTS = 1


class Reason(TypedDict):
    """`points` on the scale of the score: without this the score would be that much lower (or higher).
    `fact` is the value behind it as shown to people ("" when nothing is known), `side` fit or intent.
    """

    words: str
    points: int
    field: str
    fact: str
    side: str


def strongest(
    points: Mapping[str, float], facts: Mapping[str, Any], say: Callable[[str], str]
) -> list[Reason]:
    """The five strongest for and the five strongest against, strongest first; under one point is left out.
    `say` gives the words of a field.
    """
    telling = [(round(value), field) for field, value in points.items()]
    telling = sorted((pair for pair in telling if abs(pair[0]) >= LEAST_POINTS), key=_strongest_first)
    pros, cons = ([pair for pair in telling if (pair[0] > 0) == is_pro][:MOST] for is_pro in (True, False))
    chosen = sorted(pros + cons, key=_strongest_first)
    return [reason_for(field, value, facts.get(field), say(field)) for value, field in chosen]


def _strongest_first(pair: tuple[int, str]) -> tuple[int, bool, str]:
    """Equally strong ones: those for it first, then by name, so that a lead reads the same alone and among
    thousands.
    """
    return -abs(pair[0]), pair[0] < 0, pair[1]


def reason_for(field: str, points: int, value: Any, words: str) -> Reason:
    """One reason as it is stored."""
    fact = "" if as_word(value) is None else _shown(value)
    return {"words": words, "points": points, "field": field, "fact": fact, "side": side_of(field)}


def words_for(field: str, value: Any, ends: Mapping[str, Any]) -> str:
    """One fact as a rep would say it; a field nobody foresaw reads "Lead source Referral: 45 % of them
    bought (n = 120)", where the ends of others with the same value are known.
    """
    if as_word(value) is None:
        return f"{label_of(field)} not known"
    special = _SPECIAL.get(field) or (_views_of(field) if field.endswith("_views") else None)
    said = special(value) if special else None
    how_they_ended = told(ends, field, value)
    if said or not how_they_ended:
        return said or f"{label_of(field)}: {_shown(value)}"
    return f"{label_of(field)} {_shown(value)}: {how_they_ended}"


def label_of(field: str) -> str:
    """The field's name as a label."""
    text = field.replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    number = None if isinstance(value, str) else as_number(value)
    text = f"{number:,.10g}" if number is not None else str(value)
    return text if len(text) <= 60 else f"{text[:59].rstrip()}…"


def _minutes(value: Any) -> str | None:
    seconds = as_number(value)
    if seconds is None or seconds <= 0:
        return None if seconds is None else "No time spent on the site"
    return f"{seconds / 60:.0f} min on the site" if seconds >= 60 else f"{seconds:.0f} s on the site"


def _count(one: str, many: str, none: str) -> Callable[[Any], str | None]:
    def say(value: Any) -> str | None:
        number = as_number(value)
        if number is None:
            return None
        return none if number == 0 else f"1 {one}" if number == 1 else f"{number:,.10g} {many}"

    return say


def _views_of(field: str) -> Callable[[Any], str | None]:
    """ "pricing_views": 3 → "Visited the pricing page 3 times"."""
    page = field.removesuffix("_views").replace("_", " ")
    return _count(f"time on the {page} page", f"times on the {page} page", f"Never looked at the {page} page")


def _choice(**words: str) -> Callable[[Any], str | None]:
    return lambda value: words.get(as_word(value) or "")


_SPECIAL: dict[str, Callable[[Any], str | None]] = {
    "email_kind": _choice(
        work="Work address",
        free="Free-mail address",
        disposable="Throw-away address",
        role="Shared mailbox",
        none="No e-mail address",
    ),
    "has_phone": _choice(yes="Left a phone number", no="No phone number"),
    "target_account": _choice(yes="Target account", no="Not a target account"),
    "enquiry_class": _choice(
        buying="Wants to buy",
        information="Asks for information",
        unclear="Unclear what is wanted",
        wrong_fit="Wants something we do not offer",
        non_prospect="Is not a prospect",
    ),
    "enquiry_kind": _choice(
        job_seeker="Looks for a job",
        vendor="Wants to sell to us",
        spam="Spam",
        existing_customer="Is a customer already",
    ),
    "lead_type": _choice(
        demo="Asked for a demo",
        pricing="Asked for a price",
        webinar="Came to a webinar",
        content="Downloaded something",
        hand_raiser="Wrote to us",
    ),
    "budget": _choice(yes="Budget named", no="Says there is no budget"),
    "authority": _choice(yes="Says that they decide"),
    "urgency": _choice(yes="Is in a hurry", no="Is in no hurry"),
    "timeline": _choice(yes="Names a date"),
    "title_level": _choice(
        c_level="Title decides: top management",
        vp="Title decides: VP",
        director="Title decides: director",
        manager="Title leads: manager",
        assistant="Title assists",
        student="Student or trainee",
        staff="Title does not decide",
    ),
    "visits": _count("visit to the site", "visits to the site", "Never visited the site"),
    "page_views": _count("page looked at", "pages looked at", "Looked at no page"),
    "downloads": _count("download", "downloads", "Downloaded nothing"),
    "mail_opens": _count("mail opened", "mails opened", "Opened no mail"),
    "mail_clicks": _count("click in our mails", "clicks in our mails", "No click in our mails"),
    "replies": _count("reply", "replies", "Never replied"),
    "webinar_minutes": _count("minute in a webinar", "minutes in a webinar", "Was in no webinar"),
    "touches": _count("touch", "touches", "No touch"),
    "employees": _count("employee", "employees", "No employees"),
    "seconds_on_site": _minutes,
    "message": lambda value: "What the message says",
    "message_words": _count("word in the message", "words in the message", "No message"),
}
