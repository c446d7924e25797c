"""Whose domain is it? Registrable domains of addresses and sites; hosts where anybody has an address are
none.
"""

import re
from functools import cache, lru_cache
from pathlib import Path

from publicsuffixlist import PublicSuffixList

FREE_MAIL = frozenset((Path(__file__).parent / "lists" / "free_mail.txt").read_text("utf-8").split())
# Sites on which people and firms have pages among others: they name the site's owner, not the visitor's firm.
SHARED_SITES = frozenset((Path(__file__).parent / "lists" / "shared_sites.txt").read_text("utf-8").split())
LONGEST_HOST = 253
# Hosts of mail with a domain in nearly every country: hotmail.co.th is one though no list has it.
FAMILIES = re.compile(
    r"(?:yahoo|ymail|hotmail|outlook|live|msn|gmx|gmail|googlemail|icloud|aol|yandex|protonmail|tutanota)"
    r"\.(?:(?:co|com|net|org)\.)?(?:[a-z]{2}|com|net)"
)


def is_free_mail(domain: str) -> bool:
    """Does anybody get an address at this domain, so that it names no company?"""
    return domain in FREE_MAIL or bool(FAMILIES.fullmatch(domain))


def company_domain(email: str | None, website: str = "") -> str | None:
    """Return the registrable domain of a company, from a canonical address or else the website."""
    of_mail = email.rpartition("@")[2] if email else ""
    if of_mail and not is_free_mail(of_mail):
        return registrable(of_mail)
    return site_domain(website)


def site_domain(website: str) -> str | None:
    """Return the registrable domain of a firm's own site; None for a page on a network, a shop or a search
    site, and for a host where anybody has an address.
    """
    domain = registrable(host_of(website))
    return None if domain is None or domain in SHARED_SITES or is_free_mail(domain) else domain


def host_of(address: str) -> str:
    """Return the host in a web address, with or without its scheme, user, path and port."""
    text = address.strip().lower()
    host = (text.partition("://")[2] or text).partition("/")[0].partition("?")[0]
    return host.rpartition("@")[2].partition(":")[0].rstrip(".")


def registrable(host: str) -> str | None:
    """Return the part of a host that somebody registered ("mail.halden.co.uk" → "halden.co.uk"), or None.

    A host in national letters is taken in its ASCII form.
    """
    return _registrable(host) if len(host) <= LONGEST_HOST else None


@lru_cache(maxsize=4_096)
def _registrable(host: str) -> str | None:
    """Asked several times of each lead."""
    if not host.isascii():
        host = _in_ascii(host)
    if "." not in host or len(host) > LONGEST_HOST:
        return None
    return suffixes().privatesuffix(host)


def _in_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


@cache
def suffixes() -> PublicSuffixList:
    """Return the public suffix list."""
    return PublicSuffixList()
