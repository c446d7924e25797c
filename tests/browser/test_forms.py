"""Forms in real browsers: built, previewed, filled in, embedded elsewhere; axe finds nothing."""

import pytest

from leadboard.forms import publishing
from leadboard.forms.starters import starters
from tests.browser.conftest import SHOTS
from tests.browser.test_every_screen import faults_of


@pytest.fixture
def published(mia):
    """Return {starter: published form} of all starters."""
    forms = {}
    for key, starter in starters().items():
        forms[key] = publishing.create(starter.title, starter.definition, by=mia)
        publishing.publish(forms[key], by=mia)
    return forms


def fill(page, *, scored=True):
    """Answer all there is, as a person does."""
    for box in page.locator("input.input, textarea.input").all():
        kind, mode = box.get_attribute("type"), box.get_attribute("inputmode")
        box.fill(
            "diana@barsund.example"
            if kind == "email"
            else "60"
            if mode == "decimal"
            else "+49 3641 123456"
            if kind == "tel"
            else "Barsund"
        )
    for group in page.locator("fieldset").all():
        group.locator("input").first.check()
    for box in page.locator(".form-consent input").all():
        box.check()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_can_read_and_use_forms(site, mia, published, scheme, width):
    SHOTS.mkdir(exist_ok=True)
    faults = []
    inside = site.open("/accounts/login/", person=mia, width=width, color_scheme=scheme)
    screens = {
        "forms": "/forms/",
        "form-new": "/forms/new/",
        "form-builder": f"/forms/{published['demo'].pk}/",
        "form-assessment": f"/forms/{published['assessment'].pk}/",
        "form-calculator": f"/forms/{published['calculator'].pk}/",
        "form-versions": f"/forms/{published['demo'].pk}/versions/",
    }
    for name, path in screens.items():
        inside.goto(site.base + path)
        inside.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
        faults += [f"{name}: {fault}" for fault in faults_of(inside)]
    outside = site.open("/accounts/login/", width=width, color_scheme=scheme)
    for key in ("demo", "assessment", "checklist", "calculator"):
        outside.goto(site.base + published[key].path)
        outside.screenshot(path=SHOTS / f"public-{key}-{width}-{scheme}.png", full_page=True)
        faults += [f"public {key}: {fault}" for fault in faults_of(outside)]
        fill(outside)
        outside.wait_for_timeout(2100)
        outside.click("button.form-send")
        outside.wait_for_url("**/done/**")
        outside.screenshot(path=SHOTS / f"public-{key}-done-{width}-{scheme}.png", full_page=True)
        faults += [f"done {key}: {fault}" for fault in faults_of(outside)]
    assert faults == []
