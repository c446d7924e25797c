"""Is it written as programs write? Signs in the form of a text, whatever it speaks of and in which language.

Each of them is so rare among people who ask for something that it is enough by itself. What a text is about
is none: whoever runs a casino, lends money or sells links may be a customer.
"""

import re
from collections.abc import Mapping

from leadboard.companies.domains import host_of, registrable

SAID = ("message", "name", "company", "title")
MARKUP = re.compile(r"\[/?(?:url|link)\b|<\s*(?:a\s[^>]*href|script|iframe)\b", re.IGNORECASE)
LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'\]]+", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]{2,}")
# Where somebody is told to pay: Bitcoin (new, old) and Ethereum.
WALLET = re.compile(r"\b(?:bc1[02-9ac-hj-np-z]{20,60}|[13][1-9A-HJ-NP-Za-km-z]{25,34}|0x[0-9a-fA-F]{40})\b")
CHANCE = re.compile(r"[A-Za-z]{8,40}")
UP_AND_DOWN = re.compile(r"[a-z][A-Z]")
MANY_LINKS, WORDS_A_LINK, JUMPS = 4, 2, 3


def sign_in(fields: Mapping[str, str]) -> str:
    """Return in words by what these fields look like a program's; "" for everybody else."""
    said = [fields.get(name, "") for name in SAID]
    if any(MARKUP.search(text) for text in said):
        return "links written as code"
    if any(LINK.search(fields.get(name, "")) for name in ("name", "title")):
        return "a link for a name"
    if WALLET.search(said[0]):
        return "a wallet to pay to"
    links = LINK.findall(said[0])
    if len(links) >= MANY_LINKS and len(WORD.findall(LINK.sub(" ", said[0]))) < WORDS_A_LINK * len(links):
        return "hardly anything but links"
    if all(_is_chance(fields.get(name, "").strip()) for name in ("name", "message")):
        return "letters of chance"
    return ""


def foreign_links(message: str, email: str) -> list[str]:
    """Return the hosts of the links in a message that are not those of the sender's own firm."""
    own = registrable(email.rpartition("@")[2].lower()) if email else None
    links = [link.rstrip(".,;:!?)") for link in LINK.findall(message)]
    hosts = [host_of(link if "://" in link else f"http://{link}") for link in links]
    return [host for host in hosts if host and (own is None or registrable(host) != own)]


def _is_chance(text: str) -> bool:
    """Is it one word that goes up and down without sense ("xKqRtVbZmLp")?"""
    return bool(CHANCE.fullmatch(text)) and len(UP_AND_DOWN.findall(text)) >= JUMPS
