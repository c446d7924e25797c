"""The fields of a company as people write them in a table, read exactly or refused in words."""

import re
from datetime import date, timedelta
from typing import Any

from leadboard.companies.countries import country_code
from leadboard.companies.domains import host_of, is_free_mail, registrable
from leadboard.companies.models import Company, SignalKind
from leadboard.companies.names import folded_name, plain

TEXTS = ("name", "industry", "tier", "region", "city", "language", "target_note")
LONGEST = {name: getattr(Company._meta.get_field(name), "max_length", None) or 0 for name in TEXTS}
YES, NO = (
    frozenset(["yes", "y", "true", "1", "x", "ja", "j", "oui", "o", "target", "on"]),
    frozenset(["no", "n", "false", "0", "nein", "non", "off"]),
)
MOST_DOMAINS = 100
MOST_EMPLOYEES, MOST_REVENUE, MOST_ATTRIBUTES, LONGEST_ATTRIBUTE = 2_147_483_647, 10**15, 50, 1_000
NUMBER = re.compile(
    r"(\d{1,3}(?:[ .,'’\u00a0\u202f]\d{3})+|\d+)(?:[.,](\d{1,2}))?"
    r"\s*(k|tsd|thousand|m|mio|mn|million|b|bn|mrd|billion)?\b"
)
TIMES = {"k": 3, "tsd": 3, "thousand": 3, "m": 6, "mio": 6, "mn": 6, "million": 6,
         "b": 9, "bn": 9, "mrd": 9, "billion": 9}  # fmt: skip
OLDEST_SIGNAL = date(2000, 1, 1)


def read_field(name: str, value: Any) -> Any:
    """Return a value of this field as it is stored; raises ValueError with one sentence."""
    text = str(value).strip()
    if "\x00" in text:
        raise ValueError(f"{name} has a NUL character.")
    reader = READERS.get(name)
    return reader(text, value) if reader else _text(name, text)


def read_number(text: str) -> int | None:
    """Return the number that a text says ("1,200", "51-200", "10k+", "2.5 Mio"), of a range its lower end."""
    found = NUMBER.search(text.casefold())
    if not found:
        return None
    whole = int(re.sub(r"\D", "", found[1]))
    power = TIMES.get(found[3] or "", 0)
    part = int((found[2] or "0").ljust(2, "0")) * 10**power // 100
    return whole * 10**power + part


def _text(name: str, text: str) -> str:
    if len(text) > LONGEST[name]:
        raise ValueError(f"{name} has {len(text)} characters; at most {LONGEST[name]} are kept.")
    return text


def _domain(text: str, _: Any) -> str:
    domain = registrable(host_of(text))
    if domain is None:
        raise ValueError(f"{text[:80]!r} is no domain such as halden.example.")
    if is_free_mail(domain):
        raise ValueError(f"{domain} is a free-mail host; it belongs to no company.")
    return domain


def _domains(text: str, value: Any) -> list[str]:
    """Return several domains, as a list or as one text with commas, semicolons or spaces between them."""
    said = [str(one).strip() for one in value] if isinstance(value, list) else re.split(r"[,;|\s]+", text)
    domains = [*dict.fromkeys(_domain(one, one) for one in said if one)]
    if len(domains) > MOST_DOMAINS:
        raise ValueError(f"{len(domains)} domains; at most {MOST_DOMAINS} are kept.")
    return domains


def with_all_domains(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row in which several domains in the place of one are the first and the other ones."""
    said = str(row.get("domain") or "").strip()
    if not re.search(r"[,;|\s]", said):
        return row
    first, *others = _domains(said, said)
    known = row.get("other_domains") or []
    more = known if isinstance(known, list) else _domains(str(known), known)
    return row | {"domain": first, "other_domains": [*more, *others]}


def _count(name: str, most: int) -> Any:
    def read(text: str, value: Any) -> int:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        number = value if is_whole else None if text.startswith(("-", "−")) else read_number(text)
        if number is None or not 0 <= number <= most:
            raise ValueError(f"{name} {text[:40]!r} is no number that can be.")
        return number

    return read


def _country(text: str, _: Any) -> str:
    code = country_code(text)
    if code is None:
        raise ValueError(f"{text[:40]!r} is no country.")
    return code


def _flag(text: str, value: Any) -> bool:
    word = "yes" if value is True else "no" if value is False else plain(text)
    if word not in YES | NO:
        raise ValueError(f"target is yes or no, not {text[:40]!r}.")
    return word in YES


def read_attributes(given: dict[str, Any]) -> dict[str, Any]:
    """Return the firm's own columns; raises ValueError when they are too many or too long."""
    if len(given) > MOST_ATTRIBUTES:
        raise ValueError(f"{len(given)} columns of your own; at most {MOST_ATTRIBUTES} are kept.")
    for name, value in given.items():
        if "\x00" in f"{name}{value}" or len(str(value)) > LONGEST_ATTRIBUTE or not 0 < len(name) <= 100:
            raise ValueError(f"{name[:60]!r} is too long or has a NUL character.")
        if not isinstance(value, str | int | float | bool):
            raise ValueError(f"{name[:60]!r} must be a text, a number, or true or false.")
    return given


def read_signal(kind: Any, day: Any, today: date) -> tuple[str, date]:
    """Return kind and date of a signal; raises ValueError with one sentence."""
    code = plain(str(kind)).replace(" ", "_").replace("-", "_")
    if code not in SignalKind.values:
        raise ValueError(f"There is no signal {str(kind)[:40]!r}; there are {', '.join(SignalKind.values)}.")
    try:
        when = day if isinstance(day, date) else date.fromisoformat(str(day)[:10])
    except ValueError:
        raise ValueError(f"{str(day)[:40]!r} is no date such as 2026-05-12.") from None
    if not OLDEST_SIGNAL <= when <= today + timedelta(days=1):
        raise ValueError(f"{when} is not between {OLDEST_SIGNAL} and today.")
    return code, when


def can_be_recognised(fields: dict[str, Any]) -> bool:
    """Is there a domain, or a name with a letter in it?"""
    return bool(fields.get("domain") or folded_name(fields.get("name", "")))


READERS = {
    "domain": _domain,
    "other_domains": _domains,
    "employees": _count("employees", MOST_EMPLOYEES),
    "revenue": _count("revenue", MOST_REVENUE),
    "country": _country,
    "target": _flag,
}
