"""Runs a simulation against a running product until told to stop."""

import logging
import random
import time
from threading import Event, Thread

import requests

from leadboard.capture.models import Source, Submission
from leadboard.people.models import Role, User
from leadboard.people.tokens import end_tokens, give_token
from leadboard.simulation.prospects import Prospects, doors
from leadboard.simulation.reps import Rep
from leadboard.simulation.site import Site

log = logging.getLogger(__name__)
REP_NAMES = [
    "Sam Okafor",
    "Ida Lindqvist",
    "Jon Adeyemi",
    "Kaia Tamm",
    "Mara Voss",
    "Leo Brandt",
    "Noor Haddad",
    "Finn Lund",
]

# How many times faster the reps are while the first leads are posted, and for which share of them: what comes
# after waits on the board.
HURRY, PAST = 25, 0.6

MAIL_TOOL = ("Mail and webinar tools", Role.MARKETER)


def open_doors():
    """Return {source name: address path}, making the sources that are missing."""
    paths = {}
    for name, lead_type in doors().items():
        source, _ = Source.objects.get_or_create(name=name, defaults={"lead_type": lead_type})
        paths[name] = f"/intake/{source.key}/"
    return paths


def hire(count, base, seed, pace=1.0):
    """Return simulated reps with tokens; their accounts have no password."""
    reps = []
    for number in range(count):
        name = REP_NAMES[number % len(REP_NAMES)] + ("" if number < len(REP_NAMES) else f" {number}")
        reps.append(Rep(name, base, employ(name, Role.REP), random.Random(f"{seed}/{name}"), pace))
    return reps


def employ(name, role):
    """Return a fresh token of somebody invented, who is hired when missing."""
    email = f"{name.lower().replace(' ', '.')}@simulated.example"
    user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=name, role=role)
    end_tokens(user)
    return give_token(user)


class Simulation:
    """Posts `rate` leads a second (the first `burst` of them at once, with reps who are fast until most of
    those are there) and lets the reps work.
    """

    def __init__(self, base, *, rate, burst=0, reps=(), enquiries=None, seed=1, limit=None):
        self.base, self.rate, self.burst, self.limit = base, rate, burst, limit
        self.reps = reps
        self.paths = open_doors()
        # Of the people of a file nobody invents what they did.
        self.site = None if enquiries else Site(base, random.Random(f"{seed}/site"), employ(*MAIL_TOOL))
        self.enquiries = enquiries or self.invented(self.site, seed, reps)
        self.random = random.Random(seed)
        self.stop = Event()
        self.sent = self.refused = 0

    def invented(self, site, seed, reps):
        """Return the endless stream of invented enquiries as (path, fields); each has looked around first.

        A simulation that goes on passes over who has written before, so that nobody writes twice for that.
        """
        self.prospects = prospects = Prospects(random.Random(seed))
        for rep in reps:
            rep.truths = prospects.truths
        for _ in range(Submission.objects.filter(source__name__in=self.paths).count()):
            prospects.next()
        return ((self.paths[enquiry.door], site.before(enquiry)) for enquiry in iter(prospects.next, None))

    def run(self):
        """Run until `stop` is set, the limit is reached or the enquiries are used up."""
        workers = [Thread(target=self.work, args=(rep,), daemon=True) for rep in self.reps]
        for worker in workers:
            worker.start()
        self.post_all()
        self.stop.set()
        for worker in workers:
            worker.join(timeout=15)

    def post_all(self):
        """Post enquiries at the pace; a product that is away is waited for, nothing is skipped."""
        session, paces = requests.Session(), [rep.pace for rep in self.reps]
        self.set_pace([pace * (HURRY if self.burst else 1) for pace in paces])
        for path, fields in self.enquiries:
            self.post(session, path, fields)
            self.let_others_look()
            done = self.sent + self.refused
            if self.stop.is_set() or (self.limit and done >= self.limit):
                return
            if done >= self.burst * PAST:
                self.set_pace(paces)
            if done >= self.burst:
                self.stop.wait(self.random.expovariate(self.rate))

    def set_pace(self, paces):
        """Let each rep work at its pace from the next step on."""
        for rep, pace in zip(self.reps, paces, strict=True):
            rep.pace = pace

    def let_others_look(self):
        """Let strangers look around and somebody who was here before return, where they are invented."""
        try:
            if self.site:
                self.site.strangers()
                self.site.afterwards()
        except requests.RequestException as error:
            log.info("nobody returns: %s", type(error).__name__)

    def post(self, session, path, fields):
        """Post one enquiry, again and again while the product does not answer."""
        while not self.stop.is_set():
            try:
                answer = session.post(self.base + path, json=fields, timeout=10)
            except requests.RequestException as error:
                log.info("waiting for %s: %s", self.base, type(error).__name__)
                self.stop.wait(1)
                continue
            if answer.status_code in {429, 503}:
                self.stop.wait(float(answer.headers.get("Retry-After", 1)))
                continue
            self.sent += answer.ok
            self.refused += not answer.ok
            return

    def work(self, rep):
        """Let one rep act about once a second until the end."""
        while not self.stop.wait(rep.random.uniform(0.6, 1.4) / rep.pace):
            try:
                rep.act(time.monotonic())
            except requests.RequestException as error:
                log.info("%s waits for the product: %s", rep.name, type(error).__name__)
