"""Every screen, wide and narrow, in light and dark: axe finds nothing, nothing scrolls sideways."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leadboard.capture import sources, trying
from leadboard.leads import lifecycle
from leadboard.leads.stages import Desk, Stage
from qualification import pipeline
from qualification.corrections import correcting
from tests.browser.reading import faults_of

LONG = "A name that does not want to end anywhere soon, von und zu Hohenzollern-Sigmaringen"
BUYER = "Hello, we need a quote for 40 seats. The budget is approved and it has to be live by October."
REASONS = [
    {"words": "Pricing page 3 times today", "points": 22},
    {"words": "Free-mail address", "points": -5},
]


@pytest.fixture
def story(make_lead, ana, sam):
    """A board with a lead in each state; return the lead whose page is looked at."""
    told = make_lead(
        name="Ana Ruiz",
        title="VP Operations",
        company="Halden Optik GmbH",
        target_account=True,
        message="We run two sites, about 60 people, and lose web enquiries over lunch.",
    )
    facts = {"score": 87, "band": "high", "enquiry_class": "buying", "route": "board"}
    lifecycle.move(
        told, "qualified", facts=facts, score=87, band="high", enquiry_class="buying", reasons=REASONS
    )
    for owner, name in ((ana, "Jun Watanabe"), (sam, "Cy Dale")):
        claimed = {"owner": owner, "desk": Desk.SALES, "stage": Stage.SAL, "owned_at": timezone.now()}
        lead = make_lead(name=name, email=f"{owner.pk}@x.test")
        lifecycle.move(lead, "claimed", actor=owner, facts={"rep": owner.pk}, **claimed)
    make_lead(name=LONG, email="l@x.test")
    return told


@pytest.fixture
def door(mia):
    """A source at which deliveries of each fate came, with a mapping half made; return its page."""
    source = sources.add("Website, contact form", by=mia, campaign="Spring", mapping={"phone": "Telefon"})
    sources.add("Lead ads", vendor="meta", secret="app secret")
    trying.send(source)
    form = {"Vorname": "Zoë", "Nachname": "Kühn", "E-Mail": "zoe@halden.example", "Telefon": "+41446681800",
            "Firma": "Halden Optik AG", "Wie können wir helfen?": "Eine Vorführung für zwei Standorte.",
            "submitted_at": (timezone.now() - timedelta(seconds=95)).isoformat()}  # fmt: skip
    for body in (form, {"Wer": "Bo", "Menge": 7, "Ein Feld mit einem sehr langen Namen": LONG}, "broken"):
        Client().post(source.path, body, content_type="application/json")
    return f"/sources/{source.pk}/"


@pytest.fixture
def doubts(make_lead, mia):
    """Enquiries of which the machine is not sure, one corrected and set by hand; return its page."""
    unclear = ("Something about the thing we discussed.", LONG, "Necesito hablar con alguien.")
    for number, words in enumerate(unclear):
        pipeline.qualify(make_lead(name=f"Unsure {number}", email=f"u{number}@x.test", message=words).pk)
    buyer = make_lead(name="Petra Lang", email="petra@b.example", phone="+46 8 5550 1234", message=BUYER)
    pipeline.qualify(buyer.pk)
    correcting.correct(buyer.pk, mia, "information")
    correcting.override(buyer.pk, mia, code="talked", note="Met them at the fair.", score=71)
    return f"/leads/{buyer.pk}/"


def test_every_screen_can_be_read_and_used_by_everybody(site, ana, lea, mia, story, door, doubts):
    lead = f"/leads/{story.pk}/"
    seen_by = {
        None: {"sign-in": "/accounts/login/"},
        ana: {"feed": "/", "sales": "/?view=sales", "mine": "/mine/", "lead": lead, "profile": "/people/me/",
              "nothing": "/?view=all&q=nobody", "missing": "/leads/999999999/",
              "no-model": "/models/", "no-report": "/models/fairness/", "playbook": "/playbook/"},
        lea: {"manager": lead, "person": f"{lead}person/", "tracking": "/tracking/",
              "campaigns": "/campaigns/",
              "behind": "/campaigns/leads/?name=Demo+form"},
        mia: {"verdict": doubts, "corrections": "/corrections/", "corrected": "/corrections/?view=corrected",
              "sources": "/sources/", "source": door, "quarantine": "/sources/quarantine/"},
    }  # fmt: skip
    faults = []
    for person, screens in seen_by.items():
        page = site.open("/accounts/login/", person=person)
        for name, path in screens.items():
            page.goto(site.base + path)
            for fold in page.locator(".verdict details").all():
                fold.evaluate("fold => { fold.open = true; }")
            faults += faults_of(page, name)
    site.complaints[:] = [words for words in site.complaints if "404" not in words]
    assert faults == []
