"""Two browsers on one board: a lead arrives on both, a claim shows on both, nothing jumps."""

import re

import pytest
from django.conf import settings
from playwright.sync_api import expect

from handoff import claims
from leadboard.leads import lifecycle
from leadboard.leads.models import Lead
from tests import live
from tests.browser.reading import picture


def row(page, lead):
    """Return the lead's row on a page."""
    return page.locator(f"#feed #lead-{lead.pk}")


def focused(page):
    """Return the tag and the id of what has the focus."""
    return page.evaluate("[document.activeElement.tagName, document.activeElement.closest('.row')?.id ?? '']")


def test_a_posted_lead_is_on_both_boards_and_a_claim_in_one_shows_in_the_other(site, ana, sam, post_lead):
    first, second = site.open(person=ana), site.open(person=sam)
    post_lead(first.request, name="Priya Nair", message="Can it run beside our MES?")
    expect(first.locator("#feed")).to_contain_text("Priya Nair")
    expect(second.locator("#feed")).to_contain_text("Priya Nair")
    lead = Lead.objects.get()
    row(first, lead).get_by_role("button", name=re.compile("^Claim")).click()
    expect(row(first, lead)).to_have_attribute("data-desk", "mine")
    expect(row(second, lead)).to_have_attribute("data-desk", "taken")
    expect(row(second, lead).locator(".row-act")).to_contain_text("Ana Ruiz")
    expect(row(second, lead).locator("form.claim")).to_have_count(0)
    expect(first.locator("#undo-words")).to_contain_text("Claimed Priya Nair")
    expect(first.locator(".nav [data-count=mine]")).to_have_text("1")
    lead.refresh_from_db()
    assert lead.owner == ana
    picture(first, "claimed")
    picture(second, "taken")


def test_whoever_is_late_is_told_who_was_faster(site, ana, sam, make_lead):
    lead = make_lead()
    page = site.open(person=sam)
    page.evaluate("document.getElementById('pause').click()")
    claims.claim(lead.pk, ana)
    site.complaints.clear()
    row(page, lead).get_by_role("button", name=re.compile("^Claim")).click()
    expect(row(page, lead).locator(".row-act")).to_contain_text("Ana")
    expect(page.locator("#say")).to_contain_text("Diana Ek: ")
    expect(row(page, lead)).to_have_attribute("data-desk", "taken")
    site.complaints[:] = [words for words in site.complaints if "409" not in words]


def test_a_rep_claims_and_undoes_with_the_keyboard_alone(site, ana, make_lead):
    leads = [make_lead(name=f"Lead {number}", email=f"{number}@x.test") for number in range(3)]
    page = site.open(person=ana)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(row(page, leads[1])).to_have_attribute("aria-current", "true")
    page.keyboard.press("c")
    expect(row(page, leads[1])).to_have_attribute("data-desk", "mine")
    expect(row(page, leads[2])).to_have_attribute("aria-current", "true")
    assert focused(page) == ["ARTICLE", f"lead-{leads[2].pk}"]
    page.keyboard.press("Enter")
    expect(page.locator("#panel-h")).to_be_focused()
    page.keyboard.press("Escape")
    assert focused(page) == ["ARTICLE", f"lead-{leads[2].pk}"]
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    expect(page.locator("#keys-list")).to_contain_text("Next at risk")
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(row(page, leads[1])).to_have_attribute("data-desk", "")
    expect(row(page, leads[1])).to_be_focused()
    leads[1].refresh_from_db()
    assert leads[1].owner is None
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/mine/")


def test_rows_do_not_move_under_somebody_who_reads(site, ana, make_lead, post_lead):
    leads = [make_lead(name=f"Lead {number}", email=f"{number}@x.test") for number in range(4)]
    page = site.open(person=ana)
    page.keyboard.press("j")
    before = [page.locator(f"#lead-{lead.pk}").bounding_box() for lead in leads]
    for number in range(3):
        post_lead(
            page.request, name=f"New {number}", email=f"new{number}@y.test", company=f"Company {number}"
        )
    expect(page.locator("#show")).to_contain_text("Show 3 new leads")
    assert [page.locator(f"#lead-{lead.pk}").bounding_box() for lead in leads] == before
    assert page.title().startswith("(3) ")
    assert focused(page) == ["ARTICLE", f"lead-{leads[0].pk}"]
    page.keyboard.press(".")
    expect(page.locator("#feed .row")).to_have_count(7)
    expect(page.locator("#show")).to_have_count(0)
    assert focused(page)[0] == "ARTICLE"


def test_the_focus_stays_on_its_row_while_others_act(site, ana, sam, make_lead):
    lead, other = make_lead(), make_lead(email="other@x.test")
    page = site.open(person=ana)
    row(page, lead).get_by_role("button", name=re.compile("^Claim")).focus()
    claims.claim(lead.pk, sam)
    expect(row(page, lead)).to_have_attribute("data-desk", "taken")
    assert focused(page) == ["ARTICLE", f"lead-{lead.pk}"]
    claims.claim(other.pk, sam)
    expect(row(page, other)).to_have_attribute("data-desk", "taken")
    assert focused(page) == ["ARTICLE", f"lead-{lead.pk}"]


