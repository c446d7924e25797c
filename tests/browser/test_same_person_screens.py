"""Junk desk, search for a duplicate, merge, and the lead page that tells of it: by eye, axe and keys."""

import pytest
from django.conf import settings
from playwright.sync_api import expect

from handoff import claims
from leadboard.capture.duplicates import merging, suspicions
from leadboard.capture.screening import acts
from leadboard.leads.models import Lead
from tests import live
from tests.browser.reading import LOOKS, faults_of
from tests.browser.test_every_screen import LONG


@pytest.fixture
def told(make_lead, ana, mia):
    """Three leads of one person, of which one went into the first; junk with a long name."""
    stays = make_lead(name="Ana Ruiz", email="ana@halden.test", phone="+49 30 1234567", title="VP Operations")
    other = make_lead(
        name="A. Ruiz", email="a.ruiz@home.test", company="Halden Optik", message="Me again: a price?"
    )
    gone = make_lead(name="Ana Ruiz", email="ana.r@halden.test")
    merging.merge(stays.pk, gone.pk, mia)
    claims.claim(stays.pk, ana)
    suspicions.note(stays, other, "bridged")
    for name in ("Ivan", LONG):
        junk = make_lead(
            name=name, email=f"{len(name)}@x.test", message="Best casino bonus for you and your firm"
        )
        acts.mark(junk.pk, mia)
    return stays, other, gone, Lead.objects.get(name="Ivan")


def test_what_is_told_of_the_same_person_can_be_read_by_everybody(site, ana, mia, told):
    stays, other, gone, junk = told
    screens = {
        "same": f"/leads/{stays.pk}/", "merged": f"/leads/{gone.pk}/", "junk-lead": f"/leads/{junk.pk}/",
        "find": f"/leads/{stays.pk}/duplicates/", "nobody": f"/leads/{stays.pk}/duplicates/?q=nobody",
        "compare": f"/leads/{stays.pk}/merge/{other.pk}/",
        "refused": f"/leads/{stays.pk}/merge/{other.pk}/?keep={other.pk}",
        "junk": "/sources/junk/", "no-junk": "/sources/junk/?reason=flood",
    }  # fmt: skip
    page = site.open("/accounts/login/", person=mia)
    faults = []
    for name, path in screens.items():
        page.goto(site.base + path)
        faults += faults_of(page, f"same-{name}")
    rep = site.open(f"/leads/{stays.pk}/", person=ana)
    rep.get_by_text("Reject…").click()
    which = rep.get_by_label("Of which lead?")
    expect(which).to_be_hidden()
    rep.get_by_text("Already known").click()
    expect(which).to_be_visible()
    faults += faults_of(rep, "same-reject", [LOOKS[0], LOOKS[2]])
    assert "\n".join(faults) == ""


def test_a_rep_merges_by_keys_alone_and_undoes_it(site, ana, told):
    stays, other, _, _ = told
    page = site.open(f"/leads/{stays.pk}/", person=ana)
    page.keyboard.press("d")
    page.keyboard.type("home.test")
    page.keyboard.press("Enter")
    page.wait_for_url("**/duplicates/?q=home.test")
    page.get_by_role("link", name="Compare Ana Ruiz with A. Ruiz").press("Enter")
    page.get_by_role("radio", name="a.ruiz@home.test").press("Space")
    page.get_by_role("button", name="Merge into Ana Ruiz").press("Enter")
    expect(page.locator("h1")).to_have_text("Ana Ruiz")
    stays.refresh_from_db()
    assert (stays.email, stays.message) == ("a.ruiz@home.test", "Me again: a price?")
    page.get_by_role("button", name="Undo the merge with A. Ruiz").press("Enter")
    expect(page.locator(".said-list")).to_contain_text("Both leads are as they were")
    other.refresh_from_db()
    assert (other.merged_into, other.desk) == (None, "board")


def test_a_marketer_rescues_without_javascript(site, mia, told):
    page = site.open("/accounts/login/", java_script_enabled=False)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": live.sign_in(mia), "url": site.base}
    page.context.add_cookies([cookie])
    page.goto(site.base + "/sources/junk/")
    page.get_by_role("checkbox", name="Ivan").check()
    page.get_by_role("button", name="Rescue those ticked").click()
    expect(page.locator(".said-list")).to_contain_text("1 lead is on the board now")
    assert Lead.objects.get(name="Ivan").desk == "board"
