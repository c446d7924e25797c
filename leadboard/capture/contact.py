"""E-mail addresses, phone numbers, company domains and countries in one canonical form, for comparing only.

What is stored of a lead stays as it was sent; nothing here asks the network.
"""

import unicodedata
from functools import cache
from importlib import resources

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

_FREE_MAIL = (
    "aol.com arcor.de bluewin.ch free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net "
    "googlemail.com "
    "hey.com hotmail.com hotmail.co.uk hotmail.de hotmail.fr icloud.com laposte.net libero.it live.com "
    "live.de live.fr "
    "mac.com mail.com mail.ru mail.de mailbox.org me.com msn.com naver.com orange.fr outlook.com "
    "outlook.de outlook.fr "
    "pm.me posteo.de proton.me protonmail.com qq.com sfr.fr t-online.de tutanota.com wanadoo.fr web.de "
    "yahoo.com "
    "yahoo.co.in yahoo.co.uk yahoo.de yahoo.fr yandex.com yandex.ru ymail.com zoho.com 126.com 163.com"
)
FREE_MAIL = frozenset(_FREE_MAIL.split())
_NAMES_BY_CODE = {
    "AE": "uae",
    "AT": "osterreich, oesterreich, autriche",
    "BE": "belgien, belgique",
    "BR": "brasilien, bresil",
    "CA": "kanada",
    "CH": "schweiz, suisse",
    "CN": "chine",
    "CZ": "tschechien, czechia",
    "DE": "deutschland, allemagne",
    "DK": "danemark",
    "ES": "spanien, espagne, espana",
    "FI": "finnland, finlande",
    "FR": "frankreich",
    "GB": "uk, great britain, england, united kingdom, vereinigtes konigreich, grossbritannien, royaume-uni",
    "IE": "irland, irlande",
    "IN": "indien, inde",
    "IT": "italien, italie, italia",
    "JP": "japon",
    "KR": "south korea",
    "LU": "luxemburg",
    "MA": "maroc",
    "MX": "mexiko, mexique",
    "NL": "niederlande, pays-bas, holland",
    "NO": "norwegen, norvege",
    "PL": "polen, pologne",
    "SE": "schweden, suede",
    "TR": "turkei, turquie",
    "US": "usa, united states of america, etats-unis, vereinigte staaten",
}
COUNTRIES_IN_OTHER_WORDS = {
    name: code for code, names in _NAMES_BY_CODE.items() for name in names.split(", ")
}

LONGEST_PHONE, SHORTEST_E164 = 60, 9


def canonical_email(text: str) -> str | None:
    """Return the address in lower case, composed, with a punycode domain; None when its syntax is wrong.

    A trailing dot is dropped; plus tags and dots are kept, for they are different mailboxes at many hosts.
    """
    try:
        parts = validate_email(
            text.strip().rstrip("."),
            check_deliverability=False,
            globally_deliverable=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
        )
    except (EmailNotValidError, UnicodeError):
        return None
    domain = (parts.ascii_domain or "").lower()
    return f"{parts.local_part.casefold()}@{domain}" if "." in domain else None


def canonical_phone(text: str, country: str = "") -> str | None:
    """Return the number as E.164, or None when it is none or its country is unknown.

    `country` (ISO code) says how to read a number without a leading + or 00.
    """
    text = text.strip()
    if not text or len(text) > LONGEST_PHONE:
        return None
    text = "+" + text[2:] if text.startswith("00") else text
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    canonical = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return canonical if len(canonical) >= SHORTEST_E164 else None  # "12" is possible and reaches nobody


def is_free_mail(domain: str) -> bool:
    """Does anybody get an address at this domain, so that it names no company?"""
    return domain in FREE_MAIL


def company_domain(email: str | None, website: str = "") -> str | None:
    """Return the registrable domain of a company, from a canonical address or else the website."""
    of_mail = email.rpartition("@")[2] if email else ""
    if of_mail and not is_free_mail(of_mail):
        return _registrable(of_mail)
    host = website.strip().lower().partition("://")[2] or website.strip().lower()
    return _registrable(host.partition("/")[0].partition(":")[0])


def folded(text: str) -> str:
    """Return a text for comparing: lower case, without accents and surplus spaces."""
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )
    return " ".join(plain.casefold().split())


def country_code(text: str) -> str | None:
    """Return the ISO 3166 code that a code or an English, German or French country name means, or None."""
    text = folded(text)
    if text.upper() in _country_names().values() and len(text) == 2:
        return text.upper()
    return COUNTRIES_IN_OTHER_WORDS.get(text) or _country_names().get(text)


def _registrable(host: str) -> str | None:
    if "." not in host or not host.isascii() or len(host) > 253:
        return None
    return _suffixes().privatesuffix(host)


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


@cache
def _country_names() -> dict[str, str]:
    """Return {folded English name: code} from the zone database's public table."""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {folded(name): code for code, name in rows}
