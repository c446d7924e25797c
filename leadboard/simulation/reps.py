"""Simulated reps: each works through the API with a token of its own, as a person would by hand.

What comes of a lead follows from the truth about the person, which a rep finds out by talking.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import requests

from leadboard.simulation.truth import Truth

log = logging.getLogger(__name__)

# How a rep behaves, by share: most call soon, some sit on a lead, some forget it altogether.
FORGETS, SLOW = 0.12, 0.2
MISSED = [("no_answer", 4), ("voicemail", 2)]
LOOKS_AT = 8
RESTS = (30, 120)  # seconds before the next claim: most of the board is left to others
# Of what was accepted and is lost, so much had become a real opportunity first.
LOST_AS_SQL = 0.35
# What a rep writes down when a lead becomes an opportunity.
OPPORTUNITIES = [
    ("Web enquiries get lost over lunch and at night", "Decides alone, budget is set", "Demo with the team"),
    ("Nobody sees which campaign brings talks", "Decides with the CFO", "Call with both"),
    ("Two teams work from two spreadsheets", "Head of department signs", "Trial with two reps"),
    (
        "The tool they have is given up in spring",
        "Purchasing, after a test",
        "Send the offer and go through it",
    ),
]


@dataclass
class Held:
    """A lead that a simulated rep holds: what comes next, and when (seconds of the simulation)."""

    uid: str
    next_at: float
    truth: Truth
    step: str = "call"
    calls: int = 0
    wins: bool = False


@dataclass
class Rep:
    """One simulated rep with an HTTP session; `act(now)` does at most one thing."""

    name: str
    base: str
    token: str
    random: Random
    pace: float = 1.0
    most: int = 3
    truths: Mapping[str, Truth] = field(default_factory=dict)
    held: list = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)
    rests_until: float = 0

    def act(self, now):
        """Do the next thing that is due: work a held lead, or claim one from the board."""
        due = [held for held in self.held if held.next_at <= now]
        if due:
            self.work(due[0], now)
        elif now >= self.rests_until and len(self.held) < self.most:
            self.claim(now)

    def call(self, method, path, **body):
        """Return the answer of the API."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.session.request(
            method, f"{self.base}/api/{path}", json=body or None, headers=headers, timeout=10
        )

    def claim(self, now):
        """Claim one of the newest open leads, the better scored rather than the worse."""
        self.rests_until = now + self.random.uniform(*RESTS) / self.pace
        page = self.call("GET", f"leads/?desk=board&page_size={LOOKS_AT}")
        leads = page.json().get("results", []) if page.ok else []
        if not leads:
            return
        best = max(leads, key=lambda lead: (lead["score"] or 0) + self.random.uniform(0, 40))
        answer = self.call("POST", f"leads/{best['id']}/claim/")
        if answer.ok:
            truth = self.truths.get(best["email"], Truth())
            self.held.append(Held(best["id"], now + self.thinks(), truth))
        elif answer.status_code != 409:
            log.info("%s could not claim: %s", self.name, answer.text[:200])

    def thinks(self):
        """Return the seconds until this rep does something: forgetting is waiting for ever."""
        chance = self.random.random()
        if chance < FORGETS:
            return float("inf")
        low, high = (240, 420) if chance < FORGETS + SLOW else (8, 75)
        return self.random.uniform(low, high) / self.pace

    def work(self, held, now):
        """Do the next step with a held lead; what the product refuses ends the work on it."""
        answer = getattr(self, f"step_{held.step}")(held)
        held.next_at = now + self.random.uniform(10, 60) / self.pace
        if held.step == "done" or not answer.ok:
            self.held.remove(held)

    def step_call(self, held):
        """Call; after a conversation decide, after three vain calls give up."""
        talks = self.random.random() < held.truth.talks
        missed = self.random.choices([name for name, _ in MISSED], [share for _, share in MISSED])[0]
        answer = self.call(
            "POST", f"leads/{held.uid}/actions/", kind="call", outcome="connected" if talks else missed
        )
        held.calls += 1
        if talks:
            held.step = "decide"
        elif held.calls >= 3:
            held.step = "hand_back"
        return answer

    def step_decide(self, held):
        """Accept, or reject with a coded reason."""
        if self.random.random() < held.truth.accepts:
            held.wins = self.random.random() < held.truth.wins
            held.step = "agree" if held.wins or self.random.random() < LOST_AS_SQL else "close"
            return self.call("POST", f"leads/{held.uid}/accept/")
        held.step = "done"
        code = self.random.choice(held.truth.refused)
        return self.call("POST", f"leads/{held.uid}/reject/", code=code)

    def step_agree(self, held):
        """It is a real opportunity: a problem, who decides, and a next step in the calendar."""
        held.step = "close"
        problem, authority, next_step = self.random.choice(OPPORTUNITIES)
        day = datetime.now(UTC) + timedelta(days=self.random.randint(1, 6))
        return self.call(
            "POST", f"leads/{held.uid}/outcome/", outcome="sql", problem=problem, authority=authority,
            next_step=next_step, next_step_at=day.isoformat(timespec="minutes"),
        )  # fmt: skip

    def step_close(self, held):
        """Win or lose."""
        held.step = "done"
        outcome = "won" if held.wins else "lost"
        return self.call("POST", f"leads/{held.uid}/outcome/", outcome=outcome)

    def step_hand_back(self, held):
        """Give it back to marketing."""
        held.step = "done"
        return self.call(
            "POST", f"leads/{held.uid}/hand-back/", code="no_answer", note="Three calls, nobody there."
        )