def test_a_paused_board_waits_and_then_has_missed_nothing(site, ana, sam, make_lead, post_lead):
    lead = make_lead()
    page = site.open(person=ana)
    page.keyboard.press("p")
    expect(page.locator("#live")).to_have_text("Paused")
    claims.claim(lead.pk, sam)
    post_lead(page.request, name="While paused", email="p@y.test")
    page.wait_for_timeout(1500)
    expect(row(page, lead)).to_have_attribute("data-desk", "")
    page.keyboard.press("p")
    expect(row(page, lead)).to_have_attribute("data-desk", "taken")
    expect(page.locator("#feed")).to_contain_text("While paused")


def test_a_board_without_a_line_catches_up_when_it_is_back(site, ana, sam, make_lead):
    lead = make_lead()
    page = site.open(person=ana)
    page.context.set_offline(True)
    claims.claim(lead.pk, sam)
    page.wait_for_timeout(500)
    page.context.set_offline(False)
    expect(row(page, lead)).to_have_attribute("data-desk", "taken", timeout=30_000)
    site.complaints[:] = [words for words in site.complaints if "ERR_INTERNET_DISCONNECTED" not in words]


@pytest.mark.parametrize("path", ["/", "/mine/"])
def test_claiming_works_without_javascript(site, ana, make_lead, path):
    lead = make_lead()
    page = site.open(person=None, java_script_enabled=False)
    page.context.add_cookies([_cookie(site, ana)])
    page.goto(site.base + "/")
    page.locator(f"#lead-{lead.pk} form.claim button").click()
    page.goto(site.base + path)
    lead.refresh_from_db()
    assert lead.owner == ana


def test_on_a_phone_the_verdict_stands_before_the_story_and_the_acts_at_the_thumb(site, ana, make_lead):
    lead = make_lead(phone="+49 30 901820", company="Donaudampfschifffahrts" * 8)
    page = site.open(f"/leads/{lead.pk}/", person=ana, width=390, height=844)
    tops = [page.locator(part).bounding_box()["y"] for part in (".lead-worth", "#chronicle", ".lead-rest")]
    assert tops == sorted(tops)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator(".acts-bar").get_by_role("button", name="Claim").click()
    expect(page.locator(".acts-bar").get_by_role("link", name="Log")).to_be_visible()
    expect(page.locator(".acts-bar").get_by_role("link", name="Call")).to_have_attribute(
        "href", "tel:+49 30 901820"
    )
    expect(page.locator("#log")).to_be_visible()
    page.goto(site.base + "/?view=all")
    chosen, views = (page.locator(f".views-list{part}").bounding_box() for part in (" [aria-current]", ""))
    assert chosen["x"] >= views["x"]
    assert chosen["x"] + chosen["width"] <= views["x"] + views["width"]


def _cookie(site, person):
    """Return the sign-in as a cookie of the site."""
    return {"name": settings.SESSION_COOKIE_NAME, "value": live.sign_in(person), "url": site.base}


def test_whoever_claims_beside_the_list_stays_with_the_lead_and_loses_nothing(site, ana, make_lead):
    lead, other = make_lead(name="First Lead"), make_lead(name="Other Lead", email="o@x.test")
    page = site.open(person=ana)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel-h")).to_be_focused()
    page.keyboard.press("c")
    expect(row(page, lead)).to_have_attribute("data-desk", "mine")
    expect(page.locator("#panel-h")).to_have_text("First Lead")
    expect(row(page, other)).not_to_have_attribute("aria-current", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    expect(page.locator('form[action$="/reject/"] input[type=radio]').first).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    page.keyboard.press("n")
    page.keyboard.type("Ask for Friday")
    audience = page.locator("#panel-sla").inner_text()
    lifecycle.move(lead, "qualified", facts={"score": 50}, score=50, band="medium")
    expect(row(page, lead).locator(".score")).to_contain_text("50")
    expect(page.locator("#log textarea")).to_have_value("Ask for Friday")
    page.locator("#log button[data-log=call]").first.press("Enter")
    expect(page.locator("[id$='-log'] [role=status]")).to_be_focused()
    expect(page.locator("#panel-sla")).not_to_have_text(audience)
    expect(page.locator("#panel-story")).to_contain_text("Ask for Friday")
    assert row(page, lead).locator(".clock b").evaluate("node => getComputedStyle(node).fontSize") == "18px"
    expect(page.locator("#undo-form")).to_be_hidden()


def test_a_change_over_the_line_leaves_a_half_made_override_alone(site, ana, make_lead):
    lead = make_lead()
    page = site.open(f"/leads/{lead.pk}/", person=ana)
    page.get_by_text("Set a score").click()
    page.locator("input[name=score]").fill("12")
    lifecycle.move(lead, "target_marked", target_account=True)
    expect(page.locator("#lead-head")).to_contain_text("Target account")
    expect(page.locator("#chronicle")).to_contain_text("Marked as a target account")
    expect(page.locator("input[name=score]")).to_have_value("12")
    expect(page.locator("input[name=score]")).to_be_focused()
