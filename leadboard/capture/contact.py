"""E-mail addresses, phone numbers, company domains and countries in one canonical form, for comparing only.

What is stored of a lead stays as it was sent; nothing here asks the network.
"""

import unicodedata
from functools import cache
from importlib import resources
from pathlib import Path

import idna
import phonenumbers
from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email
from publicsuffixlist import PublicSuffixList

LISTS = Path(__file__).parent / "lists"
FREE_MAIL = frozenset((LISTS / "free_mail.txt").read_text("utf-8").split())
ROLES = frozenset((LISTS / "role_mailboxes.txt").read_text("utf-8").split())
DOTS_MEAN_NOTHING = frozenset({"gmail.com", "googlemail.com"})
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
    """Return the one spelling of an e-mail address, as `one_spelling` does; None when its syntax is wrong."""
    try:
        validate_email(
            text.strip().rstrip("."),
            check_deliverability=False,
            globally_deliverable=False,
            allow_quoted_local=False,
            allow_domain_literal=False,
            allow_display_name=False,
        )
    except (EmailNotValidError, UnicodeError):
        return None
    spelling = one_spelling(text)
    return spelling if "." in spelling.rpartition("@")[2] else None


def one_spelling(address: str) -> str:
    """Return the one spelling of an address that all its spellings share, for comparing only: whoever is one
    person for the list of those who object is one person for everything else.

    Case, outer space, a trailing dot and the script of the domain (IDN) do not count; a tag after `+` does
    not; dots do not where the provider ignores them. Never mail to the result. Whatever is no address comes
    back in lower case, so that it equals itself.
    """
    local, _, domain = unicodedata.normalize("NFKC", address).strip().rpartition("@")
    local, domain = _one_case(local.strip()), ascii_domain(domain)
    local = local.partition("+")[0] or local
    if domain in DOTS_MEAN_NOTHING:
        local, domain = local.replace(".", "") or local, "gmail.com"
    return f"{local}@{domain}"


def ascii_domain(domain: str) -> str:
    """Return a domain in ASCII and lower case without its trailing dot; as it is when it is no domain."""
    bare = domain.strip().rstrip(".").lower()
    try:
        return idna.encode(bare, uts46=True).decode("ascii")
    except idna.IDNAError:
        return bare


def _one_case(text: str) -> str:
    """Return a text composed and without case; doing it again changes nothing (Unicode, NFKC_Casefold)."""
    folded_text = unicodedata.normalize("NFKC", text.casefold())
    return folded_text if folded_text == text else _one_case(folded_text)


def email_kind(address: str) -> str:
    """Return whose mailbox an address is: none, disposable, free, role or work, by published lists.

    The one place where this is judged: marks, scores and polite answers all ask here.
    """
    name, _, domain = one_spelling(address).rpartition("@")
    if not name or "." not in domain:
        return "none"
    if domain in blocklist or _registrable(domain) in blocklist:
        return "disposable"
    if domain in FREE_MAIL:
        return "free"
    return "role" if name in ROLES else "work"


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
