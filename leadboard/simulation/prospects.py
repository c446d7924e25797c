"""Invents what a prospect sends: seeded, so that one seed is one story."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FREE_MAIL_SHARE, RETURNING_SHARE, NO_PHONE_SHARE = 0.35, 0.06, 0.5
PREFIXES = {"NO": "+47 22", "DE": "+49 3641", "CH": "+41 44", "GB": "+44 20 7", "NL": "+31 20",
            "IE": "+353 1", "JP": "+81 3", "GR": "+30 21", "FR": "+33 1", "CZ": "+420 2",
            "SE": "+46 8", "ES": "+34 91", "US": "+1 212"}  # fmt: skip


@cache
def world():
    """Return the lists of names, firms and doors."""
    return yaml.safe_load((Path(__file__).parent / "prospects.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Enquiry:
    """What is posted: the name of the door, and the form's fields."""

    door: str
    fields: dict


def doors():
    """Return {source name: lead type} of every door prospects use."""
    return {door["name"]: door["lead_type"] for door in world()["doors"]}


class Prospects:
    """An endless stream of enquiries; now and then somebody writes a second time."""

    def __init__(self, random):
        self.random = random
        self.known = []

    def next(self):
        """Return the next Enquiry."""
        door = self.random.choices(world()["doors"], [door["weight"] for door in world()["doors"]])[0]
        if self.known and self.random.random() < RETURNING_SHARE:
            person = self.random.choice(self.known)
        else:
            person = self.invent()
            self.known = [*self.known[-49:], person]
        return Enquiry(door["name"], person | self.circumstances(door))

    def invent(self):
        """Return the fields of a new person."""
        first, last = self.random.choice(world()["first_names"]), self.random.choice(world()["last_names"])
        firm = self.random.choice(world()["companies"])
        free = self.random.random() < FREE_MAIL_SHARE
        domain = self.random.choice(world()["free_mail"]) if free else firm["domain"]
        local = f"{first}.{last}".lower().replace(" ", "").encode("ascii", "ignore").decode()
        if free:
            # Nothing may ever reach a real person: the host is invented too and only looks like free mail.
            domain = f"{domain}.example"
        return {
            "first_name": first,
            "last_name": last,
            "email": f"{local}@{domain}",
            "company": "" if free else firm["name"],
            "job_title": self.random.choice(world()["titles"]),
            "phone": self.phone(firm["country"]),
            "country": firm["country"],
            "industry": firm["industry"],
            "employees": firm["employees"],
        }

    def phone(self, country):
        """Return a number of this country in the block that nobody answers, or none."""
        if self.random.random() < NO_PHONE_SHARE:
            return ""
        return f"{PREFIXES[country]} 555 01{self.random.randrange(100):02d}"

    def circumstances(self, door):
        """Return what differs from one enquiry to the next."""
        return {"message": self.random.choice(door["texts"])}
