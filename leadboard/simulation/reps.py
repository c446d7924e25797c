"""Simulated reps: each works through the API with a token of its own, as a person would by hand."""

import logging
from dataclasses import dataclass, field
from random import Random

import requests

log = logging.getLogger(__name__)

# How a rep behaves, by share: most call soon, some sit on a lead, some forget it altogether.
FORGETS, SLOW = 0.12, 0.2
CALL_OUTCOMES = [("connected", 5), ("no_answer", 4), ("voicemail", 2)]
LOOKS_AT = 8


@dataclass
class Held:
    """A lead that a simulated rep holds: what comes next, and when (seconds of the simulation)."""

    uid: str
    next_at: float
    step: str = "call"
    calls: int = 0


@dataclass
class Rep:
    """One simulated rep with an HTTP session; `act(now)` does at most one thing."""

    name: str
    base: str
    token: str
    random: Random
    pace: float = 1.0
    most: int = 3
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
        self.rests_until = now + self.random.uniform(10, 40) / self.pace
        page = self.call("GET", f"leads/?desk=board&page_size={LOOKS_AT}")
        leads = page.json().get("results", []) if page.ok else []
        if not leads:
            return
        best = max(leads, key=lambda lead: (lead["score"] or 0) + self.random.uniform(0, 40))
        answer = self.call("POST", f"leads/{best['id']}/claim/")
        if answer.ok:
            self.held.append(Held(best["id"], now + self.thinks()))
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
        outcome = self.random.choices(
            [name for name, _ in CALL_OUTCOMES], [share for _, share in CALL_OUTCOMES]
        )[0]
        answer = self.call("POST", f"leads/{held.uid}/actions/", kind="call", outcome=outcome)
        held.calls += 1
        if outcome == "connected":
            held.step = "decide"
        elif held.calls >= 3:
            held.step = "hand_back"
        return answer

    def step_decide(self, held):
        """Accept, or reject with a coded reason."""
        if self.random.random() < 0.65:
            held.step = "close"
            return self.call("POST", f"leads/{held.uid}/accept/")
        held.step = "done"
        code = self.random.choice(["premature", "wrong_persona", "wrong_fit", "outside_territory"])
        return self.call("POST", f"leads/{held.uid}/reject/", code=code)

    def step_close(self, held):
        """Win or lose."""
        held.step = "done"
        outcome = "won" if self.random.random() < 0.4 else "lost"
        return self.call("POST", f"leads/{held.uid}/outcome/", outcome=outcome)

    def step_hand_back(self, held):
        """Give it back to marketing."""
        held.step = "done"
        return self.call(
            "POST", f"leads/{held.uid}/hand-back/", code="no_answer", note="Three calls, nobody there."
        )
