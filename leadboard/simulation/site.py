"""What invented prospects do on the firm's site and in its mails: before they write, and when they come back.

Everything goes through the real doors: page views to `/track/` as the recorder sends them, what mail and
webinar tools see to `/api/touches/`. About a quarter of the browsers never agree to be recorded, and most
visitors leave after a page or two without a word.
"""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import requests

from leadboard.simulation.prospects import Enquiry, kinds, weighted, world

log = logging.getLogger(__name__)
AGREES, RETURNS, KNOWN = 0.75, 0.4, 60
# How many look around and leave for each who writes.
STRANGERS = 2
# What somebody does who was here before and does not look at the prices, and how often.
LATER = [
    ("visit", 4),
    ("open", 5),
    ("click", 2),
    ("download", 2),
    ("webinar", 1),
    ("reply", 0.3),
]
TIMEOUT = 10


@dataclass
class Browser:
    """A prospect's browser that agreed: its signed id, what it calls itself, whose it is, of which kind."""

    visitor: str
    agent: str
    email: str
    zone: ZoneInfo
    kind: str


class Site:
    """The firm's site and mails, with everybody who was there; `token` is a marketer's, for what mail and
    webinar tools report.
    """

    def __init__(self, base: str, random: Random, token: str):
        self.base, self.random, self.token = base, random, token
        self.session = requests.Session()
        self.known: list[Browser] = []

    def before(self, enquiry: Enquiry) -> dict[str, Any]:
        """Let a prospect look around, and return the form's fields as they are sent then: with the visitor's
        id, or with the campaign alone where nobody agreed.
        """
        arrival = self._arrival(enquiry.kind)
        agent = self.random.choice(world()["browsers"])
        zone = ZoneInfo(world()["zones"][enquiry.fields["country"]])
        agreed = self.random.random() < AGREES
        visitor = self._look(enquiry.kind, enquiry.door, arrival, agent, zone) if agreed else ""
        if not visitor:
            return enquiry.fields | {f"utm_{name}": value for name, value in arrival.get("utm", {}).items()}
        browser = Browser(visitor, agent, enquiry.fields["email"], zone, enquiry.kind)
        self.known = [*self.known[-KNOWN:], browser]
        return enquiry.fields | {"leadboard_visitor": visitor}

    def strangers(self) -> None:
        """Let some look around who never write: they are counted, and stay unknown."""
        for _ in range(STRANGERS):
            zone = ZoneInfo(self.random.choice(list(world()["zones"].values())))
            agent = self.random.choice(world()["browsers"])
            self._look(
                "reader",
                self.random.choice(list(world()["last_pages"])),
                self._arrival("reader"),
                agent,
                zone,
            )

    def afterwards(self) -> None:
        """Let somebody who was here before come back, or not: buyers sooner than readers."""
        if not self.known or self.random.random() >= RETURNS:
            return
        likely = [kinds()[browser.kind]["returns"] for browser in self.known]
        browser = self.random.choices(self.known, likely)[0]
        kind = self.random.choices([name for name, _ in LATER], [share for _, share in LATER])[0]
        if self.random.random() < kinds()[browser.kind]["prices"]:
            kind = "prices"
        act: Callable[[Browser], None] = getattr(self, f"{kind}_again", None) or self._report(kind)
        act(browser)

    def visit_again(self, browser: Browser) -> None:
        """Look at some pages once more."""
        pages = self._pages(browser.kind) or [self._one_of("pages")]
        events = self._views(browser.kind, pages, browser.zone)
        self._track(browser.agent, browser.visitor, events)

    def prices_again(self, browser: Browser) -> None:
        """Look at the prices: what wakes a sleeping lead."""
        pages = [self._one_of("pages"), world()["last_pages"]["Pricing form"]]
        events = self._views(browser.kind, pages, browser.zone)
        self._track(browser.agent, browser.visitor, events)

    def download_again(self, browser: Browser) -> None:
        """Take a file."""
        self._track(
            browser.agent, browser.visitor, [{"kind": "download", "path": "/files/speed-to-lead.pdf"}]
        )

    def _report(self, kind: str) -> Callable[[Browser], None]:
        """Return what reports a mail that was opened or answered, or minutes of a webinar."""
        mail = {"title": "Three ways to answer faster", "campaign": "autumn-webinar"}
        told: dict[str, dict[str, Any]] = {
            "open": mail | {"by_machine": self.random.random() < 0.3},
            "click": mail | {"what": "/customers"},
            "webinar": {"what": "Autumn webinar", "minutes": self.random.randint(8, 55)},
            "reply": mail,
        }

        def report(browser: Browser) -> None:
            touch = {"kind": kind, "email": browser.email, "source": "newsletter", "medium": "email"}
            if kind == "webinar":
                touch |= {"source": "", "medium": ""}
            headers = {"Authorization": f"Bearer {self.token}"}
            body = {"touches": [touch | told[kind]]}
            self.session.post(f"{self.base}/api/touches/", json=body, headers=headers, timeout=TIMEOUT)

        return report

    def _look(self, kind: str, door: str, arrival: dict[str, Any], agent: str, zone: ZoneInfo) -> str:
        """Return the id that a new browser got for its first visit; "" when the door gave none."""
        pages = self._pages(kind)
        pages += [page] if (page := world()["last_pages"].get(door)) else []
        events = self._views(kind, pages, zone)
        events[0] |= {name: arrival[name] for name in ("utm", "referrer") if name in arrival}
        return self._track(agent, "", events)

    def _pages(self, kind: str) -> list[dict[str, Any]]:
        """Return pages of one visit, as many as people of this kind look at."""
        counts = kinds()[kind]["pages"]
        return [
            self._one_of("pages") for _ in range(self.random.choices(list(counts), list(counts.values()))[0])
        ]

    def _arrival(self, kind: str) -> dict[str, Any]:
        """Return what brought somebody: some campaigns draw buyers, others readers."""
        drawn = {
            str(place): one | {"weight": one["weight"] * one.get("draws", {}).get(kind, 1)}
            for place, one in enumerate(world()["arrivals"])
        }
        return drawn[weighted(self.random, drawn)]

    def _views(self, kind: str, pages: list[dict[str, Any]], zone: ZoneInfo) -> list[dict[str, Any]]:
        """Return views of pages, the last of them just now, and how long each was looked at."""
        stays = [self.random.randint(*kinds()[kind]["stays"]) for _ in pages]
        views, left = [], []
        for place, page in enumerate(pages):
            key = secrets.token_urlsafe(6)
            views.append({
                "kind": "view", "page": key, "path": page["path"], "title": page["title"],
                "age": float(sum(stays[place:])), "hour": min(20, max(7, datetime.now(zone).hour)),
            })  # fmt: skip
            depth = self.random.choice((25, 50, 75, 100))
            left.append({"kind": "left", "page": key, "seconds": stays[place], "depth": depth})
        return views + left

    def _track(self, agent: str, visitor: str, events: list[dict[str, Any]]) -> str:
        """Send events as the recorder does; return the visitor's id, "" when they were refused."""
        body: dict[str, Any] = {"consent": True, "events": events} | ({"visitor": visitor} if visitor else {})
        headers = {"User-Agent": agent}
        try:
            answer = self.session.post(f"{self.base}/track/", json=body, headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            log.info("a visit was lost: %s", type(error).__name__)
            return ""
        return answer.json().get("visitor", "") if answer.status_code == 202 else ""

    def _one_of(self, name: str) -> dict[str, Any]:
        choices = world()[name]
        return self.random.choices(choices, [one.get("weight", 1) for one in choices])[0]
