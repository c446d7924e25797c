"""Every screen at three widths in light and dark: axe finds nothing, nothing scrolls sideways, a picture is kept."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from leadboard.leads import lifecycle
from leadboard.leads.stages import Desk, Stage
from tests.browser.conftest import SHOTS

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Where the link of a row covers its text, axe cannot see the ground; test_look.py measures those pairs.
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}}


@pytest.fixture
def story(make_lead, ana, sam):
    """A board with a lead in each state; return the lead whose page is looked at."""
    told = make_lead(name="Ana Ruiz", title="VP Operations", company="Halden Optik GmbH", target_account=True,
                     message="We run two sites, about 60 people, and lose web enquiries over lunch.")  # fmt: skip
    reasons = [
        {"words": "Pricing page 3 times today", "points": 22},
        {"words": "Free-mail address", "points": -5},
    ]
    lifecycle.move(told, "qualified", facts={"score": 87, "band": "high", "enquiry_class": "buying", "route": "board"},
                   score=87, band="high", enquiry_class="buying", reasons=reasons)  # fmt: skip
    for owner, name in ((ana, "Jun Watanabe"), (sam, "Cy Dale")):
        lead = make_lead(name=name, email=f"{owner.pk}@x.test")
        lifecycle.move(lead, "claimed", actor=owner, facts={"rep": owner.pk}, owner=owner, desk=Desk.SALES,
                       stage=Stage.SAL, owned_at=timezone.now())  # fmt: skip
    make_lead(
        name="A very long name that does not want to end anywhere soon, von und zu Hohenzollern",
        email="l@x.test",
    )
    return told


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390, 320])
def test_every_screen_can_be_read_and_used_by_everybody(site, ana, lea, story, scheme, width):
    SHOTS.mkdir(exist_ok=True)
    page = site.open("/accounts/login/", width=width, color_scheme=scheme)
    faults = examined(page, "sign-in", scheme, width)
    for person, screens in ((ana, {"feed": "/", "sales": "/?view=sales", "mine": "/mine/", "profile": "/people/me/",
                                   "lead": f"/leads/{story.pk}/", "missing": "/leads/999999999/"}), (lea, {"lead-manager": f"/leads/{story.pk}/"})):  # fmt: skip
        page = site.open("/", person=person, width=width, color_scheme=scheme)
        for name, path in screens.items():
            page.goto(site.base + path)
            faults += examined(page, name, scheme, width)
    site.complaints[:] = [words for words in site.complaints if "404" not in words]
    assert faults == []


def examined(page, name, scheme, width):
    """Return what is wrong with the page as it is now, in words."""
    page.wait_for_load_state("networkidle") if name == "sign-in" else page.wait_for_timeout(200)
    page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png")
    found = Axe().run(page, options=OPTIONS).response["violations"]
    faults = [
        f"{name} {width} {scheme}: {one['id']} {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
    ]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return faults + ([f"{name} {width} {scheme}: {wide} px too wide"] if wide > 0 else [])
