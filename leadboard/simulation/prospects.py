"""Invents what a prospect sends: seeded, so that one seed is one story."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from leadboard.simulation.truth import Truth, truth_of

RETURNING_SHARE = 0.06
PREFIXES = {"NO": "+47 22", "DE": "+49 3641", "CH": "+41 44", "GB": "+44 20 7", "NL": "+31 20",
            "IE": "+353 1", "JP": "+81 3", "GR": "+30 21", "FR": "+33 1", "CZ": "+420 2",
            "SE": "+46 8", "ES": "+34 91", "US": "+1 212", "AT": "+43 1", "IT": "+39 02",
            "PL": "+48 22", "DK": "+45 33", "FI": "+358 9", "BE": "+32 2", "PT": "+351 21",
            "CA": "+1 416", "AU": "+61 3"}  # fmt: skip
# What stands in the places that a text leaves open.
MONTHS = ["January", "February", "March", "April", "May", "June"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
TOOLS = ["our old CRM", "our mail program", "the tool we have", "our phone system"]


@cache
def world() -> dict[str, Any]:
    """Return the lists of names, firms and doors."""
    return _read("prospects.yaml")


@cache
def kinds() -> dict[str, Any]:
    """Return {kind of prospect: how they write, look around and end}."""
    return _read("kinds.yaml")


def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((Path(__file__).parent / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Enquiry:
    """What is posted: the name of the door and the form's fields; and of which kind the sender is."""

    door: str
    fields: dict[str, Any]
    kind: str


def doors() -> dict[str, str]:
    """Return {source name: lead type} of every door prospects use."""
    return {door["name"]: door["lead_type"] for door in world()["doors"]}


class Prospects:
    """An endless stream of enquiries; now and then somebody writes a second time. `truths` is what is really
    behind each of them, by address.
    """

    def __init__(self, random: Random):
        self.random = random
        self.known: list[tuple[str, dict[str, Any]]] = []
        self.truths: dict[str, Truth] = {}

    def next(self) -> Enquiry:
        """Return the next Enquiry."""
        if self.known and self.random.random() < RETURNING_SHARE:
            kind, person = self.random.choice(self.known)
        else:
            kind = weighted(self.random, kinds())
            person = self.invent(kind)
            self.known = [*self.known[-49:], (kind, person)]
        door = weighted(self.random, {one["door"]: one for one in kinds()[kind]["doors"]})
        texts = next(one["texts"] for one in kinds()[kind]["doors"] if one["door"] == door)
        return Enquiry(door, person | {"message": self.filled(self.random.choice(texts))}, kind)

    def invent(self, kind: str) -> dict[str, Any]:
        """Return the fields of a new person of this kind: few state all that a form could ask."""
        habits = kinds()[kind]
        first, last = self.random.choice(world()["first_names"]), self.random.choice(world()["last_names"])
        known = self.random.random() < habits["known"]
        firm = self.random.choice(world()["companies" if known else "unknown_companies"])
        free = self.random.random() < habits["free"]
        # Nothing may ever reach a real person: hosts of free mail are invented, and reserved, too.
        domain = self.random.choice(world()["free_mail"]) if free else firm["domain"]
        email = f"{_plain(first)}.{_plain(last)}@{domain}"
        self.truths[email] = truth_of(habits, firm, world()["suits"])
        person = {"first_name": first, "last_name": last, "email": email, "country": firm["country"]}
        return person | self.stated(habits, firm)

    def stated(self, habits: dict[str, Any], firm: dict[str, Any]) -> dict[str, Any]:
        """Return what this person tells of firm, position and phone; what is not told is empty."""
        tells = {thing: self.random.random() < share for thing, share in habits["tells"].items()}
        facts = {
            "company": firm["name"] if tells["company"] else "",
            "job_title": self.random.choice(habits["titles"]) if tells["title"] else "",
            "phone": self.phone(firm["country"]) if tells["phone"] else "",
        }
        sizes = {"industry": firm["industry"], "employees": firm["employees"]}
        return facts | (sizes if tells["company"] and tells["phone"] else {})

    def phone(self, country: str) -> str:
        """Return a number of this country in the block that nobody answers."""
        return f"{PREFIXES[country]} 555 01{self.random.randrange(100):02d}"

    def filled(self, text: str) -> str:
        """Return a text with its open places filled."""
        return text.format(
            seats=self.random.choice((8, 12, 15, 20, 25, 30, 40, 60, 80, 120, 140, 300)),
            sites=self.random.randint(2, 9),
            month=self.random.choice(MONTHS),
            day=self.random.choice(DAYS),
            tool=self.random.choice(TOOLS),
        )


def weighted(random: Random, choices: dict[str, dict[str, Any]]) -> str:
    """Return one of the names, each as often as its `weight` says."""
    weights: Sequence[float] = [one["weight"] for one in choices.values()]
    return random.choices(list(choices), weights)[0]


def _plain(name: str) -> str:
    """Return a name as it stands in an address: letters that ASCII has."""
    dotted = name.lower().replace(" ", "").replace("ı", "i")
    return unicodedata.normalize("NFKD", dotted).encode("ascii", "ignore").decode()
