"""Phone numbers in one canonical form (E.164), for comparing only; nothing here asks the network.

People write more than a number into its field: what it is ("Tel."), whose line ("mobile"), a second one, an
extension. All of that is read over, so that no letter of it becomes a digit.
"""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

LONGEST_PHONE, SHORTEST_E164 = 60, 9
EXTENSION = re.compile(
    r"(?:[,;]?\s*\b(?:ext(?:ension|n)?|extensión|durchwahl|dw|nst|poste|interno|ramal|anexo|toestel|x)\b"
    r"|;ext=|\s+x|#)[\s.:=]*(\d{1,6})\s*$",
    re.IGNORECASE,
)
# Letters for digits, as firms in North America advertise: 1-800-FLOWERS.
VANITY = re.compile(r"(?:\+?1[\s.-]*)?\(?[2-9]\d\d\)?[\s.-]*(?=[A-Z\d-]*[A-Z]{3})[A-Z\d-]{7,12}")
SECOND = re.compile(r"\s(?:/|\||,|;|&|or|oder|ou|und|and|et|o|y|of)\s", re.IGNORECASE)
WORDS = re.compile(r"\([^\d()]*\)|[^\W\d_]+[.:]*")
ENOUGH = 8  # digits on each side of a sign that parts two numbers


@lru_cache(maxsize=4_096)
def read_phone(text: str, country: str = "") -> tuple[str, str] | None:
    """Return (the number as E.164, its extension or ""), or None when it is none or its country is unknown.

    `country` (ISO code) says how to read a number without a leading + or 00.
    """
    text = unicodedata.normalize("NFKC", text).strip()
    if not text or len(text) > LONGEST_PHONE:
        return None
    text, extension = _without_extension(text.removeprefix("tel:"))
    text = text if VANITY.fullmatch(text) else WORDS.sub(" ", _first_of(text)).strip()
    text = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    canonical = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return (canonical, extension) if len(canonical) >= SHORTEST_E164 else None  # "12" is possible


def canonical_phone(text: str, country: str = "") -> str | None:
    """Return the number as E.164 without its extension, as `read_phone` reads it."""
    read = read_phone(text, country)
    return read[0] if read else None


def phone_key(text: str, country: str = "") -> str | None:
    """Return what tells a line from others: two extensions of one switchboard are two."""
    read = read_phone(text, country)
    return f"{read[0]};ext={read[1]}" if read and read[1] else read and read[0]


def _without_extension(text: str) -> tuple[str, str]:
    found = EXTENSION.search(text)
    return (text[: found.start()], found[1]) if found else (text, "")


def _first_of(text: str) -> str:
    """Return the first of several numbers; "030 / 123456" is one."""
    sides = SECOND.split(text, maxsplit=1)
    is_two = all(sum(sign.isdigit() for sign in side) >= ENOUGH for side in sides)
    return sides[0] if is_two else text
